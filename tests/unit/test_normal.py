import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.domain.normal import _SIMPLIFIED, clean, normal, plain


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("停水了", "停水了"),
        ("  停水了。\n", "停水了"),
        ("停水了！！！", "停水了"),
        ("１", "1"),
        ("①", "1"),
        ("❶", "1"),
        ("1️⃣", "1"),
        ("0️⃣0️⃣", "00"),
        ("㈠", "一"),
        ("ＴＤ", "td"),
        ("ＯＫ", "ok"),
        ("T D", "t d"),
        ("【退订】", "退订"),
        ("“好的”", "好的"),
        ("——是——", "是"),
        ("電燈壞了", "电灯坏了"),
        ("請問書記幾時來開會", "请问书记几时来开会"),
        ("臺風要來，橋斷了", "臺风要来,桥断了"),
        ("係", "系"),
        ("謝謝", "谢谢"),
        ("停\u200b水\u200d了", "停水了"),
        ("\ufeff停水", "停水"),
        ("\u202e停水\u202c", "停水"),
        ("停\x00水", "停水"),
        ("停水\t三组\r\n晒谷场", "停水 三组 晒谷场"),
        ("停水\u3000\u3000三组", "停水 三组"),
        ("好的👍", "好的"),
        ("😭没水😭", "没水"),
        ("停水😭三天", "停水😭三天"),
        ("👍", "👍"),
        ("👍👍", "👍👍"),
        ("👍。", "👍"),
        ("???", ""),
        ("。。。", ""),
        ("", ""),
        ("   ", ""),
        ("好～", "好"),
        ("+1", "1"),
        ("\ue415好", "好"),
        ("\ud83d好", "好"),
        ("你好，在吗？", "你好,在吗"),
        ("Ｅｎｇｌｉｓｈ", "english"),
    ],
)
def test_normal(text: str, expected: str) -> None:
    assert normal(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("冇水", "没水"),
        ("冇 水 啊", "没水啊"),
        ("我屋企冇得電", "我家没电"),
        ("沒有水", "没水"),
        ("佢哋唔理", "他们不理"),
        ("邊度可以辦證", "哪里可以办证"),
        ("啲垃圾冇人收", "些垃圾没人收"),
        ("律師幾時嚟", "律师什么时候来"),
        ("乜嘢時候", "什么时候"),
        ("咩事", "什么事"),
        ("唔該", "谢谢"),
        ("俺家停电", "我家停电"),
        ("家里停谁了", "家里停水了"),
        ("路登不亮", "路灯不亮"),
        ("低宝怎么办", "低保怎么办"),
        ("会记得的", "会记得的"),
        ("唔好再發", "不要再发"),
    ],
)
def test_plain_reads_past_dialect_and_dictation(text: str, expected: str) -> None:
    assert plain(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("停水了\n三组\t晒谷场", "停水了\n三组\t晒谷场"),
        ("停水\r\n三组", "停水\n三组"),
        ("停水\r三组", "停水\n三组"),
        ("停\x00水\x1b\x07", "停水"),
        ("\u202e账\u202c\u2066a\u2069", "账a"),
        ("１２ 壞咗 👨‍👩‍👧 e\u0301 ", "１２ 壞咗 👨‍👩‍👧 e\u0301 "),
        ("\u200b\u200e\ufeff", "\u200b\u200e\ufeff"),
        ("\ud83d\ude2d", "😭"),
        ("坏\ud83d了", "坏\ufffd了"),
        ("", ""),
    ],
)
def test_clean_keeps_what_was_written(text: str, expected: str) -> None:
    assert clean(text) == expected


def test_simplification_is_one_step() -> None:
    assert all(len(simple) == 1 and ord(simple) not in _SIMPLIFIED for simple in _SIMPLIFIED.values())


_ANY = st.text(st.characters(exclude_categories=[]), max_size=200)


@given(_ANY)
def test_normal_and_plain_take_anything(text: str) -> None:
    line = normal(text)
    assert normal(line) == line
    assert "\n" not in line
    assert line == line.strip()
    line.encode()
    assert " " not in plain(text)


@given(_ANY)
def test_clean_gives_what_a_database_takes(text: str) -> None:
    kept = clean(text)
    kept.encode()
    assert "\x00" not in kept
    assert clean(kept) == kept


@given(st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs"]), max_size=200))
def test_clean_changes_nothing_visible(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    "unit", ["停水了，", "a\u0315\u0300", "\u0315\u0300", "没有", " ", "。", "\ud83d", "\u202e", "ﷺ"]
)
def test_a_hundred_kilobytes_take_no_time(unit: str) -> None:
    text = unit * (100_000 // len(unit))
    start = time.process_time()  # seconds of work: what is quadratic takes minutes, on any machine
    plain(text)
    clean(text)
    assert time.process_time() - start < 2

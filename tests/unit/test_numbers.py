import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.numbers import read_digit, read_number

_ONE = (
    "１|①|❶|⑴|㈠|1️⃣|一|1.|1。|1、|(1)|【1】|#1|+1|“1”|按1|选1|回1|回复1|发1|打1|输入1|我选1|选择1|选项1|答案1|"
    "按一|选一|"
    "我选一|回一|按了1|第一个|第1个|第一|第1|选第一个|我选第一个|选第1项|第一项|选1号|就选第一个吧|1吧|1啊|1了|一吧|"
    "1谢谢|是1|就1|我1|幺|回复 1| 1 "
)
_NO_KEY = (
    "10|12|11|611|612|3127|000|1000|1或2|1和2|1-3|1.5|1/2|9:30|13900007001|3组停水|三组|3组|3队|第三组|"
    "一组没水|1号楼|"
    "2楼漏水|1户|3家停水|1只鸡|2只狗|2天没水了|两天|5点|5点来水|8月|2个人|1个|一个|一下|一下子没水了|一直没水|"
    "一点都不好|"
    "二叔|三轮车坏了|四季豆|五保户|七叔公|八月十五|第一次停水|第二天|1万元|2条狗|停水|是|好|你好|6盏改5盏|1米|"
    "3成|2到3组|"
    "6多|1次|100|第三次|1月账||1 2|?|1我家门口的路灯坏了三天了没有人来修|我家没水,三组的"
)
_NO_NUMBER = (
    "停水|万|百|亿|亿亿|百一千|三百二三|10月31号停水|3号楼停电|停水3天|花了12600元|12.6|3127号和3128号|"
    "1234567890123|千千||"
    "没有编号"
)


@pytest.mark.parametrize(
    ("text", "digit"),
    [
        *[(str(key), str(key)) for key in range(10)],
        *[(text, "1") for text in _ONE.split("|")],
        ("第 2 个", "2"),
        ("二", "2"),
        ("選二", "2"),
        ("3 ", "3"),
        ("三", "3"),
        ("1我家", "1"),
        ("1只我家", "1"),
        ("1 我家", "1"),
        ("1.我家", "1"),
        ("1、我家", "1"),
        ("一、我家", "1"),
        ("2附近几家都停", "2"),
        ("2,附近几家都停", "2"),
        ("3说不清", "3"),
        ("3说不清,请打给我", "3"),
        ("2不写", "2"),
        ("1写名字", "1"),
        ("1要", "1"),
        ("2不要", "2"),
        ("1是", "1"),
        ("2否", "2"),
        ("2没有", "2"),
        ("1收到", "1"),
        ("1不行", "1"),
        ("00", "00"),
        ("００", "00"),
        ("0 0", "00"),
        ("零零", "00"),
        ("OO", "00"),
        ("按00", "00"),
        ("00退订", "00"),
        ("0", "0"),
        ("零", "0"),
        ("〇", "0"),
        ("O", "0"),
        ("按0", "0"),
        ("0找人", "0"),
        ("9恢复", "9"),
    ],
)
def test_a_key_is_read(text: str, digit: str) -> None:
    assert read_digit(text) == digit


@pytest.mark.parametrize("text", _NO_KEY.split("|"))
def test_no_key_is_read(text: str) -> None:
    assert read_digit(text) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("3127", 3127),
        ("３１２７", 3127),
        ("3127号", 3127),
        ("3127號", 3127),
        ("编号3127", 3127),
        ("编号：3127", 3127),
        ("編號 3127", 3127),
        ("编号是3127", 3127),
        ("单号3127", 3127),
        ("#3127", 3127),
        ("第3127号", 3127),
        ("3127号事", 3127),
        ("3127号的事", 3127),
        ("查3127", 3127),
        ("查一下3127", 3127),
        ("3127怎么样了", 3127),
        ("我想问下3127号怎么样了", 3127),
        ("编号3127停水的事怎么样了", 3127),
        ("停水的那件事,编号3127", 3127),
        ("三千一百二十七", 3127),
        ("三千一百二十七号", 3127),
        ("三一二七", 3127),
        ("三幺二七", 3127),
        ("叁仟壹佰贰拾柒", 3127),
        ("三百二十一", 321),
        ("三百二", 320),
        ("三百零二", 302),
        ("三百〇二", 302),
        ("二百五", 250),
        ("兩百", 200),
        ("两百零五", 205),
        ("一千零一", 1001),
        ("一千零五十", 1050),
        ("一千五", 1500),
        ("一万二", 12_000),
        ("1万2", 12_000),
        ("1万2千", 12_000),
        ("一万零二百", 10_200),
        ("十二万三千四百五十六", 123_456),
        ("一亿二千万", 120_000_000),
        ("十", 10),
        ("十二", 12),
        ("一十二", 12),
        ("二十", 20),
        ("廿", 20),
        ("廿三", 23),
        ("卅", 30),
        ("卅一", 31),
        ("六十一号事", 61),
        ("61号事", 61),
        ("二零二六", 2026),
        ("二〇二六", 2026),
        ("48,620", 48_620),
        ("零", 0),
        ("31号来", 31),
        ("3127号和3127号", 3127),
    ],
)
def test_a_number_is_read(text: str, number: int) -> None:
    assert read_number(text) == number


@pytest.mark.parametrize("text", [*_NO_NUMBER.split("|"), "9" * 5000, "编号" + "9" * 5000, "九" * 5000, "百" * 5000])
def test_no_number_is_read(text: str) -> None:
    assert read_number(text) is None


def _spelled(number: int) -> str:
    """Write a number below 100,000,000 as it is written out in full."""
    high, low = divmod(number, 10_000)
    if high:
        zero = "零" if 0 < low < 1000 else ""
        return _spelled(high) + "万" + zero + (_spelled(low) if low else "")
    text = ""
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            text += "零一二三四五六七八九"[digit] + name
        elif text and number % unit and not text.endswith("零"):
            text += "零"
    return text or "零"


@given(st.integers(0, 99_999_999))
def test_numerals_are_read_back(number: int) -> None:
    assert read_number(_spelled(number)) == number
    assert read_number(f"编号{number}") == number
    assert read_number(f"{number:,}") == number


@given(st.text("零〇一二三四五六七八九十百千万亿两幺廿卅壹拾佰仟号编第 1234567890,.", max_size=40))
def test_no_mixture_raises(text: str) -> None:
    read_number(text)
    read_digit(text)


@given(st.text(st.characters(exclude_categories=[]), max_size=100))
def test_anything_may_be_typed(text: str) -> None:
    read_number(text)
    assert read_digit(text) in {None, "00", *"0123456789"}

"""A village's own words: what is a place in them, what they may not be, and that they never stop a message."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import String

from notifier.own_text_linter import Reason, Worded, remarks
from notifier.own_texts import parted
from notifier.render import TEMPLATES, Medium, Renderer
from notifier.wordable import WORDABLE
from store.domain.areas import Area, AreaKind
from store.domain.own_texts import own_text_name
from store.domain.settings import LANGUAGES, settings_of
from store.domain.speech import Option, Say
from store.tables import area_settings

VILLAGE = settings_of(Area(1, AreaKind.VILLAGE, "榕溪村", "/1/"), "榕溪村", {"landline": "6123456"})
RENDERER = Renderer()
FILES = [
    (language, message, medium)
    for language in LANGUAGES
    for message in WORDABLE
    for medium in RENDERER.media(language, message)
]
TEXTS = st.text(max_size=80) | st.lists(
    st.sampled_from(
        ["{编号}", "{", "}", "｛什么事｝", "{{ number }}", "{% raw %}", "回1", "2月", "00", "【", " ", "\n"]
    )
).map("".join)


def told(text: str, message: str = "ticket.received", medium: Medium = Medium.CHAT, say: Say | None = None) -> str:
    written = medium if medium in RENDERER.media("zh_CN", message) else Medium.CHAT
    settings = replace(VILLAGE, own_texts={f"zh_CN/{message}/{written}": text})
    return RENDERER.render(say or WORDABLE[message].said_in(medium), "zh_CN", medium, settings).text


def said_of(text: str, message: str = "ticket.received", medium: Medium = Medium.SMS) -> dict[Reason, str]:
    worded = Worded(WORDABLE[message], "zh_CN", medium, text, VILLAGE)
    return {one.reason: one.words for one in remarks(RENDERER, worded)}


@pytest.mark.parametrize(("language", "message", "medium"), FILES)
def test_the_standard_text_can_be_typed_and_is_told_as_before(language: str, message: str, medium: Medium) -> None:
    worded = Worded(WORDABLE[message], language, medium, "", VILLAGE)
    say = worded.wordable.said_in(medium)
    typed = worded.saying(RENDERER.as_typed(say, language, medium, VILLAGE))
    assert not [one for one in remarks(RENDERER, typed) if one.forbids]
    for way in typed.goes_out_in(RENDERER):
        assert typed.rendered(RENDERER, way, typed.text) == typed.rendered(RENDERER, way, "")


def test_both_languages_have_the_same_places() -> None:
    catalogues = [tomllib.loads((TEMPLATES / language / "places.toml").read_text("utf-8")) for language in LANGUAGES]
    zh, en = ({section: set(places) for section, places in one.items()} for one in catalogues)
    assert zh == en
    assert zh.keys() - {"names", "every"} <= WORDABLE.keys()
    assert set.union(*(places for section, places in zh.items() if section != "names")) == zh["names"]
    for one in catalogues:
        assert len(set(one["names"].values())) == len(one["names"])
        assert all(parted(f"{{{name}}}").names == (name,) for name in one["names"].values())
    assert not [name for name in catalogues[0]["names"].values() if re.search("[A-Za-z]", name)]
    for message, wordable in WORDABLE.items():
        assert wordable.needs <= zh.get(message, set())


def test_their_names_fit_where_settings_are_kept() -> None:
    column = area_settings.c.name.type
    assert isinstance(column, String)
    assert max(len(own_text_name(*one)) for one in FILES) <= (column.length or 0)


@given(TEXTS)
def test_no_text_stops_a_message_and_what_is_no_place_is_told_as_typed(text: str) -> None:
    words = parted(text)
    places = {"村名": "榕溪村", "电话": "6123456", "编号": "3127", "什么事": "停水", "几时前": "11月23日18点"}
    said = told(text)
    said_of(text)
    if set(words.names) <= places.keys() and text.strip():
        filled = [places[name] for name in words.names]
        assert said == "".join(one for pair in zip(words.words, [*filled, ""], strict=True) for one in pair).strip()
    else:
        assert said == told("")


def test_what_stands_in_a_place_is_never_read_again() -> None:
    facts: Mapping[str, object] = {"number": 3127, "subject": "", "text": "{编号}{{ 7*7 }}"}
    assert told("{回话}", "ticket.answered", say=Say("ticket.answered", facts)) == "{编号}{{ 7*7 }}"


@pytest.mark.parametrize("text", ["您说的{没有的空}收到了,编号{编号}。", "您说的{什么事}收到了,编号{编号}。"])
def test_words_that_cannot_be_told_leave_the_standard_ones(text: str) -> None:
    """A place is gone since they were written, or what stood there is not known this time."""
    say = Say("ticket.received_unclear", {"number": 3127})
    settings = replace(VILLAGE, own_texts={"zh_CN/ticket.received_unclear/chat": text})
    for medium in Medium:
        standard = RENDERER.render(say, "zh_CN", medium, VILLAGE)
        assert RENDERER.render(say, "zh_CN", medium, settings) == standard


def test_one_text_is_said_in_its_language_and_way_only() -> None:
    settings = replace(
        VILLAGE, own_texts={"zh_CN/ticket.received/sms": "收到,{编号}。", "zh_CN/thanks/chat": "客气啥。"}
    )
    received, thanks = WORDABLE["ticket.received"].sample, WORDABLE["thanks"].sample

    def said(say: Say, language: str, medium: Medium) -> tuple[bool, str]:
        text = RENDERER.render(say, language, medium, settings).text
        return text == RENDERER.render(say, language, medium, VILLAGE).text, text

    assert said(received, "zh_CN", Medium.SMS) == (False, "【榕溪村】收到,3127。")
    assert said(received, "zh_CN", Medium.CHAT)[0]
    assert said(received, "en", Medium.SMS)[0]
    assert said(thanks, "zh_CN", Medium.SMS) == (False, "【榕溪村】客气啥。")


YES_NO = (Option("yes", label="yes"), Option("no", label="no"))


@pytest.mark.parametrize(
    ("text", "added"),
    [
        ("编号{编号}:{回话}办好了回1,没有回2。", ""),
        ("编号{编号}:{回话}办好了吗?{选项}", ""),
        ("编号{编号}:{回话}办好了吗?", "回数字:1是 2不是"),
        ("编号{编号}:{回话}1月2日办的,好了吗?", "回数字:1是 2不是"),
        ("编号{编号}:{回话}12点回电,好了吗?", "回数字:1是 2不是"),
    ],
)
def test_an_sms_always_says_what_to_press(text: str, added: str) -> None:
    say = Say("ticket.resolved", {"number": 3127, "subject": "", "text": "好了。"}, YES_NO)
    said = told(text, "ticket.resolved", Medium.SMS, say)
    assert said.endswith(added or ("1是 2不是" if "{选项}" in text else "没有回2。"))
    assert said.count("回数字") == bool(added)


GOOD = "收到了,编号{编号},{几时前}前回您。"


@pytest.mark.parametrize(
    ("text", "reason", "words"),
    [
        ("收到了,{几时前}前回您。", Reason.MISSING_PLACE, "{编号}"),
        (f"{GOOD}{{票号}}", Reason.UNKNOWN_PLACE, "{票号}"),
        (f"{GOOD}全文见www.abc.com", Reason.LINK, "www."),
        (f"【银行】{GOOD}", Reason.BRACKETS, "【"),
        (f"{GOOD}低息贷款找老王。", Reason.SELLS, "低息贷款"),
        (f"{GOOD}请把验证码发来。", Reason.SWINDLE, "验证码"),
        (f"{GOOD}退订回T。", Reason.STOP_DIGITS, "退订"),
        (GOOD + "多谢您的话。" * 25, Reason.TOO_LONG, "3"),
        (GOOD + "多谢您的话。" * 10, Reason.PARTS, "2"),
        (f"{GOOD}急了打13900007001。", Reason.PERSONAL_NUMBER, ""),
        (f"{GOOD}工单已受理。", Reason.OFFICE_WORDS, "工单"),
    ],
)
def test_what_is_wrong_is_named(text: str, reason: Reason, words: str) -> None:
    assert said_of(GOOD) == {}
    assert said_of(text) == {reason: words}


@pytest.mark.parametrize(
    "text", [f"{GOOD}不想收回00,退订也回00。", f"{GOOD}村干部不会向您要验证码。", f"{GOOD}(详见公开栏){{}}{{ 无 }}"]
)
def test_what_only_looks_wrong_is_left_alone(text: str) -> None:
    assert said_of(text) == {}


def test_a_chat_may_have_a_link_where_an_sms_says_something_else() -> None:
    assert said_of(f"{GOOD}全文见www.abc.com", medium=Medium.CHAT) == {}
    assert said_of("见www.abc.com", "thanks", Medium.CHAT) == {Reason.LINK: "www."}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("编号{编号}:{回话}好了回1,没好回2。", {Reason.KEYS_MEAN: "1是 2不是"}),
        ("编号{编号}:{回话}好了吗?好了回1。", {Reason.SOME_KEYS: "2不是"}),
        ("编号{编号}:{回话}好了吗?", {Reason.KEYS_ADDED: "1是 2不是"}),
        ("编号{编号}:{回话}好了吗?{选项}", {}),
    ],
)
def test_what_to_press_is_told_whole(text: str, found: dict[Reason, str]) -> None:
    assert said_of(text, "ticket.resolved") == found

"""Every text in every language: it renders, fits an SMS, and speaks as a village speaks."""

import functools
import itertools
import re
import tomllib

import pytest
from jinja2 import Environment, meta

from notifier.channels.sms.segments import count_parts
from notifier.render import SMS_PARTS, TEMPLATES, Medium, Renderer
from notifier.wordable import WORDABLE
from store.domain.areas import Area, AreaKind
from store.domain.settings import LANGUAGES, settings_of
from store.domain.speech import Option, Say
from tests.sample_facts import FACTS

VILLAGE = settings_of(Area(1, AreaKind.VILLAGE, "榕溪村", "/1/"), "榕溪村", {"landline": "6123456"})
RENDERER = Renderer()
GIVEN = {"village", "landline", "choices", "public_url", "word", "day", "clock", "moment", "yuan", "whom", "unit"}
"""What the renderer itself gives to every text."""
ALLOWED_LATIN = re.compile(r"English|Please choose|N|iOS|Excel|xlsx|csv|PDF")
OFFICE_WORDS = ("工单", "退单", "受理", "系统")
READ_ALOUD = "disclosure.reading"
"""Goes to a loudspeaker; no SMS carries it whole."""
UNCUT = 20


def messages() -> list[str]:
    return sorted(path.parent.name for path in (TEMPLATES / "zh_CN").glob("*/chat.txt"))


def rendered(message: str, language: str, medium: Medium) -> str:
    facts = {name: FACTS[name] for name in used_by(message, language)}
    say = Say(message, facts, (Option("yes", label="yes"), Option("no", label="no")))
    return RENDERER.render(say, language, medium, VILLAGE, UNCUT).text


@functools.cache
def used_by(message: str, language: str) -> set[str]:
    names: set[str] = set()
    for file in (TEMPLATES / language / message).glob("*.txt"):
        names |= meta.find_undeclared_variables(Environment(autoescape=True).parse(file.read_text()))
    return names - GIVEN


def test_both_languages_have_the_same_messages() -> None:
    english = sorted(path.parent.name for path in (TEMPLATES / "en").glob("*/chat.txt"))
    assert messages() == english


@pytest.mark.parametrize("message", messages())
def test_it_renders_and_an_sms_fits(message: str) -> None:
    for language, medium in itertools.product(LANGUAGES, Medium):
        where, text = (language, medium), rendered(message, language, medium)
        assert text, where
        assert "None" not in text, where
        assert not re.search(r"\{[{%]|%\}|\}\}", text), where
        if medium is Medium.SMS:
            assert count_parts(text).parts <= SMS_PARTS or message == READ_ALOUD, where
            assert "http" not in text, where


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_menu_fits_with_all_that_can_be_chosen(language: str) -> None:
    text = RENDERER.render(WORDABLE["menu"].sample, language, Medium.SMS, VILLAGE, UNCUT).text
    assert count_parts(text).parts <= SMS_PARTS, text


def test_a_day_and_its_time_do_not_run_together() -> None:
    say = Say("vote.counting", {"matter": FACTS["matter"]})
    english, chinese = (RENDERER.render(say, language, Medium.CHAT, VILLAGE).text for language in ("en", "zh_CN"))
    assert ("November 23, 18:00" in english, "11月23日18点" in chinese) == (True, True)


@pytest.mark.parametrize("message", messages())
def test_a_villager_sees_no_english_and_no_office_words(message: str) -> None:
    for medium in Medium:
        text = ALLOWED_LATIN.sub("", rendered(message, "zh_CN", medium))
        assert not re.search(r"[A-Za-z]{2,}", text), medium
        assert not any(word in text for word in OFFICE_WORDS), medium


def test_the_catalogues_have_the_same_words() -> None:
    zh, en = (tomllib.loads((TEMPLATES / language / "words.toml").read_text()) for language in LANGUAGES)
    assert {section: set(words) for section, words in zh.items()} == {
        section: set(words) for section, words in en.items()
    }
    shown = [word for words in zh.values() for word in words.values() if "{" not in word]
    assert not [word for word in shown if re.search(r"[A-Za-z]{3,}", ALLOWED_LATIN.sub("", word))]

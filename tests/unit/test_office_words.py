"""The words of figures, settings, the book, long work, emergencies and Today: the same in both languages, and plain."""

import re
import tomllib

import pytest

from console.settings.channels import KINDS
from console.settings.room import SECTIONS
from console.settings.setting_lines import CHOICES, SHOWN, TICKS
from notifier.registry import NEEDED, WELCOME
from notifier.render import TEMPLATES
from store.domain.people import Role

ROOMS = ("figures", "settings", "audit", "jobs", "emergencies", "today")
OFFICE_WORDS = ("工单", "退单", "受理", "系统")
ADDRESSES = re.compile(r"smpp|http|\$\{.*?\}|\{.*?\}")


def words(language: str, room: str) -> dict[str, dict[str, str]]:
    return tomllib.loads((TEMPLATES / language / "pages" / f"{room}.toml").read_text("utf-8"))


@pytest.mark.parametrize("room", ROOMS)
def test_both_languages_say_the_same_things(room: str) -> None:
    zh, en = words("zh_CN", room), words("en", room)
    assert {name: set(section) for name, section in zh.items()} == {name: set(section) for name, section in en.items()}
    for name, section in zh.items():
        for key, text in section.items():
            places = [sorted(set(re.findall(r"(?<!\$)\{(\w+)", said))) for said in (text, en[name][key])]
            assert places[0] == places[1], (name, key)


@pytest.mark.parametrize("room", ROOMS)
def test_a_cadre_reads_no_english_and_no_office_words(room: str) -> None:
    for section in words("zh_CN", room).values():
        for text in section.values():
            assert not re.search(r"[A-Za-z]{2,}", ADDRESSES.sub("", text.replace(".xlsx", ""))), text
            assert not any(word in text for word in OFFICE_WORDS), text


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_everything_that_can_be_set_has_words(language: str) -> None:
    said, every = words(language, "settings"), tomllib.loads((TEMPLATES / language / "words.toml").read_text("utf-8"))
    for name in SHOWN:
        assert {name} <= set(said["setting_name"]) & set(said["setting_ask"])
        assert name in said["setting_means"] or all(f"{name}_{one}" in said["setting_means"] for one in CHOICES[name])
        assert all(f"{name}_{choice}" in said["setting_choice"] for choice in CHOICES.get(name, ()))
        assert all(f"disclosure_{choice}" in every["option"] for choice in TICKS.get(name, ()))
    assert set(Role) == set(every["role"])
    asked = {(kind, name) for kind in KINDS for name in (*NEEDED.get(kind, ()), *WELCOME.get(kind, ()))}
    assert all({name, f"{kind}_{name}"} & set(said["credential"]) for kind, name in asked)
    assert {f"section_{section or 'index'}" for section in SECTIONS} <= set(said["settings"])

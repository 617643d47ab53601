"""The rules of signing in, and the console's words."""

import re
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.render import TEMPLATES
from store.domain.errors import Refusal
from store.domain.sign_in import LOCKED_FOR, check_password, is_locked
from store.domain.tickets import TicketEvent, TicketState
from store.passwords import hash_of, is_right
from store.queries.ticket_lists import DueBy, Shown

NOON = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)


def minutes_ago(*minutes: float) -> list[datetime]:
    return [NOON - timedelta(minutes=one) for one in minutes]


@pytest.mark.parametrize(
    ("failures", "locked"),
    [
        ([], False),
        ([1, 2, 3, 4], False),
        ([1, 2, 3, 4, 5], True),
        ([0, 0, 0, 0, 0], True),
        ([14.9, 15, 20, 25, 29], True),
        ([15, 16, 17, 18, 19], False),
        ([1, 2, 3, 4, 17], False),
    ],
)
def test_five_within_a_quarter_of_an_hour_lock_for_another(failures: list[float], locked: bool) -> None:  # noqa: FBT001
    assert is_locked(minutes_ago(*failures), NOON, 5) is locked


@given(st.lists(st.integers(0, 3600), max_size=12))
def test_no_lock_lasts_longer_than_a_quarter_of_an_hour_without_a_new_try(seconds: list[int]) -> None:
    failures = sorted((NOON - timedelta(seconds=one) for one in seconds), reverse=True)
    later = max([NOON, *failures]) + LOCKED_FOR
    assert not is_locked(failures, later, 5)


@pytest.mark.parametrize("password", ["榕树下晒谷场三", "12345678", "aaaaaaaa", "QWERTYUIOP", "password9", "长" * 201])
def test_what_is_guessed_first_is_refused(password: str) -> None:
    with pytest.raises(Refusal):
        check_password(password)


@pytest.mark.parametrize("password", ["榕树下的晒谷场三号", "turtle-lake-9", "19 颗荔枝 树下"])
def test_what_is_long_and_uncommon_is_taken(password: str) -> None:
    check_password(password)
    kept = hash_of(password)
    assert password not in kept
    assert is_right(password, kept)
    assert not is_right(password + " ", kept)
    assert hash_of(password) != kept


def console_words(language: str) -> dict[str, str]:
    catalogue = (TEMPLATES / language / "pages" / "console.toml").read_text("utf-8")
    words: dict[str, str] = tomllib.loads(catalogue)["console"]
    return words


def test_both_languages_have_the_same_words_with_the_same_places() -> None:
    chinese, english = console_words("zh_CN"), console_words("en")
    assert {key: set(re.findall(r"{\w+}", text)) for key, text in chinese.items()} == {
        key: set(re.findall(r"{\w+}", text)) for key, text in english.items()
    }
    shown = [re.sub(r"{\w+}", "", text) for text in chinese.values()]
    assert [text for text in shown if re.search(r"[A-Za-z]|工单|退单|受理|系统", text)] == []


def test_every_word_is_used_and_every_used_one_is_there() -> None:
    words = console_words("zh_CN")
    pages = "".join(path.read_text("utf-8") for path in Path(TEMPLATES / "console").glob("*.html"))
    named = set(re.findall(r"words\.console\.(\w+)", pages)) | set(re.findall(r'words\.console\["([\w-]+)"\]', pages))
    composed = {f"show_{one}" for one in Shown} | {f"state_{one}" for one in TicketState}
    composed |= {f"event_{one.split('.')[1]}" for one in TicketEvent} | {f"due_{one}" for one in DueBy}
    assert named | composed <= set(words)
    chosen_in_code = {
        "wrong",
        "wrong_code",
        "password_set",
        "not_there",
        "stale_form",
        "not_possible",
        "too_long",
        "come_back",
        "signed_out",
        "signed_out_kept",
        "signed_out_only",
    }
    chosen_in_code |= {"not_possible", "news_list", "news_ticket"}
    looked_up = {word for word in words if word.startswith(("done_", "how_", "noted_"))}
    assert set(words) - named - composed - chosen_in_code - looked_up == set()

"""Answers to a notice as they are typed, what may be asked for, and how the answers add up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.answer_words import read_answer, read_count, read_late_answer
from store.domain.answers import (
    ATTENDING,
    LARGEST_COUNT,
    PAID,
    AnswerTally,
    Asked,
    AskKind,
    GroupAnswers,
    choosing,
    looks_like_vote,
    read_choices,
)
from store.domain.errors import Refusal

COUNT = Asked(AskKind.COUNT)

TYPED = [
    ("1", ATTENDING, "参加"),
    ("２", ATTENDING, "不参加"),
    ("3", ATTENDING, ""),
    ("参加", ATTENDING, "参加"),
    ("不参加", ATTENDING, "不参加"),
    ("来的", ATTENDING, "参加"),
    ("不来了", ATTENDING, "不参加"),
    ("几点开会", ATTENDING, ""),
    ("已缴", PAID, "已缴"),
    ("没缴", PAID, "没缴"),
    ("2", choosing(("早上", "下午", "不去")), "下午"),
    ("下午", choosing(("早上", "下午", "不去")), "下午"),
    ("好的", choosing(("早上", "下午")), ""),
    ("3", COUNT, "3"),
    ("3个", COUNT, "3"),
    ("三个人", COUNT, "3"),
    ("我家来两个", COUNT, "2"),
    ("0个", COUNT, "0"),
    ("没有", COUNT, "0"),
    ("12", COUNT, "12"),
    ("九十九", COUNT, "99"),
    ("三组停水了", COUNT, ""),
    ("120", COUNT, ""),
]


@pytest.mark.parametrize(("text", "asked", "answer"), TYPED)
def test_an_answer_is_read(text: str, asked: Asked, answer: str) -> None:
    assert read_answer(text, asked.choices) == answer
    assert not answer or asked.takes(answer)


@given(st.text(max_size=30))
def test_a_count_is_none_or_within_bounds(text: str) -> None:
    count = read_count(text)
    assert count == "" or 0 <= int(count) <= LARGEST_COUNT


LATE = [
    ("26001 1", (26001, "1")),
    ("通知26001 参加", (26001, "参加")),
    ("26001号:不来", (26001, "不来")),
    ("261000 3个", (261000, "3个")),
    ("26001", None),
    ("611 1", None),
    ("13900007001 1", None),
]


@pytest.mark.parametrize(("text", "read"), LATE)
def test_a_late_answer_names_its_notice(text: str, read: tuple[int, str] | None) -> None:
    assert read_late_answer(text) == read


@pytest.mark.parametrize("text", ["早上 下午 不去", "早上、下午、不去", "1早上 2下午 3不去", "早上/下午/不去"])
def test_choices_are_read_however_they_are_parted(text: str) -> None:
    assert choosing(read_choices(text)).choices == ("早上", "下午", "不去")


@pytest.mark.parametrize(
    "choices", [(), ("去",), ("去", "去"), tuple("甲乙丙丁戊己庚"), ("去", "这一样实在是写得太长了"), ("去", "3")]
)
def test_choices_that_nobody_could_press_are_refused(choices: tuple[str, ...]) -> None:
    with pytest.raises(Refusal, match=r"answer\.choices"):
        choosing(choices)


VOTES = [
    (choosing(("同意", "不同意")), "鱼塘续包", True),
    (ATTENDING, "明晚开会表决鱼塘的事", True),
    (ATTENDING, "周六清沟渠", False),
    (Asked(AskKind.SEEN), "明晚开会表决鱼塘的事", False),
]


@pytest.mark.parametrize(("asked", "text", "like"), VOTES)
def test_what_could_be_taken_for_a_vote_says_that_it_is_none(asked: Asked, text: str, *, like: bool) -> None:
    assert looks_like_vote(asked, text) is like


def test_answers_add_up_over_the_groups() -> None:
    groups = (GroupAnswers(1, "一组", {"2": 3, "0": 1}, 4), GroupAnswers(2, "二组", {"2": 1, "10": 1}, 0))
    tally = AnswerTally(COUNT, groups)
    assert tally.answers == {"0": 1, "2": 4, "10": 1}
    assert tally.total == 18
    assert tally.silent == 4

"""Initials, masks, what stands in the way of a merge, and what of a person's data must stay."""

import tomllib

import pytest

from notifier.render import TEMPLATES
from store.domain.merging import Obstacle, VoteOfTwo, goes_over, is_struck, obstacle_of
from store.domain.names import initials_of
from store.domain.personal_data import Kept, Part, verdicts_on
from store.domain.phones import masked_number
from store.domain.retention import RETENTION


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("陈伟", "cw"),
        ("欧阳娜娜", "oynn"),
        ("曾单", "zd"),
        ("单国强", "sgq"),
        ("买买提·吐尔逊", "mmttex"),
        ("Anna Li", "annali"),
        ("", ""),
        ("𬱖", "d"),
        ("=?!", ""),
    ],
)
def test_a_name_is_found_by_its_initials(name: str, initials: str) -> None:
    assert initials_of(name) == initials


@pytest.mark.parametrize(
    ("number", "shown"),
    [("+8613900007001", "139****7001"), ("+867566123456", "756****3456"), ("+8612345", "****"), ("", "****")],
)
def test_a_masked_number_cannot_be_rung(number: str, shown: str) -> None:
    assert masked_number(number) == shown


def vote(marks: str) -> VoteOfTwo:
    """o: open; k, K: the one who is kept is on the roll, has cast; g, G: the other."""
    return VoteOfTwo(1, "鱼塘", "o" in marks, "k" in marks.lower(), "K" in marks, "g" in marks.lower(), "G" in marks)


@pytest.mark.parametrize(
    ("marks", "obstacle", "over"),
    [
        ("oKG", Obstacle.BOTH_CAST, False),
        ("KG", Obstacle.BOTH_CAST, False),
        ("okG", Obstacle.VOTE_OPEN, False),
        ("kG", None, False),
        ("oKg", None, False),
        ("okg", None, False),
        ("og", None, True),
        ("oG", None, True),
        ("g", None, False),
        ("G", None, False),
    ],
)
def test_one_person_has_one_vote(marks: str, obstacle: Obstacle | None, over: bool) -> None:  # noqa: FBT001
    assert obstacle_of(vote(marks)) is obstacle
    assert goes_over(vote(marks)) is over
    assert is_struck(vote(marks)) is (marks in {"oKg", "okg"})


@pytest.mark.parametrize(
    ("kept", "going"),
    [
        (Kept(is_here=True, in_office=False, open_tickets=0, votes=0), {Part.NUMBERS}),
        (Kept(is_here=True, in_office=True, open_tickets=0, votes=2), set()),
        (Kept(is_here=True, in_office=False, open_tickets=1, votes=0), set()),
        (Kept(is_here=False, in_office=False, open_tickets=0, votes=0), {Part.NAME, Part.NUMBERS}),
        (Kept(is_here=False, in_office=False, open_tickets=0, votes=1), {Part.NUMBERS}),
        (Kept(is_here=False, in_office=True, open_tickets=0, votes=0), set()),
        (Kept(is_here=False, in_office=False, open_tickets=1, votes=0), set()),
    ],
)
def test_what_goes_and_what_stays_and_why(kept: Kept, going: set[Part]) -> None:
    verdicts = verdicts_on(kept)
    always = {Part.PLACE, Part.TAGS, Part.FLAGS}
    assert {one.part for one in verdicts if one.goes} == going | always
    assert all(bool(one.reason) != one.goes and bool(one.law) != one.goes for one in verdicts)


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_every_verdict_and_period_has_words(language: str) -> None:
    words = tomllib.loads((TEMPLATES / language / "pages" / "people.toml").read_text())["people"]
    for here in (True, False):
        for number in range(8):
            kept = Kept(here, bool(number & 1), bool(number & 2), bool(number & 4))
            for one in verdicts_on(kept):
                assert f"part_{one.part}" in words
                assert one.goes or {f"stays_{one.reason}", f"law_{one.law}"} <= set(words)
    for period in RETENTION:
        assert {f"part_{period.what}", f"long_{period.how_long}", f"ends_{period.ends}", f"law_{period.law}"} <= set(
            words
        )


@pytest.mark.parametrize("page", ["people", "offices"])
def test_the_pages_have_the_same_words_in_both_languages(page: str) -> None:
    read = [tomllib.loads((TEMPLATES / one / "pages" / f"{page}.toml").read_text()) for one in ("zh_CN", "en")]
    assert [{section: list(words) for section, words in one.items()} for one in read] == [
        {section: list(words) for section, words in read[0].items()}
    ] * 2

"""What a ledger may claim to have proven."""

import pytest

from store.domain.reach import Outcome, Reach, Tally, reach_facts


def reach(**households: int) -> Reach:
    tallies = tuple(Tally(Outcome(name), "", count, 0) for name, count in households.items())
    return Reach(tallies, visits=0, closed_at=None)


@pytest.mark.parametrize(
    ("found", "percent"),
    [
        (reach(reached=412), "100.0"),
        (reach(reached=2, unreached=1), "66.6"),
        (reach(reached=1999, unreached=1), "99.9"),
        (reach(reached=1, told=1, nobody_home=1, refused=1), "50.0"),
        (reach(sent=10), "0.0"),
        (reach(), "0.0"),
    ],
)
def test_the_percentage_is_never_rounded_up(found: Reach, percent: str) -> None:
    assert reach_facts(26001, found)["percent"] == percent


def test_reasons_come_by_their_number() -> None:
    tallies = (
        Tally(Outcome.UNREACHED, "failed", 2, 2),
        Tally(Outcome.UNREACHED, "no_contact", 5, 5),
        Tally(Outcome.REACHED, "", 9, 0),
    )
    assert list(Reach(tallies, 0, None).reasons.items()) == [("no_contact", 5), ("failed", 2)]

"""What stands on the one page (明白纸) that a village posts every month.

The paper, the pictures for chat, the text for the loudspeaker and the SMS all say what stands here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from store.domain.disclosures import Digest, DisclosureCategory, DisclosureItem, Flow, digest_of
from store.domain.months import month_after
from store.domain.series import Occurrence

MOST_DAYS = 8
READ_OUT = 5
"""So many expenditures, and as many incomes, are read out; for the rest one looks at the board."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An item that residents asked about, and the answer as it was written for everybody to read."""

    item_id: int
    month: date
    number: int
    title: str
    answer: str


@dataclass(frozen=True, slots=True)
class PaperSection:
    """The items of a category; `before` are the sums of the same category a month earlier, None where none is out."""

    category: DisclosureCategory
    items: tuple[DisclosureItem, ...]
    sums: Digest
    before: Digest | None


@dataclass(frozen=True, slots=True)
class MonthlyPaper:
    """`published_on` is None while the month is not out: then it is printed to be checked and signed.

    `before` are the sums of the month before, None where that was not published. `asked` is what was answered since
    that one was posted. Amounts are in fen.
    """

    village_id: int
    village: str
    landline: str
    month: date
    published_on: date | None
    opening_fen: int | None
    sums: Digest
    before: Digest | None
    sections: tuple[PaperSection, ...]
    asked: tuple[Asked, ...]
    days: tuple[Occurrence, ...]

    def largest(self, flow: Flow) -> tuple[DisclosureItem, ...]:
        """What is read out: the largest items of that flow, each with an amount."""
        found = [item for one in self.sections for item in one.items if item.flow is flow and item.amount_fen]
        return tuple(sorted(found, key=lambda item: (-(item.amount_fen or 0), item.number))[:READ_OUT])


def sections_of(items: Iterable[DisclosureItem], before: Sequence[DisclosureItem] | None) -> tuple[PaperSection, ...]:
    """In the categories' own order; one without items this month does not stand there."""
    listed = tuple(items)
    return tuple(
        PaperSection(
            category=category,
            items=own,
            sums=digest_of(own),
            before=None if before is None else digest_of(item for item in before if item.category is category),
        )
        for category in DisclosureCategory
        if (own := tuple(item for item in listed if item.category is category))
    )


def days_announced(base: date) -> tuple[date, date]:
    """From which day to which the paper of that day names service days: to the end of the month after."""
    following = month_after(base, 2)
    return base, following - timedelta(days=1)


def change_of(now_fen: int | None, before_fen: int | None) -> int | None:
    """How much more (or less) than a month ago, None where either is unknown."""
    return None if now_fen is None or before_fen is None else now_fen - before_fen

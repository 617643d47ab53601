"""What a village discloses (村务公开): the items of a month, what they come to, and what may not stand in them.

Organic Law of Villagers' Committees, Art. 30 and 31 (2018 text): finances at least once a month where there is much
money, what concerns villagers' interests at once. Amounts are integers in fen.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from store.domain.errors import Refusal
from store.domain.privacy import Doubt, holds_personal_number

TITLE_LENGTH = 120
TEXT_LENGTH = 2000
LARGEST_AMOUNT_FEN = 10**13
"""A hundred thousand million yuan: beyond any village, far within the column."""


class DisclosureCategory(StrEnum):
    FINANCE = "finance"
    ASSETS = "assets"
    WORKS = "works"
    RELIEF = "relief"
    HOMESTEAD = "homestead"
    LAND = "land"
    LEVY = "levy"
    OTHER = "other"


class Flow(StrEnum):
    """Whether an item is the village's money in or out, or only posted (relief that the county pays, approvals)."""

    INCOME = "income"
    EXPENDITURE = "expenditure"
    POSTED = "posted"


@dataclass(frozen=True, slots=True)
class Entry:
    """An item before it is in the books. `attachment` is the SHA-256 of a stored file, "" for none.

    `asked_in` is the ticket in which a resident asked for it to be disclosed (点题公开).
    """

    category: DisclosureCategory
    title: str
    flow: Flow
    amount_fen: int | None = None
    text: str = ""
    attachment: str = ""
    asked_in: int | None = None


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A stored file as readers see it; `name` is what its sender called it, "" for a photo from a chat.

    `doubts` are about what a machine found in it when it was put there.
    """

    sha256: str
    name: str
    media_type: str
    doubts: tuple[Doubt, ...] = ()

    @property
    def is_photo(self) -> bool:
        return self.media_type.startswith("image/")


@dataclass(frozen=True, slots=True)
class DisclosureItem:
    """One line on the board, numbered through its month. `urgent_at` is when it was published ahead of its month.

    `is_asked_for`: a resident wanted it disclosed.
    """

    id: int
    month: date
    number: int
    category: DisclosureCategory
    title: str
    flow: Flow
    amount_fen: int | None
    text: str
    urgent_at: datetime | None
    files: tuple[AttachedFile, ...] = ()
    is_asked_for: bool = False


@dataclass(frozen=True, slots=True)
class Disclosure:
    """A month by its first day. `opening_fen` is what the village had before it, None where nobody stated it."""

    id: int
    village_id: int
    month: date
    opening_fen: int | None
    published_at: datetime | None
    items: tuple[DisclosureItem, ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """A month in one line. `largest` is the largest expenditure; `balance_fen` is None where the opening is unknown."""

    income_fen: int
    expenditure_fen: int
    balance_fen: int | None
    largest: DisclosureItem | None
    count: int


def digest_of(items: Iterable[DisclosureItem], opening_fen: int | None = None) -> Digest:
    """What the items come to. Posted items are counted and have no part in the money."""
    listed = tuple(items)
    spent = [item for item in listed if item.flow is Flow.EXPENDITURE and item.amount_fen]
    income_fen = sum(item.amount_fen or 0 for item in listed if item.flow is Flow.INCOME)
    expenditure_fen = sum(item.amount_fen or 0 for item in spent)
    return Digest(
        income_fen=income_fen,
        expenditure_fen=expenditure_fen,
        balance_fen=None if opening_fen is None else opening_fen + income_fen - expenditure_fen,
        largest=max(spent, key=lambda item: (item.amount_fen or 0, -item.number), default=None),
        count=len(listed),
    )


def digest_facts(disclosure: Disclosure) -> dict[str, object]:
    """What a text says of a month: amounts in fen, `balance` None where the opening is unknown."""
    digest = digest_of(disclosure.items, disclosure.opening_fen)
    return {
        "month": disclosure.month.month,
        "income": digest.income_fen,
        "expenditure": digest.expenditure_fen,
        "balance": digest.balance_fen,
        "largest": short_title(digest.largest.title) if digest.largest else "",
        "largest_fen": digest.largest.amount_fen if digest.largest else None,
        "count": digest.count,
    }


_CLAUSE = re.compile(r"[,,、;;::((。]")
_MEASURE = re.compile(r"[0-9.]+(?:公里|平方米|立方米|米|亩|吨|盏|个|户|处|批)?$")
_SHORT = 16


def short_title(title: str) -> str:
    """修三组水渠120米,每米105元 → 修三组水渠: enough for an SMS, where an amount follows."""
    clause = _CLAUSE.split(title.strip(), maxsplit=1)[0]
    return (_MEASURE.sub("", clause) or clause)[:_SHORT]


def item_facts(item: DisclosureItem) -> dict[str, object]:
    """What a text says of one item; `amount` is in fen, None where there is none."""
    return {
        "month": item.month.month,
        "number": item.number,
        "disclosed_as": item.category,
        "title": item.title,
        "short": short_title(item.title),
        "flow": item.flow,
        "amount": item.amount_fen,
        "text": item.text,
    }


def check_entry(entry: Entry) -> None:
    """Raises Refusal: disclosure.title_missing, .too_long, .amount_missing, .amount_wrong or .personal_number."""
    if not entry.title.strip():
        raise Refusal("disclosure.title_missing")
    if len(entry.title) > TITLE_LENGTH or len(entry.text) > TEXT_LENGTH:
        raise Refusal("disclosure.too_long", most=TITLE_LENGTH)
    if entry.amount_fen is None and entry.flow is not Flow.POSTED:
        raise Refusal("disclosure.amount_missing")
    if entry.amount_fen is not None and not 0 <= entry.amount_fen <= LARGEST_AMOUNT_FEN:
        raise Refusal("disclosure.amount_wrong")
    if holds_personal_number(entry.title) or holds_personal_number(entry.text):
        raise Refusal("disclosure.personal_number")

"""Disclosures as everybody reads them across the months, and the lists of names that only villagers do."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select

from store.database import Transaction
from store.domain.disclosures import DisclosureCategory, DisclosureItem
from store.domain.settings import AreaSettings
from store.queries.disclosures import items_of_rows, rows_of_items
from store.tables import disclosure_items, disclosures, named_lists, reading_links

PAGE = 30
MOST_WORDS = 5
LINK = "reading_links.token"
"""The context of the blind index under which a link is found."""

_IS_PUBLIC = or_(disclosures.c.published_at.is_not(None), disclosure_items.c.urgent_at.is_not(None))


@dataclass(frozen=True, slots=True)
class FoundItems:
    """`before` is the key with which the next page begins, None on the last."""

    items: tuple[DisclosureItem, ...]
    before: int | None


async def search_items(
    tx: Transaction, village_id: int, words: str, category: DisclosureCategory | None = None, before: int | None = None
) -> FoundItems:
    """Public items of all months in which every word stands, the newest first; `before` is a page's key."""
    conditions = [disclosures.c.area_id == village_id, _IS_PUBLIC, *map(_holds, words.split()[:MOST_WORDS])]
    if category:
        conditions.append(disclosure_items.c.category == category)
    if before is not None:
        conditions.append(disclosure_items.c.id < before)
    rows = await tx.all(rows_of_items().where(*conditions).order_by(disclosure_items.c.id.desc()).limit(PAGE + 1))
    listed = await items_of_rows(tx, rows[:PAGE])
    return FoundItems(tuple(listed), listed[-1].id if len(rows) > PAGE else None)


def _holds(word: str) -> ColumnElement[bool]:
    return or_(
        disclosure_items.c.title.contains(word, autoescape=True),
        disclosure_items.c.text.contains(word, autoescape=True),
    )


@dataclass(frozen=True, slots=True)
class NamedList:
    """Who gets or owes what, for villagers' eyes until `posted_until`."""

    item: DisclosureItem
    text: str = field(repr=False)
    posted_until: datetime


async def lists_posted(tx: Transaction, settings: AreaSettings) -> list[NamedList]:
    """The lists whose item is public and whose time on the board is not over, the newest first."""
    lasts = timedelta(days=settings.posted_days)
    rows = await tx.all(
        rows_of_items()
        .add_columns(named_lists.c.text.label("names"), _out_since().label("out_since"))
        .join(named_lists, named_lists.c.item_id == disclosure_items.c.id)
        .where(disclosures.c.area_id == settings.area.id, _is_posted(tx.now, lasts))
        .order_by(disclosure_items.c.id.desc())
    )
    items = await items_of_rows(tx, rows)
    return [NamedList(item, row.names, row.out_since + lasts) for item, row in zip(items, rows, strict=True)]


async def has_lists_posted(tx: Transaction, settings: AreaSettings) -> bool:
    posted = (
        select(named_lists.c.item_id)
        .join(disclosure_items, disclosure_items.c.id == named_lists.c.item_id)
        .join(disclosures, disclosures.c.id == disclosure_items.c.disclosure_id)
        .where(disclosures.c.area_id == settings.area.id, _is_posted(tx.now, timedelta(days=settings.posted_days)))
    )
    return await tx.first(posted.limit(1)) is not None


def _out_since() -> ColumnElement[datetime]:
    """An urgent item's list hangs from the day on which it was published, not from its month's."""
    return func.coalesce(
        disclosure_items.c.urgent_at, disclosures.c.published_at, type_=disclosures.c.published_at.type
    )


def _is_posted(now: datetime, lasts: timedelta) -> ColumnElement[bool]:
    return and_(_IS_PUBLIC, _out_since() > now - lasts)


async def lists_of_items(tx: Transaction, item_ids: Sequence[int]) -> dict[int, str]:
    """The lists that belong to these items, for those who enter them."""
    rows = await tx.all(select(named_lists).where(named_lists.c.item_id.in_(item_ids)))
    return {row.item_id: row.text for row in rows}


async def village_of_link(tx: Transaction, token: str) -> int | None:
    """The village whose lists a link opens; None once its time is over."""
    index = tx.keyring.index(token, context=LINK)
    found = await tx.scalar(
        select(reading_links.c.area_id).where(reading_links.c.token_hash == index, reading_links.c.ends_at > tx.now)
    )
    return int(found) if found is not None else None

"""What a village has disclosed, and what a month holds that is not out yet.

`disclosure_for`, `item_in_books`, `months_with_books`, `counts_in` and `has_items` show what is not published: they are
for those who enter it and for the scheduler.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select

from store.database import Transaction
from store.domain.disclosures import AttachedFile, Disclosure, DisclosureCategory, DisclosureItem, Flow
from store.domain.errors import NotFound
from store.domain.months import month_after, month_before
from store.domain.privacy import Concern, Doubt
from store.tables import disclosure_files, disclosure_items, disclosures, files

_PUBLISHED = disclosures.c.published_at.is_not(None)


def _item(row: Any, attached: Sequence[AttachedFile]) -> DisclosureItem:
    return DisclosureItem(
        id=row.id,
        month=row.month,
        number=row.number,
        category=DisclosureCategory(row.category),
        title=row.title,
        flow=Flow(row.flow),
        amount_fen=row.amount_fen,
        text=row.text,
        urgent_at=row.urgent_at,
        files=tuple(attached),
        is_asked_for=row.asked_in is not None,
    )


def rows_of_items() -> Select[Any]:
    return select(disclosure_items, disclosures.c.month).join(
        disclosures, disclosures.c.id == disclosure_items.c.disclosure_id
    )


async def has_items(tx: Transaction, village_id: int, month: date) -> bool:
    """Whether anything was entered for that month (by its first day)."""
    return await tx.first(rows_of_items().where(_of(village_id, month)).limit(1)) is not None


async def disclosure_for(tx: Transaction, village_id: int, month: date) -> Disclosure | None:
    """A month as it stands, published or not."""
    return await _disclosure(tx, _of(village_id, month))


async def lock_disclosure(tx: Transaction, village_id: int, month: date) -> Disclosure | None:
    """A month as it is now; nobody else writes in it until the commit."""
    await tx.first(select(disclosures.c.id).where(_of(village_id, month)).with_for_update())
    return await disclosure_for(tx, village_id, month)


async def published_disclosure(tx: Transaction, village_id: int, month: date) -> Disclosure | None:
    return await _disclosure(tx, _of(village_id, month), _PUBLISHED)


async def latest_disclosure(tx: Transaction, village_id: int) -> Disclosure | None:
    """The newest month that is published."""
    return await _disclosure(tx, disclosures.c.area_id == village_id, _PUBLISHED)


async def published_months(tx: Transaction, village_id: int) -> list[date]:
    """The newest first."""
    rows = await tx.all(
        select(disclosures.c.month)
        .where(disclosures.c.area_id == village_id, _PUBLISHED)
        .order_by(disclosures.c.month.desc())
    )
    return [row.month for row in rows]


async def months_published_at(tx: Transaction, village_id: int, most: int) -> list[tuple[date, datetime]]:
    """The newest published months, each with the moment at which it came out."""
    rows = await tx.all(
        select(disclosures.c.month, disclosures.c.published_at)
        .where(disclosures.c.area_id == village_id, _PUBLISHED)
        .order_by(disclosures.c.month.desc())
        .limit(most)
    )
    return [(row.month, row.published_at) for row in rows]


async def urgent_items(tx: Transaction, village_id: int) -> list[DisclosureItem]:
    """What was published ahead of a month that is not out yet, the newest first."""
    return await items_where(
        tx,
        disclosures.c.area_id == village_id,
        disclosures.c.published_at.is_(None),
        disclosure_items.c.urgent_at.is_not(None),
        order=(disclosure_items.c.urgent_at.desc(),),
    )


async def published_item(tx: Transaction, village_id: int, item_id: int) -> DisclosureItem | None:
    """An item that everybody may see: its month is out, or it was published at once."""
    found = await items_where(
        tx,
        disclosures.c.area_id == village_id,
        disclosure_items.c.id == item_id,
        _PUBLISHED | disclosure_items.c.urgent_at.is_not(None),
    )
    return found[0] if found else None


async def opening_of(tx: Transaction, village_id: int, month: date) -> int | None:
    """What the village had before the month, in fen: as last stated, and what came and went since. None if unknown."""
    stated = await tx.first(
        select(disclosures.c.month, disclosures.c.opening_fen)
        .where(
            disclosures.c.area_id == village_id, disclosures.c.month <= month, disclosures.c.opening_fen.is_not(None)
        )
        .order_by(disclosures.c.month.desc())
        .limit(1)
    )
    if stated is None or stated.month == month:
        return stated and int(stated.opening_fen)
    amount = func.coalesce(disclosure_items.c.amount_fen, 0)
    flow = disclosure_items.c.flow
    since = await tx.scalar(
        select(func.sum(case((flow == Flow.INCOME, amount), (flow == Flow.EXPENDITURE, -amount), else_=0)))
        .join(disclosures, disclosures.c.id == disclosure_items.c.disclosure_id)
        .where(disclosures.c.area_id == village_id, disclosures.c.month >= stated.month, disclosures.c.month < month)
    )
    return int(stated.opening_fen) + int(since or 0)


def _of(village_id: int, month: date) -> ColumnElement[bool]:
    return (disclosures.c.area_id == village_id) & (disclosures.c.month == month)


async def _disclosure(tx: Transaction, *conditions: ColumnElement[bool]) -> Disclosure | None:
    row = await tx.first(select(disclosures).where(*conditions).order_by(disclosures.c.month.desc()).limit(1))
    if row is None:
        return None
    return Disclosure(
        id=row.id,
        village_id=row.area_id,
        month=row.month,
        opening_fen=await opening_of(tx, row.area_id, row.month),
        published_at=row.published_at,
        items=tuple(await items_where(tx, disclosures.c.id == row.id)),
    )


async def items_where(
    tx: Transaction,
    *conditions: ColumnElement[bool],
    order: Sequence[ColumnElement[Any]] = (disclosure_items.c.number,),
) -> list[DisclosureItem]:
    rows = await tx.all(rows_of_items().where(*conditions).order_by(*order, disclosure_items.c.id))
    return await items_of_rows(tx, rows)


async def items_of_rows(tx: Transaction, rows: Sequence[Any]) -> list[DisclosureItem]:
    """However many items, one statement more."""
    attached = await files_of_items(tx, [row.id for row in rows])
    return [_item(row, attached.get(row.id, ())) for row in rows]


async def files_of_items(tx: Transaction, item_ids: Sequence[int]) -> Mapping[int, Sequence[AttachedFile]]:
    rows = await tx.all(
        select(disclosure_files, files.c.media_type)
        .join(files, files.c.sha256 == disclosure_files.c.sha256)
        .where(disclosure_files.c.item_id.in_(item_ids))
        .order_by(disclosure_files.c.id)
    )
    found: dict[int, list[AttachedFile]] = {}
    for row in rows:
        doubts = tuple(Doubt(Concern(concern), tuple(words), row.name) for concern, words in row.doubts)
        found.setdefault(row.item_id, []).append(AttachedFile(row.sha256, row.name, row.media_type, doubts))
    return found


async def item_in_books(tx: Transaction, village_id: int, item_id: int) -> DisclosureItem:
    """An item, public or not. Raises NotFound("disclosure.item_unknown")."""
    found = await items_where(tx, disclosures.c.area_id == village_id, disclosure_items.c.id == item_id)
    if not found:
        raise NotFound("disclosure.item_unknown")
    return found[0]


async def village_of_item(tx: Transaction, item_id: int) -> int:
    """Raises NotFound("disclosure.item_unknown")."""
    found = await tx.scalar(
        select(disclosures.c.area_id)
        .join(disclosure_items, disclosure_items.c.disclosure_id == disclosures.c.id)
        .where(disclosure_items.c.id == item_id)
    )
    if found is None:
        raise NotFound("disclosure.item_unknown")
    return int(found)


async def open_month(tx: Transaction, village_id: int, this_month: date) -> date:
    """Which books are written now: last month's while it is not out, else the month that runs, or the first after."""
    month = month_before(this_month)
    newest = await tx.scalar(
        select(func.max(disclosures.c.month)).where(disclosures.c.area_id == village_id, _PUBLISHED)
    )
    return month if newest is None or newest < month else max(this_month, month_after(newest))


async def months_with_books(tx: Transaction, village_id: int) -> list[date]:
    """The months that somebody began, published or not, the newest first."""
    rows = await tx.all(
        select(disclosures.c.month).where(disclosures.c.area_id == village_id).order_by(disclosures.c.month.desc())
    )
    return [row.month for row in rows]


async def counts_in(
    tx: Transaction, village_id: int, since: date, until: date
) -> Mapping[date, Mapping[DisclosureCategory, int]]:
    """By month, from `since` to before `until`: how many items of each category are entered."""
    rows = await tx.all(
        select(disclosures.c.month, disclosure_items.c.category, func.count().label("count"))
        .join(disclosure_items, disclosure_items.c.disclosure_id == disclosures.c.id)
        .where(disclosures.c.area_id == village_id, disclosures.c.month >= since, disclosures.c.month < until)
        .group_by(disclosures.c.month, disclosure_items.c.category)
    )
    found: dict[date, dict[DisclosureCategory, int]] = {}
    for row in rows:
        found.setdefault(row.month, {})[DisclosureCategory(row.category)] = row.count
    return found

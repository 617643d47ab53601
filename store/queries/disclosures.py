"""What a village has disclosed, and what a month holds that is not out yet.

`disclosure_for` and `has_items` show what is not published: they are for those who enter it and for the scheduler.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select

from store.database import Transaction
from store.domain.disclosures import Disclosure, DisclosureCategory, DisclosureItem, Flow
from store.tables import disclosure_items, disclosures, files

_PUBLISHED = disclosures.c.published_at.is_not(None)


def _item(row: Any) -> DisclosureItem:
    return DisclosureItem(
        id=row.id,
        month=row.month,
        number=row.number,
        category=DisclosureCategory(row.category),
        title=row.title,
        flow=Flow(row.flow),
        amount_fen=row.amount_fen,
        text=row.text,
        attachment=row.attachment,
        urgent_at=row.urgent_at,
    )


def _items() -> Select[Any]:
    return select(disclosure_items, disclosures.c.month).join(
        disclosures, disclosures.c.id == disclosure_items.c.disclosure_id
    )


async def has_items(tx: Transaction, village_id: int, month: date) -> bool:
    """Whether anything was entered for that month (by its first day)."""
    return await tx.first(_items().where(_of(village_id, month)).limit(1)) is not None


async def disclosure_for(tx: Transaction, village_id: int, month: date) -> Disclosure | None:
    """A month as it stands, published or not."""
    return await _disclosure(tx, _of(village_id, month))


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
    return [_item(row) for row in await tx.all(_items().where(*conditions).order_by(*order, disclosure_items.c.id))]


async def attachment_of(tx: Transaction, village_id: int, item_id: int) -> tuple[str, str] | None:
    """The file of an item that everybody may see: its SHA-256 and its media type."""
    item = await published_item(tx, village_id, item_id)
    if item is None or not item.attachment:
        return None
    media_type = await tx.scalar(select(files.c.media_type).where(files.c.sha256 == item.attachment))
    return (item.attachment, str(media_type)) if media_type else None

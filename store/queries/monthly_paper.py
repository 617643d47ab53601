"""What stands on a month's paper, gathered from the books."""

from datetime import date, datetime

from sqlalchemy import ColumnElement, select

from store.database import Transaction
from store.domain.disclosures import DisclosureItem, digest_of
from store.domain.monthly_paper import MOST_DAYS, Asked, MonthlyPaper, days_announced, sections_of
from store.domain.months import month_before
from store.domain.settings import AreaSettings
from store.queries.disclosures import disclosure_for, items_where, published_disclosure
from store.queries.service_days import service_days_between
from store.tables import board_answers, disclosure_items, disclosures

MONTHS_LISTED = 24


async def monthly_paper(
    tx: Transaction, settings: AreaSettings, month: date, *, drafts: bool = False
) -> MonthlyPaper | None:
    """The paper of a published month; with `drafts` also of one that is still to be checked. None where there is none.

    Service days are those that were ahead on the day of publication, so that a paper printed again is the same.
    """
    find = disclosure_for if drafts else published_disclosure
    disclosure = await find(tx, settings.area.id, month)
    if disclosure is None or not disclosure.items:
        return None
    before = await published_disclosure(tx, settings.area.id, month_before(month))
    published_on = disclosure.published_at.astimezone(settings.zone).date() if disclosure.published_at else None
    first, last = days_announced(published_on or tx.now.astimezone(settings.zone).date())
    days = await service_days_between(tx, settings, first, last)
    return MonthlyPaper(
        village_id=settings.area.id,
        village=settings.village_name,
        landline=settings.landline,
        month=disclosure.month,
        published_on=published_on,
        opening_fen=disclosure.opening_fen,
        sums=digest_of(disclosure.items, disclosure.opening_fen),
        before=digest_of(before.items, before.opening_fen) if before else None,
        sections=sections_of(disclosure.items, before.items if before else None),
        asked=await answers_between(
            tx, settings.area.id, before.published_at if before else None, disclosure.published_at or tx.now
        ),
        days=tuple(day for day in days if not day.cancelled_at)[:MOST_DAYS],
    )


async def answers_between(
    tx: Transaction, village_id: int, after: datetime | None, until: datetime
) -> tuple[Asked, ...]:
    """What was answered for everybody to read within that time, on items of whichever month, the oldest item first."""
    since = [board_answers.c.at > after] if after else []
    return await _answers(tx, village_id, board_answers.c.at <= until, *since)


async def latest_answers(tx: Transaction, village_id: int, since: date) -> tuple[Asked, ...]:
    """What was answered on items of the months from `since` on."""
    return await _answers(tx, village_id, disclosures.c.month >= since)


async def _answers(tx: Transaction, village_id: int, *conditions: ColumnElement[bool]) -> tuple[Asked, ...]:
    item = disclosure_items.c
    rows = await tx.all(
        select(item.id, disclosures.c.month, item.number, item.title, board_answers.c.text)
        .join(board_answers, board_answers.c.item_id == item.id)
        .join(disclosures, disclosures.c.id == item.disclosure_id)
        .where(disclosures.c.area_id == village_id, *conditions)
        .order_by(disclosures.c.month, item.number)
    )
    return tuple(Asked(row.id, row.month, row.number, row.title, row.text) for row in rows)


async def items_published_since(tx: Transaction, village_id: int, since: date) -> list[DisclosureItem]:
    """Items of published months from `since` on, the newest month first."""
    return await items_where(
        tx,
        disclosures.c.area_id == village_id,
        disclosures.c.published_at.is_not(None),
        disclosures.c.month >= since,
        order=(disclosures.c.month.desc(), disclosure_items.c.number),
    )


async def months_to_print(tx: Transaction, village_id: int, *, drafts: bool) -> list[tuple[date, bool]]:
    """The months that hold something, the newest first, and whether each is published."""
    mine = [disclosures.c.area_id == village_id]
    if not drafts:
        mine.append(disclosures.c.published_at.is_not(None))
    with_items = select(disclosure_items.c.disclosure_id)
    rows = await tx.all(
        select(disclosures.c.month, disclosures.c.published_at)
        .where(*mine, disclosures.c.id.in_(with_items))
        .order_by(disclosures.c.month.desc())
        .limit(MONTHS_LISTED)
    )
    return [(row.month, row.published_at is not None) for row in rows]

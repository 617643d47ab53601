"""Circulars, for whoever may see all of one."""

from collections.abc import Collection

from sqlalchemy import func, select

from store.database import Transaction
from store.domain.circulars import Circular, CircularFigures, Sizes
from store.domain.errors import NotFound
from store.domain.notices import NoticeState
from store.domain.people import Staff
from store.queries.access import may_see_notice, sees_notices
from store.queries.areas import settings_for
from store.queries.notices import all_notices, approvers_of, notice_from
from store.tables import areas, circulars, notice_figures, notices, staff


async def circular_for_staff(tx: Transaction, person: Staff, circular_id: int) -> Circular:
    """Without what was dropped of it. Raises NotFound, also where there is a village's that this person may not see."""
    row = await tx.first(
        select(circulars, staff.c.name.label("drafter_name"))
        .join(staff, staff.c.id == circulars.c.drafted_by)
        .where(circulars.c.id == circular_id)
    )
    if row is None:
        raise NotFound("notice.unknown")
    kept = (notices.c.circular_id == circular_id, notices.c.state != NoticeState.DROPPED)
    rows = await tx.all(all_notices().where(*kept))
    found = sorted(map(notice_from, rows), key=lambda notice: (notice.village_name, notice.village_id))
    if not found or not all(may_see_notice(person, notice) for notice in found):
        raise NotFound("notice.unknown")
    return Circular(row.id, row.drafted_by, row.drafter_name, row.drafted_at, found)


async def circulars_seen(tx: Transaction, person: Staff, circular_ids: Collection[int]) -> set[int]:
    """Those of these circulars of which this person may see every village's notice."""
    hidden = await tx.all(
        select(notices.c.circular_id)
        .join(areas, areas.c.id == notices.c.audience_area_id)
        .where(notices.c.circular_id.in_(circular_ids), notices.c.state != NoticeState.DROPPED, ~sees_notices(person))
    )
    return set(circular_ids) - {row.circular_id for row in hidden}


async def sizes_of(tx: Transaction, circular: Circular) -> list[Sizes]:
    settings = [await settings_for(tx, notice.village_id) for notice in circular.notices]
    return [Sizes(one.approval_size, one.town_approval_size) for one in settings]


async def approvers_of_all(tx: Transaction, circular: Circular, *, by_town: bool) -> list[Staff]:
    """Who may approve each of its notices."""
    each = [await approvers_of(tx, notice, by_town=by_town) for notice in circular.notices]
    everywhere = set.intersection(*({person.id for person in some} for some in each))
    return [person for person in each[0] if person.id in everywhere]


async def is_paused(tx: Transaction, circular_id: int) -> bool:
    """Whether one of its notices is."""
    paused = (notices.c.circular_id == circular_id, notices.c.paused_at.is_not(None))
    return await tx.first(select(notices.c.id).where(*paused).limit(1)) is not None


async def figures_of_circular(tx: Transaction, circular_id: int) -> CircularFigures:
    """Two who close the last two ledgers at once wait for one another: the second sees that it is complete."""
    await tx.first(select(circulars.c.id).where(circulars.c.id == circular_id).with_for_update())
    row = await tx.first(
        select(
            func.count().label("villages"),
            func.count(notices.c.closed_at).label("closed"),
            func.sum(notice_figures.c.households).label("households"),
            func.sum(notice_figures.c.proven).label("proven"),
        )
        .select_from(notices)
        .outerjoin(notice_figures, notice_figures.c.notice_id == notices.c.id)
        .where(notices.c.circular_id == circular_id, notices.c.state != NoticeState.DROPPED)
    )
    return CircularFigures(
        row.villages, int(row.households or 0), int(row.proven or 0), is_complete=row.closed == row.villages
    )

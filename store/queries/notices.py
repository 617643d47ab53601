"""Notices, who may approve them, and what their deliveries say."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, or_, select

from store.database import Transaction
from store.domain.accounts import WAITING_KINDS
from store.domain.answers import Asked, AskKind
from store.domain.areas import Area, AreaKind
from store.domain.audiences import audience_from
from store.domain.deliveries import DeliveryState, SkipReason
from store.domain.errors import NotFound
from store.domain.jobs import JobName
from store.domain.notices import UNREACHED_REASONS, Arranging, Ledger, Notice, NoticeState
from store.domain.people import Staff
from store.domain.plans import Fallback
from store.queries.access import may_approve, may_approve_large, may_see_notice, sees_notices
from store.queries.areas import villages_under
from store.queries.people import staff_serving
from store.tables import areas, channel_accounts, deliveries, notices, progress, residents, staff

RECENT = 8
ARRANGED_WITHIN = timedelta(minutes=30)
"""A prefecture's two million people take some minutes."""

_villages = areas.alias("villages")


def all_notices() -> Select[Any]:
    return (
        select(
            notices,
            _villages.c.name.label("village_name"),
            areas.c.kind.label("area_kind"),
            areas.c.name.label("area_name"),
            areas.c.path.label("area_path"),
            areas.c.parent_id.label("area_parent_id"),
            areas.c.number.label("area_number"),
            staff.c.name.label("drafter_name"),
            staff.c.resident_id.label("drafter_resident_id"),
        )
        .join(_villages, _villages.c.id == notices.c.area_id)
        .join(areas, areas.c.id == notices.c.audience_area_id)
        .join(staff, staff.c.id == notices.c.drafted_by)
    )


def notice_from(row: Any) -> Notice:
    area = Area(
        row.audience_area_id, AreaKind(row.area_kind), row.area_name, row.area_path, row.area_parent_id, row.area_number
    )
    return Notice(
        id=row.id,
        village_id=row.area_id,
        village_name=row.village_name,
        number=row.number,
        text=row.text,
        audience=audience_from(area, row.audience),
        asked=Asked(AskKind(row.asks), tuple(row.choices)),
        fallback=Fallback(row.fallback_minutes, row.fallback_unknown),
        state=NoticeState(row.state),
        frozen_hash=row.frozen_hash,
        plan_hash=row.plan_hash,
        drafted_by=row.drafted_by,
        drafter_name=row.drafter_name,
        drafter_resident_id=row.drafter_resident_id,
        refusal=row.refusal,
        drafted_at=row.drafted_at,
        circular_id=row.circular_id,
    )


def first_of_circular(person: Staff) -> ColumnElement[bool]:
    """As a condition on `notices`: of a circular of which this person may see all, the first stands for the others."""
    bound, places = notices.alias("bound"), areas.alias("bound_places")
    alike = and_(bound.c.circular_id == notices.c.circular_id, bound.c.state != NoticeState.DROPPED)
    there = select(bound.c.id).join(places, places.c.id == bound.c.audience_area_id).where(alike).correlate(notices)
    hidden = there.where(~sees_notices(person, bound, places)).exists()
    return or_(notices.c.circular_id.is_(None), hidden, ~there.where(bound.c.id < notices.c.id).exists())


async def notice_by_id(tx: Transaction, notice_id: int) -> Notice:
    row = await tx.first(all_notices().where(notices.c.id == notice_id))
    if row is None:
        raise NotFound("notice.unknown")
    return notice_from(row)


async def notice_for_staff(tx: Transaction, person: Staff, notice_id: int) -> Notice:
    """Raises NotFound, also for one that this person may not see."""
    notice = await notice_by_id(tx, notice_id)
    if not may_see_notice(person, notice):
        raise NotFound("notice.unknown")
    return notice


async def notice_numbered(tx: Transaction, person: Staff, number: int, *, near: int) -> Notice:
    """The notice of that number where this person serves, that of the village `near` before others."""
    rows = await tx.all(
        all_notices().where(notices.c.number == number, sees_notices(person)).order_by(notices.c.id.desc())
    )
    found = [notice for notice in map(notice_from, rows) if may_see_notice(person, notice)]
    if not found:
        raise NotFound("notice.unknown")
    return min(found, key=lambda notice: notice.village_id != near)


async def recent_notices(tx: Transaction, person: Staff) -> list[Notice]:
    """What this person may see, the newest first; not what was dropped, nor what somebody else still writes."""
    listed = or_(notices.c.state != NoticeState.DRAFT, notices.c.drafted_by == person.id)
    rows = await tx.all(
        all_notices()
        .where(sees_notices(person), listed, notices.c.state != NoticeState.DROPPED, first_of_circular(person))
        .order_by(notices.c.id.desc())
        .limit(RECENT)
    )
    return [notice for notice in map(notice_from, rows) if may_see_notice(person, notice)]


async def notices_waiting(tx: Transaction, person: Staff) -> list[Notice]:
    """What waits for this person's approval, the oldest first; what was large when it was submitted is the town's."""
    waiting = all_notices().where(
        sees_notices(person), notices.c.state == NoticeState.WAITING, first_of_circular(person)
    )
    rows = await tx.all(waiting.order_by(notices.c.id))
    found = [notice_from(row) for row in rows if _approver(by_town=row.needs_town)(person, row.area_path)]
    return [notice for notice in found if not notice.is_of(person)][:RECENT]


def _approver(*, by_town: bool) -> Callable[[Staff, str], bool]:
    return may_approve_large if by_town else may_approve


async def approvers_of(tx: Transaction, notice: Notice, *, by_town: bool) -> list[Staff]:
    """Who may approve it: never its own drafter; where it is a large one (`by_town`), those of the town."""
    path = notice.audience.area.path
    allowed = _approver(by_town=by_town)
    serving = await staff_serving(tx, path)
    return [person for person in serving if allowed(person, path) and not notice.is_of(person)]


async def villages_served(tx: Transaction, person: Staff) -> list[Area]:
    """The villages in which this person has a duty, be it in one group only."""
    found: dict[int, Area] = {}
    for path in sorted({duty.area_path for duty in person.duties}):
        for village in await villages_under(tx, await _village_or_above(tx, path)):
            found[village.id] = village
    return sorted(found.values(), key=lambda village: (village.name, village.id))


async def _village_or_above(tx: Transaction, path: str) -> Area:
    """The area of that path; for a group its village."""
    ids = [int(part) for part in path.strip("/").split("/")]
    row = await tx.first(
        select(areas)
        .where(areas.c.id.in_(ids), areas.c.kind != AreaKind.GROUP)
        .order_by(func.length(areas.c.path).desc())
        .limit(1)
    )
    return Area(row.id, AreaKind(row.kind), row.name, row.path, row.parent_id, row.number)


_BEST = (
    *(reason.value for reason in reversed(SkipReason)),
    DeliveryState.FAILED.value,
    DeliveryState.UNKNOWN.value,
    DeliveryState.PAUSED.value,
    DeliveryState.HELD.value,
    DeliveryState.QUEUED.value,
    DeliveryState.SENDING.value,
    DeliveryState.SENT.value,
    DeliveryState.DELIVERED.value,
    DeliveryState.READ.value,
)
"""Of several rows of one household the last of these counts; why it was skipped only where nothing else happened."""


async def arranging_of(tx: Transaction, notice_id: int) -> Arranging | None:
    """How far the job has come that writes a large notice; None where it is done, or there is none."""
    unfinished = (progress.c.subject_id == notice_id, progress.c.finished_at.is_(None))
    row = await tx.first(progress.select().where(progress.c.job == JobName.SEND_NOTICE, *unfinished))
    if row is None:
        return None
    return Arranging(min(row.done, row.total), row.total, tx.now - row.begun_at > ARRANGED_WITHIN)


async def ledger_of(tx: Transaction, notice: Notice) -> Ledger:
    """The deliveries of a notice, every household counted once. Two statements, whatever its size."""
    homes = _households(tx, notice)
    counted = await tx.all(
        select(homes.c.best, func.count().label("count"), func.sum(homes.c.confirmed), func.sum(homes.c.held)).group_by(
            homes.c.best
        )
    )
    states: Counter[DeliveryState] = Counter()
    skipped: Counter[SkipReason] = Counter()
    confirmed = held = 0
    for best, count, confirmed_here, held_here in counted:
        confirmed, held = confirmed + int(confirmed_here), held + int(held_here)
        if _BEST[best] in set(SkipReason):
            skipped[SkipReason(_BEST[best])] += count
        else:
            states[DeliveryState(_BEST[best])] += count
    return Ledger(states, skipped, confirmed, held, await _unreached(tx, notice))


def _households(tx: Transaction, notice: Notice) -> Subquery:
    """One row a household or person: the best of its rows (its place in _BEST), whether one is confirmed, or held.

    Where a row is itself the message (web chat), it is sent as soon as it is due.
    """
    lies_there = and_(
        deliveries.c.state == DeliveryState.QUEUED,
        channel_accounts.c.kind.in_(WAITING_KINDS),
        deliveries.c.due_at <= tx.now,
    )
    outcome = case(
        (lies_there, DeliveryState.SENT.value),
        (deliveries.c.state == DeliveryState.SKIPPED, deliveries.c.reason),
        else_=deliveries.c.state,
    )
    return (
        select(
            deliveries.c.resident_id,
            func.max(case({name: place for place, name in enumerate(_BEST)}, value=outcome, else_=0)).label("best"),
            func.max(case((deliveries.c.confirmed_at.is_not(None), 1), else_=0)).label("confirmed"),
            func.max(case((deliveries.c.state == DeliveryState.HELD, 1), else_=0)).label("held"),
        )
        .outerjoin(channel_accounts, channel_accounts.c.id == deliveries.c.account_id)
        .where(deliveries.c.notice_id == notice.id)
        .group_by(deliveries.c.resident_id)
        .subquery()
    )


async def _unreached(tx: Transaction, notice: Notice) -> tuple[str, ...]:
    """Who got nothing: no address, one that failed, or another household's that failed."""
    homes = _households(tx, notice)
    lost = [_BEST.index(one) for one in (DeliveryState.FAILED, *UNREACHED_REASONS)]
    failed = select(deliveries.c.contact_id).where(
        deliveries.c.notice_id == notice.id, deliveries.c.state == DeliveryState.FAILED
    )
    shares_failed = select(deliveries.c.resident_id).where(
        deliveries.c.notice_id == notice.id,
        deliveries.c.reason == SkipReason.SHARED_ADDRESS,
        deliveries.c.contact_id.in_(failed),
    )
    shared = and_(homes.c.best == _BEST.index(SkipReason.SHARED_ADDRESS), homes.c.resident_id.in_(shares_failed))
    rows = await tx.all(
        select(residents.c.name)
        .join(homes, homes.c.resident_id == residents.c.id)
        .where(or_(homes.c.best.in_(lost), shared))
        .order_by(residents.c.group_id, residents.c.household_id, residents.c.id)
    )
    return tuple(row.name for row in rows)

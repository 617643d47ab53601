"""What a person does with a notice that is on its way: stop it, let it go on, call it off, send it again to some.

Each is one statement over the rows that are still here; what has gone out is out.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, not_, null, or_, select

from store.database import Transaction
from store.domain.accounts import SMS_KINDS, WAITING_KINDS
from store.domain.deliveries import UNDER_WAY, DeliveryState, SkipReason
from store.domain.errors import NotAllowed, Refusal
from store.domain.notices import Notice, NoticeState
from store.domain.people import Staff
from store.domain.quiet_hours import QuietHours, next_allowed
from store.domain.reach import STANDING, Outcome, Steering
from store.queries.access import may_steer
from store.queries.areas import settings_for
from store.queries.notices import arranging_of
from store.queries.reach import households_of
from store.tables import UtcDateTime, channel_accounts, contacts, deliveries, notices

_HERE = UNDER_WAY - {DeliveryState.SENDING}
"""States of rows that no call is under way for."""


async def steering_of(tx: Transaction, notice: Notice) -> Steering:
    paused_at = await tx.scalar(select(notices.c.paused_at).where(notices.c.id == notice.id))
    waiting = select(func.count(deliveries.c.resident_id.distinct())).where(_waiting_rows(tx, notice.id, _HERE))
    units = households_of(tx, notice.id)
    unvisited = select(func.count()).select_from(units).where(units.c.unvisited)
    return Steering(
        paused=paused_at is not None,
        waiting=int(await tx.scalar(waiting)),
        failed=await _count(tx, _again(tx, notice.id, DeliveryState.FAILED)),
        unknown=await _count(tx, _again(tx, notice.id, DeliveryState.UNKNOWN)),
        unvisited=int(await tx.scalar(unvisited)),
    )


async def pause_notice(tx: Transaction, notice: Notice, person: Staff) -> int:
    """Hold back what has not gone out; how many rows. Raises Refusal("notice.nothing_waits").

    What a job has yet to write is held back when it is written: `obey_steering`.
    """
    await _lock(tx, notice, person)
    held = await _hold(tx, notice.id)
    if not held and await arranging_of(tx, notice.id) is None:
        raise Refusal("notice.nothing_waits", number=notice.number)
    await _mark(tx, notice, person, "paused", held, paused_at=tx.now)
    return held


async def resume_notice(tx: Transaction, notice: Notice, person: Staff) -> int:
    """Let it go on; how many rows. Raises Refusal("notice.not_paused")."""
    row = await _lock(tx, notice, person)
    if row.paused_at is None:
        raise Refusal("notice.not_paused", number=notice.number)
    freed = await tx.run(
        deliveries.update()
        .where(deliveries.c.notice_id == notice.id, deliveries.c.state == DeliveryState.PAUSED)
        .values(state=DeliveryState.QUEUED)
    )
    await _mark(tx, notice, person, "resumed", freed, paused_at=None)
    return freed


async def cancel_notice(tx: Transaction, notice: Notice, person: Staff) -> int:
    """Call off what has not gone out, for good, as `pause_notice` holds it back; how many rows."""
    await _lock(tx, notice, person)
    dropped = await _drop(tx, notice.id)
    if not dropped and await arranging_of(tx, notice.id) is None:
        raise Refusal("notice.nothing_waits", number=notice.number)
    await _mark(tx, notice, person, "cancelled", dropped, cancelled_at=tx.now, paused_at=None)
    return dropped


async def send_again(tx: Transaction, notice: Notice, person: Staff) -> int:
    """New rows for the households whom it failed to reach; how many. Raises Refusal("notice.nothing_to_resend")."""
    await _lock(tx, notice, person)
    return await _write_again(tx, notice, person, DeliveryState.FAILED)


async def send_unknown_again(tx: Transaction, notice: Notice, person: Staff, households: int) -> int:
    """New rows for those of whom nobody can say whether they got it: some will get it twice.

    `households` is the number that the person named. Raises Refusal("notice.changed_meanwhile") where it is another by
    now.
    """
    await _lock(tx, notice, person)
    if households != await _count(tx, _again(tx, notice.id, DeliveryState.UNKNOWN)):
        raise Refusal("notice.changed_meanwhile", number=notice.number)
    return await _write_again(tx, notice, person, DeliveryState.UNKNOWN)


async def obey_steering(tx: Transaction, notice_id: int) -> None:
    """What was just written of a notice that has been paused or called off meanwhile does not go out.

    Who would do so now waits for this transaction, and finds its rows.
    """
    row = await tx.first(
        select(notices.c.paused_at, notices.c.cancelled_at).where(notices.c.id == notice_id).with_for_update()
    )
    if row.cancelled_at is not None:
        await _drop(tx, notice_id)
    elif row.paused_at is not None:
        await _hold(tx, notice_id)


async def hold_back(tx: Transaction, _now: datetime) -> None:
    """The tick's chore: what was queued anew of a notice that is paused or called off (a retry, a second channel)."""
    paused = notices.c.paused_at.is_not(None)
    for row in await tx.all(
        select(notices.c.id, notices.c.cancelled_at).where(
            notices.c.state == NoticeState.APPROVED,
            notices.c.closed_at.is_(None),
            or_(paused, notices.c.cancelled_at.is_not(None)),
        )
    ):
        await (_drop(tx, row.id) if row.cancelled_at else _hold(tx, row.id))


async def _lock(tx: Transaction, notice: Notice, person: Staff) -> Any:
    if not may_steer(person, notice):
        raise NotAllowed("notice.not_his", number=notice.number)
    row = await tx.first(
        select(notices.c.state, notices.c.paused_at, notices.c.cancelled_at)
        .where(notices.c.id == notice.id)
        .with_for_update()
    )
    if row.state != NoticeState.APPROVED:
        raise Refusal("notice.not_now", number=notice.number, notice_state=row.state)
    if row.cancelled_at is not None:
        raise Refusal("notice.is_cancelled", number=notice.number)
    return row


def _waiting_rows(tx: Transaction, notice_id: int, states: frozenset[DeliveryState]) -> ColumnElement[bool]:
    """Rows of these states that have not gone out: a web chat's row is read as soon as it is due."""
    pages = select(channel_accounts.c.id).where(channel_accounts.c.kind.in_(WAITING_KINDS))
    on_page = and_(
        deliveries.c.state == DeliveryState.QUEUED, deliveries.c.due_at <= tx.now, deliveries.c.account_id.in_(pages)
    )
    return and_(deliveries.c.notice_id == notice_id, deliveries.c.state.in_(states), not_(on_page))


async def _hold(tx: Transaction, notice_id: int) -> int:
    waiting = _waiting_rows(tx, notice_id, frozenset({DeliveryState.QUEUED}))
    return await tx.run(deliveries.update().where(waiting).values(state=DeliveryState.PAUSED))


async def _drop(tx: Transaction, notice_id: int) -> int:
    dropped = {"state": DeliveryState.SKIPPED, "reason": SkipReason.CANCELLED}
    return await tx.run(deliveries.update().where(_waiting_rows(tx, notice_id, _HERE)).values(**dropped))


def _again(tx: Transaction, notice_id: int, state: DeliveryState) -> Select[tuple[int]]:
    """The last such row of each household that nothing else has reached and that still wants to be written to."""
    units = households_of(tx, notice_id)
    outcome = Outcome.UNREACHED if state is DeliveryState.FAILED else Outcome.UNKNOWN
    return (
        select(func.max(deliveries.c.id))
        .join(units, units.c.resident_id == deliveries.c.resident_id)
        .join(contacts, contacts.c.id == deliveries.c.contact_id)
        .where(
            deliveries.c.notice_id == notice_id,
            deliveries.c.state == state,
            units.c.standing == STANDING[outcome],
            contacts.c.opted_out_at.is_(None),
            contacts.c.dead_at.is_(None),
        )
        .group_by(deliveries.c.resident_id)
    )


async def _count(tx: Transaction, ids: Select[tuple[int]]) -> int:
    return int(await tx.scalar(select(func.count()).select_from(ids.subquery())))


async def _write_again(tx: Transaction, notice: Notice, person: Staff, state: DeliveryState) -> int:
    settings = await settings_for(tx, notice.village_id)
    quiet = QuietHours(settings.quiet_from, settings.quiet_to)
    sms = select(channel_accounts.c.id).where(channel_accounts.c.kind.in_(SMS_KINDS))
    after_quiet = literal(next_allowed(tx.now, settings.zone, quiet), UtcDateTime)
    fresh: dict[str, ColumnElement[Any]] = {
        "replaces": literal(""),
        "state": literal(DeliveryState.QUEUED.value),
        "reason": literal(""),
        "provider_id": literal(""),
        "attempts": literal(0),
        "due_at": case((deliveries.c.account_id.in_(sms), after_quiet), else_=literal(tx.now, UtcDateTime)),
        "lease_holder": literal(""),
        "lease_until": null(),
        "created_at": literal(tx.now, UtcDateTime),
        "sent_at": null(),
        "delivered_at": null(),
        "confirmed_at": null(),
    }
    columns = [column for column in deliveries.c if column.name != "id"]
    source = select(*(fresh.get(column.name, column) for column in columns)).where(
        deliveries.c.id.in_(_again(tx, notice.id, state))
    )
    written = await tx.run(
        deliveries.insert()
        .from_select([column.name for column in columns], source)
        .execution_options(preserve_rowcount=True)
    )
    if not written:
        raise Refusal("notice.nothing_to_resend", number=notice.number)
    action = "sent_again" if state is DeliveryState.FAILED else "unknown_sent_again"
    await _mark(tx, notice, person, action, written, closed_at=None)
    return written


async def _mark(tx: Transaction, notice: Notice, person: Staff, action: str, rows: int, **values: object) -> None:
    await tx.run(notices.update().where(notices.c.id == notice.id).values(looks_at=tx.now, **values))
    tx.audit(notice.village_id, f"staff:{person.id}", f"notice.{action}", f"notice:{notice.id}", rows)

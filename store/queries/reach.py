"""What a notice's ledger says of every household: counted by the database, whatever the notice's size.

A household may have several rows (a second channel, a second try, a neighbour's phone): the best of them counts.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, or_, select

from store.database import Transaction
from store.domain.accounts import CHATS_WITHOUT_RECEIPTS, WAITING_KINDS
from store.domain.deliveries import UNDER_WAY, DeliveryState, SkipReason
from store.domain.errors import NotFound
from store.domain.notices import UNREACHED_REASONS, NoticeState
from store.domain.reach import (
    RECEIPTS_UNTIL,
    STANDING,
    UNKNOWN_UNTIL,
    Outcome,
    Reach,
    Tally,
    VisitOutcome,
)
from store.queries.postings import postings_of
from store.tables import (
    channel_accounts,
    deliveries,
    emergency_rolls,
    notice_answers,
    notice_visits,
    notices,
)

_FAILED = "failed"
"""The reason that stands for every code by which a provider refused."""
OUTCOME_AT = {standing: outcome for outcome, standing in STANDING.items()}
_S = STANDING


def households_of(tx: Transaction, notice_id: int) -> Subquery:
    """One row a household: resident_id (its head), standing, reason, since, waits, and whether somebody visits."""
    rows = _rows(tx, notice_id)
    by_contact = (
        select(
            rows.c.contact_id,
            func.max(rows.c.standing).label("standing"),
            func.max(rows.c.reason).label("reason"),
            func.max(rows.c.since).label("since"),
        )
        .where(~rows.c.shared)
        .group_by(rows.c.contact_id)
        .subquery()
    )
    best = (
        select(
            rows.c.resident_id,
            func.max(func.coalesce(by_contact.c.standing, rows.c.standing)).label("standing"),
            func.max(func.coalesce(by_contact.c.reason, rows.c.reason)).label("reason"),
            func.max(func.coalesce(by_contact.c.since, rows.c.since)).label("since"),
        )
        .outerjoin(by_contact, and_(rows.c.shared, by_contact.c.contact_id == rows.c.contact_id))
        .group_by(rows.c.resident_id)
        .subquery()
    )
    return _with_visits(tx, notice_id, best)


def _rows(tx: Transaction, notice_id: int) -> Subquery:
    shared = deliveries.c.reason == SkipReason.SHARED_ADDRESS
    failed = deliveries.c.state == DeliveryState.FAILED
    return (
        select(
            deliveries.c.resident_id,
            deliveries.c.contact_id,
            and_(deliveries.c.state == DeliveryState.SKIPPED, shared).label("shared"),
            _standing(tx.now).label("standing"),
            case((failed, _FAILED), else_=deliveries.c.reason).label("reason"),
            func.coalesce(deliveries.c.sent_at, deliveries.c.due_at).label("since"),
        )
        .outerjoin(channel_accounts, channel_accounts.c.id == deliveries.c.account_id)
        .where(deliveries.c.notice_id == notice_id, deliveries.c.resident_id.is_not(None))
        .subquery()
    )


def lies_there(now: datetime) -> ColumnElement[bool]:
    """Where the row itself is the message (web chat), it is out as soon as it is due."""
    return and_(
        deliveries.c.state == DeliveryState.QUEUED,
        channel_accounts.c.kind.in_(WAITING_KINDS),
        deliveries.c.due_at <= now,
    )


def _standing(now: datetime) -> ColumnElement[int]:
    state, reason = deliveries.c.state, deliveries.c.reason
    arrived = or_(
        deliveries.c.confirmed_at.is_not(None),
        state.in_((DeliveryState.DELIVERED, DeliveryState.READ)),
        and_(state == DeliveryState.SENT, channel_accounts.c.kind.in_(CHATS_WITHOUT_RECEIPTS)),
    )
    return case(
        (arrived, _S[Outcome.REACHED]),
        (or_(state == DeliveryState.SENT, lies_there(now)), _S[Outcome.SENT]),
        (state.in_(UNDER_WAY), _S[Outcome.UNDER_WAY]),
        (state == DeliveryState.UNKNOWN, _S[Outcome.UNKNOWN]),
        (or_(state == DeliveryState.FAILED, reason.in_(UNREACHED_REASONS)), _S[Outcome.UNREACHED]),
        (reason == SkipReason.OPTED_OUT, _S[Outcome.OPTED_OUT]),
        else_=_S[Outcome.CANCELLED],
    )


def _with_visits(tx: Transaction, notice_id: int, best: Subquery) -> Subquery:
    said = notice_visits.c.outcome
    answered = notice_answers.c.id.is_not(None)
    visited = case(
        *((said == outcome, _S[Outcome(outcome)]) for outcome in VisitOutcome),
        else_=best.c.standing,
    )
    standing = case((or_(answered, best.c.standing == _S[Outcome.REACHED]), _S[Outcome.REACHED]), else_=visited)
    missed = standing.in_((_S[Outcome.UNREACHED], _S[Outcome.UNKNOWN]))
    waits = or_(
        missed,
        standing == _S[Outcome.UNDER_WAY],
        and_(standing == _S[Outcome.SENT], best.c.since > tx.now - RECEIPTS_UNTIL),
    )
    due = or_(standing == _S[Outcome.UNREACHED], best.c.since <= tx.now - UNKNOWN_UNTIL)
    return (
        select(
            best.c.resident_id,
            standing.label("standing"),
            case((standing == _S[Outcome.UNREACHED], best.c.reason), else_="").label("reason"),
            case((waits, 1), else_=0).label("waits"),
            case((and_(missed, said == ""), 1), else_=0).label("visiting"),
            and_(missed, notice_visits.c.id.is_(None)).label("unvisited"),
            and_(missed, due, notice_visits.c.id.is_(None)).label("to_visit"),
        )
        .outerjoin(
            notice_visits,
            and_(notice_visits.c.notice_id == notice_id, notice_visits.c.resident_id == best.c.resident_id),
        )
        .outerjoin(
            notice_answers,
            and_(notice_answers.c.notice_id == notice_id, notice_answers.c.resident_id == best.c.resident_id),
        )
        .subquery()
    )


async def notice_id_numbered(tx: Transaction, village_id: int, number: int) -> int:
    """Raises NotFound where the village has no such notice."""
    found = await tx.scalar(select(notices.c.id).where(notices.c.area_id == village_id, notices.c.number == number))
    if found is None:
        raise NotFound("notice.unknown")
    return int(found)


async def reach_of(tx: Transaction, notice_id: int) -> Reach:
    """The figures of the reach certificate, in three statements."""
    units = households_of(tx, notice_id)
    rows = await tx.all(
        select(
            units.c.standing,
            units.c.reason,
            func.count().label("households"),
            func.sum(units.c.waits).label("waits"),
            func.sum(units.c.visiting).label("visiting"),
        ).group_by(units.c.standing, units.c.reason)
    )
    return Reach(
        tallies=tuple(Tally(OUTCOME_AT[row.standing], row.reason, row.households, int(row.waits)) for row in rows),
        visits=sum(int(row.visiting) for row in rows),
        closed_at=await tx.scalar(select(notices.c.closed_at).where(notices.c.id == notice_id)),
        postings=tuple(await postings_of(tx, notice_id)),
    )


async def is_under_way(tx: Transaction, notice_id: int) -> bool:
    """Whether anything of it is still to go out."""
    return await tx.first(still_to_go(tx.now).where(deliveries.c.notice_id == notice_id).limit(1)) is not None


def still_to_go(now: datetime) -> Select[tuple[int]]:
    """Messages that have not gone out."""
    return (
        select(deliveries.c.id)
        .outerjoin(channel_accounts, channel_accounts.c.id == deliveries.c.account_id)
        .where(deliveries.c.state.in_(UNDER_WAY), ~lies_there(now))
    )


async def ledgers_to_look_at(tx: Transaction, most: int) -> list[int]:
    """Notices whose ledgers are open and whose turn it is, the longest waiting first; some at a time.

    An emergency's own roll follows every household to its door.
    """
    looked_at = func.coalesce(notices.c.looks_at, notices.c.decided_at)
    rows = await tx.all(
        select(notices.c.id)
        .where(
            notices.c.state == NoticeState.APPROVED,
            notices.c.closed_at.is_(None),
            looked_at <= tx.now,
            ~select(emergency_rolls.c.id).where(emergency_rolls.c.notice_id == notices.c.id).exists(),
        )
        .order_by(looked_at)
        .limit(most)
        .with_for_update(skip_locked=True, of=notices)
    )
    return [row.id for row in rows]

"""The second steps of notices: an SMS goes out where nothing shows that the chat message arrived.

A chore of the minute's tick, some statements whatever the size; of two ticks at once the second finds nothing left.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select, true

from store.database import Transaction
from store.domain.accounts import CHATS_WITHOUT_RECEIPTS
from store.domain.answers import AskKind
from store.domain.deliveries import RANK, DeliveryState, SkipReason
from store.domain.notices import READER_QUESTIONS
from store.domain.quiet_hours import QuietHours, next_allowed
from store.queries.areas import settings_for
from store.tables import channel_accounts, contacts, deliveries, delivery_is, notice_answers, notices, questions

_first, _other, _second = deliveries.alias("first_step"), deliveries.alias("other"), deliveries.alias("second")
_contact, _other_contact = contacts.alias("contact"), contacts.alias("other_contact")
_HELD = delivery_is(DeliveryState.HELD)
_WENT = [state for state, rank in RANK.items() if rank > 0 and state not in {"failed", "skipped"}]
_GIVEN_UP = (SkipReason.DEAD_CONTACT, SkipReason.NO_ACCOUNT)


async def release_second_steps(tx: Transaction, _now: datetime) -> None:
    """Drop the second steps that are not needed any more, and queue those that are due."""
    if await tx.scalar(select(deliveries.c.id).where(_HELD).limit(1)) is None:
        return
    await _drop(tx)
    areas = await tx.all(select(_second.c.area_id).distinct().where(_second.c.id.in_(_due(tx))))
    for area in areas:
        settings = await settings_for(tx, area.area_id)
        quiet = QuietHours(settings.quiet_from, settings.quiet_to)
        due_at = next_allowed(tx.now, settings.zone, quiet)
        await tx.run(
            deliveries.update()
            .where(_HELD, deliveries.c.area_id == area.area_id, deliveries.c.id.in_(_due(tx)))
            .values(state=DeliveryState.QUEUED, due_at=due_at)
        )
        await _ask_again(tx, area.area_id, due_at)


async def _drop(tx: Transaction) -> None:
    """Where the first step arrived, was called off, or has no use: the second one is skipped, with the reason."""
    of_first = deliveries.c.falls_back_from_id == _first.c.id
    reasons = (
        (exists().where(of_first, _arrived()), SkipReason.REACHED),
        (exists().where(of_first, _first.c.reason == SkipReason.CANCELLED), SkipReason.CANCELLED),
        (exists().where(of_first, _first.c.reason == SkipReason.OPTED_OUT), SkipReason.OPTED_OUT),
        (_contact_is(_contact.c.opted_out_at.is_not(None)), SkipReason.OPTED_OUT),
        (_contact_is(_contact.c.dead_at.is_not(None)), SkipReason.DEAD_CONTACT),
        (_told_there(), SkipReason.SHARED_ADDRESS),
    )
    values = {"state": DeliveryState.SKIPPED, "reason": case(*((when, reason.value) for when, reason in reasons))}
    await tx.run(deliveries.update().where(_HELD, or_(*(when for when, _ in reasons))).values(**values))


def _contact_is(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(_contact.c.id == deliveries.c.contact_id, condition)


def _told_there() -> ColumnElement[bool]:
    """Whether another household's message of the same notice went to this address, or is about to."""
    return exists().where(
        _contact.c.id == deliveries.c.contact_id,
        _other_contact.c.address_index == _contact.c.address_index,
        _other.c.contact_id == _other_contact.c.id,
        _other.c.notice_id + 0 == deliveries.c.notice_id,
        _other.c.id != deliveries.c.id,
        _other.c.state.in_((*_WENT, DeliveryState.QUEUED)),
    )


def _arrived() -> ColumnElement[bool]:
    """Whether the first step has reached the household.

    Telegram and WeChat give no receipts: taken is arrived, unless the notice asks for an answer and none came.
    """
    lies_there = exists().where(
        channel_accounts.c.id == _first.c.account_id, channel_accounts.c.kind.in_(CHATS_WITHOUT_RECEIPTS)
    )
    asks = exists().where(notices.c.id == _first.c.notice_id, notices.c.asks != AskKind.NOTHING)
    answered = exists().where(
        notice_answers.c.notice_id == _first.c.notice_id, notice_answers.c.resident_id == _first.c.resident_id
    )
    return or_(
        _first.c.state.in_((DeliveryState.DELIVERED, DeliveryState.READ)),
        _first.c.confirmed_at.is_not(None),
        answered,
        and_(_first.c.state == DeliveryState.SENT, lies_there, ~asks),
    )


def _due(tx: Transaction) -> Any:
    """The held rows that may go out now, one an address: at once where the first step failed, else in their time.

    A first step whose fate is unknown is followed only where the notice says so.
    """
    failed = or_(
        _first.c.state == DeliveryState.FAILED,
        and_(_first.c.state == DeliveryState.SKIPPED, _first.c.reason.in_(_GIVEN_UP)),
    )
    silent = or_(
        _first.c.state.in_((DeliveryState.QUEUED, DeliveryState.SENT)),
        and_(_first.c.state == DeliveryState.UNKNOWN, notices.c.fallback_unknown.is_(true())),
    )
    held = deliveries.alias("held")
    return (
        select(func.min(held.c.id))
        .join(_first, _first.c.id == held.c.falls_back_from_id)
        .join(notices, notices.c.id == held.c.notice_id)
        .join(contacts, contacts.c.id == held.c.contact_id)
        .where(
            delivery_is(DeliveryState.HELD, held),
            notices.c.paused_at.is_(None),
            or_(failed, and_(held.c.due_at <= tx.now, silent)),
        )
        .group_by(held.c.notice_id, contacts.c.address_index)
    )


async def _ask_again(tx: Transaction, area_id: int, due_at: datetime) -> None:
    """The phone is asked what the chat was asked: a bare digit answers from now on."""
    asked, before = questions.alias("asked"), questions.alias("before")
    known = exists().where(
        before.c.contact_id == deliveries.c.contact_id,
        before.c.kind == asked.c.kind,
        before.c.subject_id == asked.c.subject_id,
    )
    released = and_(
        deliveries.c.due_at == due_at,
        deliveries.c.area_id == area_id,
        deliveries.c.state == DeliveryState.QUEUED,
        deliveries.c.falls_back_from_id.is_not(None),
    )
    its_question = and_(
        asked.c.contact_id == _first.c.contact_id,
        asked.c.subject_id == deliveries.c.notice_id,
        asked.c.kind.in_(READER_QUESTIONS),
    )
    rows = (
        select(
            deliveries.c.contact_id,
            asked.c.kind,
            asked.c.subject_id,
            asked.c.label,
            asked.c.options,
            deliveries.c.due_at,
        )
        .join(_first, _first.c.id == deliveries.c.falls_back_from_id)
        .join(asked, its_question)
        .where(released, ~known)
    )
    names = ["contact_id", "kind", "subject_id", "label", "options", "asked_at"]
    await tx.run(questions.insert().from_select(names, rows, include_defaults=False))

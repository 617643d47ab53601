"""What was answered to a notice, and who was told of it and is silent. A few statements, whatever its size."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, func, or_, select

from store.database import Transaction
from store.domain.accounts import AccountKind
from store.domain.answers import Addressed, AnswerTally, AskKind, GroupAnswers
from store.domain.deliveries import DeliveryState, SkipReason
from store.domain.notices import Notice, NoticeState
from store.domain.people import Contact
from store.queries.notices import notice_by_id
from store.tables import areas, channel_accounts, contacts, deliveries, notice_answers, notices, residents


async def asked_notice(tx: Transaction, village_id: int, number: int) -> Notice | None:
    """The approved notice of that number that asks for an answer; None where there is none in this village."""
    found = await tx.scalar(
        select(notices.c.id).where(
            notices.c.area_id == village_id,
            notices.c.number == number,
            notices.c.state == NoticeState.APPROVED,
            notices.c.asks.in_((AskKind.CHOICE, AskKind.COUNT)),
        )
    )
    return await notice_by_id(tx, found) if found else None


async def addressed_at(tx: Transaction, notice: Notice, contact: Contact) -> list[Addressed]:
    """The households (or persons) told at this contact; of one that was told elsewhere, those of its holders."""
    homes = select(residents.c.household_id).where(residents.c.id.in_(contact.holders))
    for whose in (deliveries.c.contact_id == contact.id, residents.c.household_id.in_(homes)):
        rows = await tx.all(
            select(residents.c.id, residents.c.name)
            .distinct()
            .join(deliveries, deliveries.c.resident_id == residents.c.id)
            .where(deliveries.c.notice_id == notice.id, whose)
            .order_by(residents.c.id)
        )
        if rows:
            return [Addressed(row.id, row.name) for row in rows]
    return []


async def tally_of(tx: Transaction, notice: Notice) -> AnswerTally:
    """Everybody who was told, by group and answer."""
    told = _told(notice)
    rows = await tx.all(
        select(areas.c.id, areas.c.name, notice_answers.c.answer, func.count().label("homes"))
        .select_from(told)
        .join(residents, residents.c.id == told.c.resident_id)
        .outerjoin(areas, areas.c.id == residents.c.group_id)
        .outerjoin(notice_answers, _answer_to(notice))
        .group_by(areas.c.id, areas.c.name, areas.c.number, notice_answers.c.answer)
        .order_by(areas.c.number, areas.c.id)
    )
    groups: dict[int | None, GroupAnswers] = {}
    for row in rows:
        before = groups.get(row.id) or GroupAnswers(row.id, row.name or "", {}, 0)
        answers = before.answers if row.answer is None else {**before.answers, row.answer: row.homes}
        silent = row.homes if row.answer is None else before.silent
        groups[row.id] = GroupAnswers(row.id, before.name, answers, silent)
    return AnswerTally(notice.asked, tuple(groups.values()))


async def answers_in(tx: Transaction, notice: Notice, group_id: int) -> list[tuple[Addressed, str]]:
    """One group's households with their answers, "" for none yet."""
    rows = await tx.all(_homes(notice).where(residents.c.group_id == group_id))
    return [(Addressed(row.id, row.name), row.answer or "") for row in rows]


async def silent_names(tx: Transaction, notice: Notice) -> list[str]:
    rows = await tx.all(_homes(notice).where(notice_answers.c.id.is_(None)))
    return [row.name for row in rows]


async def answer_rows(tx: Transaction, notice: Notice) -> list[tuple[str, str, str, datetime | None]]:
    """Everybody who was told: group, name, answer and when."""
    rows = await tx.all(_homes(notice))
    return [(row.group_name or "", row.name, row.answer or "", row.answered_at) for row in rows]


@dataclass(frozen=True, slots=True)
class SilentContact:
    """An address where a notice was told and nobody answered, by the account that told it."""

    contact_id: int
    account_id: int
    account_kind: AccountKind
    resident_id: int
    language: str


async def silent_contacts(tx: Transaction, notice: Notice) -> list[SilentContact]:
    """Where a reminder may go: not to who opted out since, nor to a dead address; each address once."""
    told = _sent_or_shared(notice)
    rows = await tx.all(
        select(
            contacts.c.id,
            contacts.c.language,
            func.min(deliveries.c.account_id).label("account_id"),
            func.min(channel_accounts.c.kind).label("account_kind"),
            func.min(deliveries.c.resident_id).label("resident_id"),
        )
        .join(deliveries, deliveries.c.contact_id == contacts.c.id)
        .outerjoin(channel_accounts, channel_accounts.c.id == deliveries.c.account_id)
        .outerjoin(
            notice_answers,
            and_(
                notice_answers.c.notice_id == notice.id,
                notice_answers.c.resident_id == deliveries.c.resident_id,
            ),
        )
        .where(told, contacts.c.opted_out_at.is_(None), contacts.c.dead_at.is_(None), notice_answers.c.id.is_(None))
        .group_by(contacts.c.id, contacts.c.language)
        .order_by(contacts.c.id)
    )
    return [
        SilentContact(row.id, row.account_id, AccountKind(row.account_kind), row.resident_id, row.language)
        for row in rows
        if row.account_id
    ]


def _sent_or_shared(notice: Notice) -> ColumnElement[bool]:
    """A household at another's address was told there."""
    return and_(
        deliveries.c.notice_id == notice.id,
        or_(deliveries.c.state != DeliveryState.SKIPPED, deliveries.c.reason == SkipReason.SHARED_ADDRESS),
    )


def _told(notice: Notice) -> Subquery:
    return select(deliveries.c.resident_id).distinct().where(_sent_or_shared(notice)).subquery()


def _answer_to(notice: Notice) -> ColumnElement[bool]:
    return and_(notice_answers.c.notice_id == notice.id, notice_answers.c.resident_id == residents.c.id)


def _homes(notice: Notice) -> Select[Any]:
    told = _told(notice)
    return (
        select(
            residents.c.id,
            residents.c.name,
            areas.c.name.label("group_name"),
            notice_answers.c.answer,
            notice_answers.c.answered_at,
        )
        .join(told, told.c.resident_id == residents.c.id)
        .outerjoin(areas, areas.c.id == residents.c.group_id)
        .outerjoin(notice_answers, _answer_to(notice))
        .order_by(areas.c.number, residents.c.household_id, residents.c.id)
    )


async def was_reminded(tx: Transaction, notice: Notice) -> bool:
    return await tx.scalar(select(notices.c.reminded_at).where(notices.c.id == notice.id)) is not None

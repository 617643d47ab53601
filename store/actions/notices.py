"""Every write on a notice. Each moves it from the state that was read: of two who act at once the second is refused."""

from zoneinfo import ZoneInfo

from store.actions.areas import next_number
from store.actions.matters import refuse_subject
from store.database import Transaction
from store.domain.answers import ATTENDING, PAID, Asked, AskKind
from store.domain.areas import Area
from store.domain.audiences import Audience, checked_audience, may_know, narrowing_of
from store.domain.errors import NotAllowed, Refusal
from store.domain.notices import (
    CHANGEABLE,
    Notice,
    NoticeState,
    checked_text,
)
from store.domain.people import Contact, Staff
from store.domain.plans import Preview, checked_fallback
from store.queries.access import may_approve, may_approve_large
from store.queries.areas import settings_for
from store.queries.notices import notice_by_id
from store.tables import deliveries, notices


async def draft_notice(
    tx: Transaction, village: Area, audience: Audience, person: Staff, text: str, circular_id: int | None = None
) -> Notice:
    """Begin a notice, or one village's of a circular.

    Raises NotAllowed("notice.not_there") for an area that this person does not serve, and ("notice.mark_not_yours") for
    an audience by a mark with which he does not work; Refusal as `checked_audience` and `checked_text` do.
    """
    _require_addressable(audience, person)
    text = checked_text(text)
    settings = await settings_for(tx, village.id)
    notice_id = await tx.insert(
        notices,
        area_id=village.id,
        circular_id=circular_id,
        number=await _next_number(tx, village, settings.zone),
        text=text,
        audience=narrowing_of(checked_audience(audience)),
        audience_area_id=audience.area.id,
        fallback_minutes=checked_fallback(settings.fallback_minutes),
        fallback_unknown=settings.fallback_unknown,
        asks=AskKind.NOTHING,
        choices=[],
        state=NoticeState.DRAFT,
        frozen_hash="",
        plan_hash="",
        needs_town=False,
        drafted_by=person.id,
        refusal="",
        drafted_at=tx.now,
    )
    notice = await notice_by_id(tx, notice_id)
    _record(tx, notice, person, "notice.drafted")
    return notice


def _require_addressable(audience: Audience, person: Staff) -> None:
    if not all(person.serves(area.path) for area in audience.addressed):
        raise NotAllowed("notice.not_there")
    if not may_know(person, audience):
        raise NotAllowed("notice.mark_not_yours")


async def _next_number(tx: Transaction, village: Area, zone: ZoneInfo) -> int:
    """26001, 26002, …, 26999, 261000: the year in the village, then a running number."""
    year = tx.now.astimezone(zone).year % 100
    return int(f"{year}{await next_number(tx, village.id, f'notice:{year}'):03}")


async def change_text(tx: Transaction, notice: Notice, person: Staff, text: str) -> Notice:
    """Write it anew; whatever was approved or asked for before no longer counts."""
    return await _change(tx, notice, person, text=checked_text(text))


async def change_audience(tx: Transaction, notice: Notice, person: Staff, audience: Audience) -> Notice:
    """Let it go to others, in the same village. Raises as `draft_notice` does."""
    _require_addressable(audience, person)
    return await _change(
        tx, notice, person, audience=narrowing_of(checked_audience(audience)), audience_area_id=audience.area.id
    )


async def ask_readers(tx: Transaction, notice: Notice, person: Staff, asked: Asked) -> Notice:
    """What its readers are to answer. Raises Refusal where it would be an election or an appraisal of persons."""
    own_words = asked.kind is AskKind.CHOICE and asked not in (ATTENDING, PAID)
    if own_words:
        refuse_subject(" ".join((notice.text, *asked.choices)))
    return await _change(tx, notice, person, asks=asked.kind, choices=list(asked.choices))


async def change_fallback(tx: Transaction, notice: Notice, person: Staff, minutes: int) -> Notice:
    """After how many minutes an SMS follows an unread chat message; 0: never. Raises Refusal as `checked_fallback`."""
    return await _change(tx, notice, person, fallback_minutes=checked_fallback(minutes))


async def drop_notice(tx: Transaction, notice: Notice, person: Staff) -> Notice:
    _require_own(notice, person)
    _require(notice, *CHANGEABLE)
    return await _move(tx, notice, person, NoticeState.DROPPED)


async def submit_notice(tx: Transaction, notice: Notice, person: Staff, plan: Preview, seen: str) -> Notice:
    """Freeze it, with the plan that its drafter saw, and hand it to those who may approve it."""
    _require_own(notice, person)
    _require(notice, NoticeState.DRAFT)
    _require_seen(notice, plan, seen)
    frozen = {"frozen_hash": notice.content_hash, "plan_hash": plan.frozen, "needs_town": plan.needs_town}
    return await _move(tx, notice, person, NoticeState.WAITING, **frozen)


async def release_notice(tx: Transaction, notice: Notice, person: Staff, plan: Preview, seen: str) -> Notice:
    """The drafter lets it go out himself, as it is planned.

    Raises NotAllowed("notice.own") where a second person must approve.
    """
    _require_own(notice, person)
    _require(notice, NoticeState.DRAFT)
    if plan.needs_second_person:
        raise NotAllowed("notice.own")
    _require_seen(notice, plan, seen)
    frozen = {"frozen_hash": notice.content_hash, "plan_hash": plan.frozen}
    return await _decide(tx, notice, person, NoticeState.APPROVED, **frozen)


async def approve_notice(tx: Transaction, notice: Notice, person: Staff, plan: Preview, seen: str) -> Notice:
    """Another person's yes, to exactly the words and the audience that were submitted, and to this plan.

    `seen` is the plan that he looked at (`Preview.frozen`). Raises NotAllowed for the drafter and for whoever may not
    approve there, Refusal where it is not waiting any more, and where the plan is another by now.
    """
    _require_approver(notice, person)
    if plan.needs_town and not may_approve_large(person, notice.audience.area.path):
        raise NotAllowed("notice.town_approves", households=plan.households)
    if notice.content_hash != notice.frozen_hash:
        raise Refusal("notice.changed_meanwhile", number=notice.number)
    _require_seen(notice, plan, seen)
    return await _decide(tx, notice, person, NoticeState.APPROVED, plan_hash=plan.frozen)


async def refuse_notice(tx: Transaction, notice: Notice, person: Staff, reason: str) -> Notice:
    """Raises Refusal("notice.reason_missing") without a reason; else as `approve_notice` does."""
    if not reason.strip():
        raise Refusal("notice.reason_missing")
    _require_approver(notice, person)
    return await _decide(tx, notice, person, NoticeState.REFUSED, refusal=reason.strip()[:200])


async def confirm_notice(tx: Transaction, notice_id: int, contact: Contact) -> None:
    """Somebody at this address says that he has read it: for all households that were told there."""
    await tx.run(
        deliveries.update()
        .where(
            deliveries.c.notice_id == notice_id,
            deliveries.c.contact_id == contact.id,
            deliveries.c.confirmed_at.is_(None),
        )
        .values(confirmed_at=tx.now)
    )


def _require(notice: Notice, *states: NoticeState) -> None:
    if notice.state not in states:
        raise Refusal("notice.not_now", number=notice.number, notice_state=notice.state.value)


def _require_seen(notice: Notice, plan: Preview, seen: str) -> None:
    """Raises Refusal where the plan is another than the one that was looked at: somebody moved, a price changed."""
    if plan.frozen != seen:
        most_fen = plan.price_fen + plan.later_fen
        raise Refusal("notice.plan_changed", number=notice.number, households=plan.households, price=most_fen)


def _require_own(notice: Notice, person: Staff) -> None:
    if notice.drafted_by != person.id:
        raise NotAllowed("notice.not_his", number=notice.number)


def _require_approver(notice: Notice, person: Staff) -> None:
    if notice.is_of(person):
        raise NotAllowed("notice.own")
    if not may_approve(person, notice.audience.area.path):
        raise NotAllowed("notice.not_approver")
    _require(notice, NoticeState.WAITING)


async def _change(tx: Transaction, notice: Notice, person: Staff, **changes: object) -> Notice:
    _require_own(notice, person)
    _require(notice, *CHANGEABLE)
    return await _move(tx, notice, person, NoticeState.DRAFT, frozen_hash="", plan_hash="", refusal="", **changes)


async def _decide(tx: Transaction, notice: Notice, person: Staff, state: NoticeState, **changes: object) -> Notice:
    return await _move(tx, notice, person, state, decided_by=person.id, decided_at=tx.now, **changes)


async def _move(tx: Transaction, notice: Notice, person: Staff, state: NoticeState, **changes: object) -> Notice:
    touched = await tx.run(
        notices.update()
        .where(
            notices.c.id == notice.id,
            notices.c.state == notice.state,
            notices.c.frozen_hash == notice.frozen_hash,
        )
        .values(state=state, **changes)
    )
    if not touched:
        raise Refusal("notice.changed_meanwhile", number=notice.number)
    moved = await notice_by_id(tx, notice.id)
    _record(tx, moved, person, f"notice.{state}")
    return moved


def _record(tx: Transaction, notice: Notice, person: Staff, action: str) -> None:
    tx.audit(notice.village_id, f"staff:{person.id}", action, f"notice:{notice.id}", notice.content_hash)

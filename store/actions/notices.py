"""Every write on a notice. Each moves it from the state that was read: of two who act at once the second is refused."""

from store.actions.areas import next_number
from store.database import Transaction
from store.domain.areas import Area
from store.domain.errors import NotAllowed, Refusal
from store.domain.notices import (
    CHANGEABLE,
    Audience,
    Notice,
    NoticeState,
    checked_text,
    needs_second_person,
)
from store.domain.people import Contact, Staff
from store.queries.access import may_approve
from store.queries.areas import settings_for
from store.queries.notices import notice_by_id
from store.tables import deliveries, notices


async def draft_notice(tx: Transaction, village: Area, audience: Audience, person: Staff, text: str) -> Notice:
    """Begin a notice. Raises NotAllowed("notice.not_there") for an area that this person does not serve."""
    if not person.serves(audience.area.path):
        raise NotAllowed("notice.not_there")
    text = checked_text(text)
    notice_id = await tx.insert(
        notices,
        area_id=village.id,
        number=await _next_number(tx, village),
        text=text,
        audience=audience.kind,
        audience_area_id=audience.area.id,
        asks_confirmation=False,
        state=NoticeState.DRAFT,
        frozen_hash="",
        drafted_by=person.id,
        refusal="",
        drafted_at=tx.now,
    )
    notice = await notice_by_id(tx, notice_id)
    _record(tx, notice, person, "notice.drafted")
    return notice


async def _next_number(tx: Transaction, village: Area) -> int:
    """26001, 26002, …, 26999, 261000: the year in the village, then a running number."""
    zone = (await settings_for(tx, village.id)).zone
    year = tx.now.astimezone(zone).year % 100
    return int(f"{year}{await next_number(tx, village.id, f'notice:{year}'):03}")


async def change_text(tx: Transaction, notice: Notice, person: Staff, text: str) -> Notice:
    """Write it anew; whatever was approved or asked for before no longer counts."""
    return await _change(tx, notice, person, text=checked_text(text))


async def ask_confirmation(tx: Transaction, notice: Notice, person: Staff, *, asks: bool) -> Notice:
    return await _change(tx, notice, person, asks_confirmation=asks)


async def drop_notice(tx: Transaction, notice: Notice, person: Staff) -> Notice:
    _require_own(notice, person)
    _require(notice, *CHANGEABLE)
    return await _move(tx, notice, person, NoticeState.DROPPED)


async def submit_notice(tx: Transaction, notice: Notice, person: Staff) -> Notice:
    """Freeze it and hand it to those who may approve it."""
    _require_own(notice, person)
    _require(notice, NoticeState.DRAFT)
    return await _move(tx, notice, person, NoticeState.WAITING, frozen_hash=notice.content_hash)


async def release_notice(tx: Transaction, notice: Notice, person: Staff, size: int) -> Notice:
    """The drafter lets it go out himself; `size` is how many households (or persons) it addresses.

    Raises NotAllowed("notice.own") where a second person must approve.
    """
    _require_own(notice, person)
    _require(notice, NoticeState.DRAFT)
    settings = await settings_for(tx, notice.village_id)
    if needs_second_person(notice.audience.kind, size, settings.approval_size):
        raise NotAllowed("notice.own")
    return await _decide(tx, notice, person, NoticeState.APPROVED, frozen_hash=notice.content_hash)


async def approve_notice(tx: Transaction, notice: Notice, person: Staff) -> Notice:
    """Another person's yes, to exactly the words and the audience that were submitted.

    Raises NotAllowed for the drafter and for whoever may not approve there, Refusal where it is not waiting any more.
    """
    _require_approver(notice, person)
    if notice.content_hash != notice.frozen_hash:
        raise Refusal("notice.changed_meanwhile", number=notice.number)
    return await _decide(tx, notice, person, NoticeState.APPROVED)


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
    return await _move(tx, notice, person, NoticeState.DRAFT, frozen_hash="", refusal="", **changes)


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

"""Emergency notices and transfer lists: every write. They wait for nobody's approval; who sent one and why is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import func, literal, select

from store.actions.kept_files import keep_for_now
from store.actions.notices import confirm_notice, draft_notice
from store.database import Transaction
from store.domain.areas import Area
from store.domain.audiences import Audience
from store.domain.emergencies import Emergency, Warned, checked_emergency_text, checked_warning, may_warn
from store.domain.errors import NotAllowed, Refusal
from store.domain.notices import Notice, NoticeState
from store.domain.people import Contact, Staff
from store.domain.transfers import Outcome, Reply, RollEntry
from store.files import StoredFile
from store.queries.emergencies import photo_sign
from store.queries.notices import notice_by_id
from store.tables import (
    deliveries,
    emergency_notices,
    emergency_roll_entries,
    emergency_rolls,
    notices,
    questions,
    residents,
)

ROLL_QUESTION = "emergency"


async def declare_emergency(
    tx: Transaction,
    village: Area,
    audience: Audience,
    person: Staff,
    warned: Warned,
    text: str,
    *,
    lifts: Emergency | None = None,
    circular_id: int | None = None,
) -> Notice:
    """An emergency notice, approved by its sender alone: it goes out at once.

    `lifts` makes it that one's all-clear, `circular_id` one village's of a circular.
    Raises NotAllowed("emergency.not_yours"), and Refusal where source, time or level is not named.
    """
    _require(person, audience)
    checked_warning(warned, tx.now, lifts=lifts is not None)
    draft = await draft_notice(tx, village, audience, person, checked_emergency_text(text, warned.source), circular_id)
    await tx.insert(
        emergency_notices,
        notice_id=draft.id,
        lifts_id=lifts.notice_id if lifts else None,
        source=warned.source,
        issuer=warned.issuer,
        hazard=warned.hazard,
        level=warned.level,
        issued_at=warned.issued_at,
        evidence_text=warned.evidence,
        evidence_files=list(warned.files),
    )
    approved = {
        "state": NoticeState.APPROVED,
        "frozen_hash": draft.content_hash,
        "decided_by": person.id,
        "decided_at": tx.now,
    }
    await tx.run(notices.update().where(notices.c.id == draft.id).values(**approved))
    why = [warned.source, warned.issuer, warned.level, warned.issued_at.isoformat(), warned.evidence, *warned.files]
    action = "emergency.lifted" if lifts else "emergency.sent"
    tx.audit(village.id, f"staff:{person.id}", action, f"notice:{draft.id}", why)
    return await notice_by_id(tx, draft.id)


def _require(person: Staff, audience: Audience) -> None:
    if not all(may_warn(person, area.path) for area in audience.addressed):
        raise NotAllowed("emergency.not_yours")


async def keep_photo(tx: Transaction, stored: StoredFile, person: Staff) -> str:
    """Keep a photo of a warning that this person writes about, for a day where nothing comes of it; its sign."""
    await keep_for_now(tx, stored)
    return photo_sign(tx, stored.sha256, person)


async def open_roll(
    tx: Transaction, notice: Notice, person: Staff, officers: Mapping[int, int], rest_id: int, silence: int
) -> int:
    """Put every household that the notice addresses on its transfer list; the list's id.

    `officers` says by group who answers for it, for a household without a group `rest_id` does; after `silence` minutes
    they get their call lists. A few statements, whatever the size.
    """
    roll_id = await tx.insert(
        emergency_rolls,
        notice_id=notice.id,
        area_id=notice.village_id,
        opened_by=person.id,
        opened_at=tx.now,
        calls_at=tx.now + timedelta(minutes=silence),
    )
    columns = ("roll_id", "household_id", "resident_id", "group_id", "contact_id", "officer_id", "reply", "outcome")
    whom = (
        select(
            literal(roll_id),
            residents.c.household_id,
            residents.c.id,
            residents.c.group_id,
            func.max(deliveries.c.contact_id),
            literal(rest_id),
            literal(""),
            literal(""),
        )
        .join(deliveries, deliveries.c.resident_id == residents.c.id)
        .where(deliveries.c.notice_id == notice.id)
        .group_by(residents.c.household_id, residents.c.id, residents.c.group_id)
    )
    await tx.run(emergency_roll_entries.insert().from_select(columns, whom))
    by_officer: dict[int, list[int]] = {}
    for group_id, officer_id in officers.items():
        by_officer.setdefault(officer_id, []).append(group_id)
    for officer_id, groups in by_officer.items():
        mine = (emergency_roll_entries.c.roll_id == roll_id, emergency_roll_entries.c.group_id.in_(groups))
        await tx.run(emergency_roll_entries.update().where(*mine).values(officer_id=officer_id))
    tx.audit(notice.village_id, f"staff:{person.id}", "emergency.roll_opened", f"notice:{notice.id}")
    return roll_id


async def reply_to_roll(
    tx: Transaction, entries: Sequence[RollEntry], contact: Contact, reply: Reply
) -> list[RollEntry]:
    """What a household says of itself; the last word counts. Raises Refusal("emergency.over") on a closed list."""
    roll = await _open_roll(tx, entries[0].roll_id)
    theirs = emergency_roll_entries.c.id.in_([entry.id for entry in entries])
    values: dict[str, object] = {"reply": reply, "replied_at": tx.now}
    if reply is Reply.FETCH:
        values["outcome"] = Outcome.OPEN  # who calls for help is not safe, whatever was entered before
    await tx.run(emergency_roll_entries.update().where(theirs).values(**values))
    await confirm_notice(tx, roll.notice_id, contact)
    return [replace(entry, reply=reply) for entry in entries]


async def set_outcome(tx: Transaction, entry: RollEntry, person: Staff, outcome: Outcome) -> RollEntry:
    """What an officer found; Outcome.OPEN takes it back. `entry` is the household as he saw it.

    Raises NotAllowed where he may not keep that list, Refusal("emergency.over") once it is closed, and
    Refusal("emergency.changed_meanwhile") where the household stands otherwise by now: a call for help is not
    overwritten unread.
    """
    if not may_warn(person, entry.area_path):
        raise NotAllowed("emergency.not_yours")
    await _open_roll(tx, entry.roll_id)
    row = emergency_roll_entries.c
    as_seen = (row.id == entry.id, row.reply == entry.reply, row.outcome == entry.outcome)
    values = {"outcome": outcome, "outcome_by": person.id, "outcome_at": tx.now}
    if not await tx.run(emergency_roll_entries.update().where(*as_seen).values(**values)):
        raise Refusal("emergency.changed_meanwhile", name=entry.name)
    tx.audit(entry.village_id, f"staff:{person.id}", f"emergency.{outcome or 'taken_back'}", f"entry:{entry.id}")
    return replace(entry, outcome=outcome, reported_by=person.name, reported_at=tx.now)


async def _open_roll(tx: Transaction, roll_id: int) -> Any:
    """Raises Refusal("emergency.over") for one that an all-clear has closed, also while this waited for it."""
    roll = await tx.first(select(emergency_rolls).where(emergency_rolls.c.id == roll_id).with_for_update())
    if roll is None or roll.closed_at:
        raise Refusal("emergency.over")
    return roll


async def take_silent_rolls(tx: Transaction) -> list[int]:
    """The lists whose silence is over, each once however many ticks look at the same time: their notices' ids.

    Where nobody lives there is nobody to ring.
    """
    homes = select(emergency_roll_entries.c.id).where(emergency_roll_entries.c.roll_id == emergency_rolls.c.id)
    due = (
        homes.correlate(emergency_rolls).exists(),
        emergency_rolls.c.called_at.is_(None),
        emergency_rolls.c.closed_at.is_(None),
        emergency_rolls.c.calls_at <= tx.now,
    )
    rows = await tx.all(
        select(emergency_rolls.c.id, emergency_rolls.c.notice_id)
        .where(*due)
        .order_by(emergency_rolls.c.id)
        .with_for_update(skip_locked=True)
    )
    if rows:
        taken = emergency_rolls.c.id.in_([row.id for row in rows])
        await tx.run(emergency_rolls.update().where(taken).values(called_at=tx.now))
    return [row.notice_id for row in rows]


async def close_roll(tx: Transaction, emergency: Emergency) -> None:
    """The all-clear ends the list and what it asks. Raises Refusal("emergency.over") where it has ended already."""
    if emergency.roll_id is None:
        return
    open_one = (emergency_rolls.c.id == emergency.roll_id, emergency_rolls.c.closed_at.is_(None))
    if not await tx.run(emergency_rolls.update().where(*open_one).values(closed_at=tx.now)):
        raise Refusal("emergency.over")
    await tx.run(
        questions.update()
        .where(
            questions.c.kind == ROLL_QUESTION,
            questions.c.subject_id == emergency.notice_id,
            questions.c.answered_at.is_(None),
        )
        .values(answered_at=tx.now)
    )

"""Every write on a matter: proposed → published for comment → voting → counted → decided → carried out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, literal, select

from store.actions.ballots import count_ballots, make_ballot_key
from store.database import Transaction
from store.domain.areas import Area
from store.domain.ballot_chain import FIRST
from store.domain.deliberation import (
    MatterRecord,
    Minutes,
    RollKind,
    minutes_to_json,
    tally_to_json,
)
from store.domain.errors import Refusal
from store.domain.lengths import whole
from store.domain.matters import (
    HouseholdRegister,
    Matter,
    MatterEvent,
    MatterState,
    advance,
    missing_for_voting,
)
from store.domain.people import Contact, Staff
from store.domain.refused_subjects import refuse_reason
from store.domain.rules import DecisionRule, EntitlementKind, HeldAs, RuleCode, rule_for, rule_to_json
from store.domain.vote_code import free_code
from store.queries.areas import settings_for
from store.queries.matters import codes_in_use, due_for_closing, eligible, lock_matter, matter_by_id, roll_size_of
from store.tables import entitlement_holders, entitlements, matter_comments, matters, residents

TITLE_LENGTH = 120


@dataclass(frozen=True, slots=True)
class Publication:
    """What is put to people: `plan` is the written plan (书面方案); `group` is None for the whole village's matters.

    `code` is one that the village has used on paper already; None takes a free one.
    """

    title: str
    plan: str
    group: Area | None
    named: bool
    code: int | None = None


async def propose_matter(tx: Transaction, village: Area, text: str, contact: Contact) -> MatterRecord:
    """Write down what somebody wants talked over. Raises Refusal where the law wants it held on paper."""
    refuse_subject(text)
    matter_id = await tx.insert(
        matters,
        area_id=village.id,
        title=text.strip().splitlines()[0][:TITLE_LENGTH],
        plan=text,
        state=MatterState.PROPOSED,
        held_as=HeldAs.CONSULTATION,
        named=False,
        roll="",
        rule="",
        proposed_by_contact_id=contact.id,
        roll_size=0,
        cast_count=0,
        chain_head=FIRST,
        outcome="",
        proposed_at=tx.now,
    )
    tx.audit(village.id, f"contact:{contact.id}", "matter.proposed", f"matter:{matter_id}")
    return await matter_by_id(tx, matter_id)


def refuse_subject(text: str) -> None:
    """Raise Refusal(<subject>) for elections, recall and the appraisal of persons: these are held on paper."""
    reason = refuse_reason(text)
    if reason:
        raise Refusal(reason.subject, law=reason.law, article=reason.article)


async def publish_matter(tx: Transaction, matter: MatterRecord, what: Publication, person: Staff) -> MatterRecord:
    """Put a proposal to people for comment; it gets its code. Raises Refusal("matter.plan_missing") without a plan."""
    refuse_subject(f"{what.title}。{what.plan}")
    if not what.plan.strip():
        raise Refusal("matter.plan_missing")
    code = what.code or free_code(await codes_in_use(tx, matter.village_id))
    return await _move(
        tx,
        matter,
        MatterEvent.PUBLISHED,
        f"staff:{person.id}",
        code=code,
        title=whole(what.title, TITLE_LENGTH),
        plan=what.plan,
        group_id=what.group.id if what.group else None,
        named=what.named,
    )


async def turn_down_matter(tx: Transaction, matter: MatterRecord, reason: str, person: Staff) -> MatterRecord:
    """A proposal is not taken up, or a published matter is withdrawn before its vote; `reason` is told."""
    proposed = matter.state is MatterState.PROPOSED
    event = MatterEvent.REFUSED if proposed else MatterEvent.WITHDRAWN
    return await _move(tx, matter, event, f"staff:{person.id}", outcome=reason, closed_at=tx.now)


async def open_voting(
    tx: Transaction, matter: MatterRecord, roll: RollKind, closes_at: datetime, person: Staff
) -> MatterRecord:
    """Freeze rule and roll, and let people vote until `closes_at`.

    Votes over days are a consultation. Raises Refusal("matter.not_ready", wanting=...) with all that is missing.
    """
    rule = rule_for(RuleCode.CONSULTATION, roll.unit)
    matter = await lock_matter(tx, matter.id)
    advance(matter.state, MatterEvent.VOTING_OPENED)
    on = tx.now.astimezone((await settings_for(tx, matter.village_id)).zone).date()
    size = await roll_size_of(tx, roll, matter.village_id, matter.group_id, on)
    _refuse_what_is_missing(rule, size, closes_at, tx.now)
    if not matter.named:
        await make_ballot_key(tx, matter.id)
    return await _move(
        tx,
        matter,
        MatterEvent.VOTING_OPENED,
        f"staff:{person.id}",
        roll=roll,
        rule=rule_to_json(rule),
        roll_size=await _freeze_roll(tx, matter, roll, eligible(roll, matter.village_id, matter.group_id, on)),
        opened_at=tx.now,
        closes_at=closes_at,
    )


def _refuse_what_is_missing(rule: DecisionRule, size: int, closes_at: datetime, now: datetime) -> None:
    by_household = rule.unit is EntitlementKind.HOUSEHOLD
    register = HouseholdRegister.REGISTERED if by_household else None
    missing = missing_for_voting(
        Matter(rule=rule, roll_size=size, household_register=register, closes_at=closes_at), now
    )
    if missing:
        raise Refusal("matter.not_ready", wanting=missing)


async def _freeze_roll(tx: Transaction, matter: MatterRecord, roll: RollKind, who: Any) -> int:
    """Two statements, however many people: one vote a person or a household, and who may cast each. How many votes."""
    column = residents.c.household_id if roll is RollKind.HOUSEHOLDS else residents.c.id
    name = "household_id" if roll is RollKind.HOUSEHOLDS else "resident_id"
    votes = select(literal(matter.id), literal(roll.unit.value), column).where(who).distinct().order_by(column)
    await tx.run(insert(entitlements).from_select(["matter_id", "kind", name], votes))
    holders = (
        select(entitlements.c.id, residents.c.id)
        .join(entitlements, column == entitlements.c[name])
        .where(entitlements.c.matter_id == matter.id, who)
    )
    await tx.run(insert(entitlement_holders).from_select(["entitlement_id", "resident_id"], holders))
    size = select(func.count()).select_from(entitlements).where(entitlements.c.matter_id == matter.id)
    return int(await tx.scalar(size))


async def close_matter(tx: Transaction, matter: MatterRecord, *, actor: str) -> MatterRecord:
    """Count. From here on no vote lands, and of a matter without names nobody can tell who voted how."""
    locked = await lock_matter(tx, matter.id)
    advance(locked.state, MatterEvent.VOTING_CLOSED)
    tally = tally_to_json(await count_ballots(tx, locked))
    return await _move(tx, locked, MatterEvent.VOTING_CLOSED, actor, tally=tally, closed_at=tx.now)


async def close_due(tx: Transaction) -> list[MatterRecord]:
    """Close whatever has passed its time; those that were closed, for their results to be told.

    Of two who do so at once the second waits and finds it closed.
    """
    due = [await lock_matter(tx, matter.id) for matter in await due_for_closing(tx)]
    return [await close_matter(tx, matter, actor="system") for matter in due if matter.state is MatterState.VOTING]


async def enter_decision(tx: Transaction, matter: MatterRecord, minutes: Minutes, person: Staff) -> MatterRecord:
    """Write down what a meeting decided after the count. The matter is decided where it passed and nothing is awaited.

    Raises Refusal("matter.not_ready", wanting=...) where the minutes lack what the law asks for, and CountRefused.
    """
    if minutes.missing:
        raise Refusal("matter.not_ready", wanting=minutes.missing)
    undecided = minutes.undecided_for
    event = MatterEvent.DECIDED
    advance(matter.state, event)
    kept = minutes_to_json(minutes)
    tx.audit(matter.village_id, f"staff:{person.id}", "matter.minutes_entered", f"matter:{matter.id}", kept)
    if undecided:
        await tx.run(matters.update().where(matters.c.id == matter.id).values(meeting=kept))
        return await matter_by_id(tx, matter.id)
    return await _move(tx, matter, event, f"staff:{person.id}", meeting=kept)


async def carry_out(tx: Transaction, matter: MatterRecord, note: str, person: Staff) -> MatterRecord:
    """What was decided has been done; `note` says what."""
    return await _move(tx, matter, MatterEvent.CARRIED_OUT, f"staff:{person.id}", outcome=note)


async def comment_on(tx: Transaction, matter: MatterRecord, text: str, contact: Contact, *, signature: str) -> int:
    """Keep an opinion; its number. Raises Refusal("matter.comments_closed") once the matter is counted."""
    locked = await lock_matter(tx, matter.id)
    if locked.state not in {MatterState.PUBLISHED, MatterState.VOTING}:
        raise Refusal("matter.comments_closed", code=matter.code)
    said = select(func.count()).select_from(matter_comments).where(matter_comments.c.matter_id == matter.id)
    number = int(await tx.scalar(said)) + 1
    await tx.insert(
        matter_comments,
        matter_id=matter.id,
        number=number,
        contact_id=contact.id,
        signature=signature,
        text=text,
        at=tx.now,
    )
    tx.audit(matter.village_id, f"contact:{contact.id}", "matter.commented", f"matter:{matter.id}")
    return number


async def _move(
    tx: Transaction, matter: MatterRecord, event: MatterEvent, actor: str, **changes: object
) -> MatterRecord:
    """Advance the state if it is still the one that was read: of two who act at once the second is refused."""
    state = advance(matter.state, event)
    same = (matters.c.id == matter.id, matters.c.state == matter.state)
    if not await tx.run(matters.update().where(*same).values(state=state, **changes)):
        raise Refusal("matter.changed_meanwhile")
    tx.audit(matter.village_id, actor, event, f"matter:{matter.id}")
    return await matter_by_id(tx, matter.id)

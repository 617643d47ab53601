"""A notice put before those who may approve it, and what they say: the same in conversation and at the console."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from notifier.notice_jobs import dispatch_notice
from notifier.notices import plan_notice, preview_notice
from notifier.render import Renderer
from store.actions.notices import approve_notice, refuse_notice, release_notice, submit_notice
from store.database import Transaction
from store.domain.errors import Refusal
from store.domain.notices import Notice
from store.domain.people import Contact, Staff
from store.domain.plans import Preview
from store.queries.notices import approvers_of
from store.queries.people import contacts_of_staff


@dataclass(frozen=True, slots=True)
class Submitted:
    """`contacts` are where its approvers are asked, `names` who they are."""

    notice: Notice
    plan: Preview
    contacts: list[Contact]
    names: Sequence[str]


async def submit(tx: Transaction, renderer: Renderer, notice: Notice, person: Staff, seen: str) -> Submitted:
    """Put it before those who may approve it. Raises Refusal("notice.nobody_approves"), else as `submit_notice`."""
    _require_single(notice)
    plan = await preview_notice(tx, renderer, notice)
    approvers = await approvers_of(tx, notice, by_town=plan.needs_town)
    if not approvers:
        raise Refusal("notice.nobody_approves")
    submitted = await submit_notice(tx, notice, person, plan, seen)
    contacts = await contacts_of_staff(tx, [approver.id for approver in approvers])
    return Submitted(submitted, plan, contacts, [approver.name for approver in approvers])


async def release(tx: Transaction, renderer: Renderer, notice: Notice, person: Staff, seen: str) -> Preview:
    """Its drafter lets it go out himself. Raises as `release_notice` does."""
    _require_single(notice)
    plan = await plan_notice(tx, renderer, notice)
    await dispatch_notice(tx, await release_notice(tx, notice, person, plan.preview, seen), plan)
    return plan.preview


async def approve(
    tx: Transaction, renderer: Renderer, notice: Notice, person: Staff, seen: str
) -> tuple[Notice, datetime, list[Contact]]:
    """The approved notice, when its SMS begin to go out, and its drafter. Raises as `approve_notice` does."""
    _require_single(notice)
    plan = await plan_notice(tx, renderer, notice)
    approved = await approve_notice(tx, notice, person, plan.preview, seen)
    due = await dispatch_notice(tx, approved, plan)
    return approved, due, await contacts_of_staff(tx, [approved.drafted_by])


async def refuse(tx: Transaction, notice: Notice, person: Staff, reason: str) -> tuple[Notice, list[Contact]]:
    """The refused notice and its drafter. Raises as `refuse_notice` does."""
    _require_single(notice)
    refused = await refuse_notice(tx, notice, person, reason)
    return refused, await contacts_of_staff(tx, [refused.drafted_by])


def _require_single(notice: Notice) -> None:
    """Raises Refusal("notice.of_circular") for one village's of several: those are let go together, by their size."""
    if notice.circular_id is not None:
        raise Refusal("notice.of_circular", number=notice.number)


async def may_decide(tx: Transaction, notice: Notice, person: Staff, plan: Preview) -> bool:
    if notice.circular_id is not None:
        return False
    approvers = await approvers_of(tx, notice, by_town=plan.needs_town)
    return person.id in {approver.id for approver in approvers}

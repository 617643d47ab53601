"""A circular on its way: planned for each village, put before those who may approve all of it, and written.

A notice is written by a job, each village's by its own: on PostgreSQL as many at a time as there are workers. A warning
is written at once: nobody waits for a queue.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from notifier.emergencies import give_all_clear, plan_all_clear, plan_emergency, warn
from notifier.notices import preview_notice
from notifier.render import Renderer
from store.actions.circulars import begin_circular
from store.actions.notices import approve_notice, refuse_notice, release_notice, submit_notice
from store.actions.progress import begin_progress
from store.database import Transaction
from store.domain.circular_tells import approval_tells, approved_tells, refused_tells
from store.domain.circulars import Circular, all_told, planned_together, totals_of
from store.domain.emergencies import Aim, Emergency, EmergencyPlan, Warned
from store.domain.errors import Refusal
from store.domain.jobs import JobName
from store.domain.people import Staff
from store.domain.plans import Preview
from store.domain.speech import Tell
from store.queries.circulars import approvers_of_all, sizes_of
from store.queries.people import contacts_of_staff

Tells = tuple[Tell, ...]
Seen = Mapping[int, str]
"""The plans that somebody looked at (`Preview.frozen`), by notice."""


@dataclass(frozen=True, slots=True)
class CircularPlan:
    """The plan of each notice that is not out yet; `approvers` may approve all of them."""

    previews: Mapping[int, Preview]
    approvers: Sequence[Staff]


async def plan_circular(tx: Transaction, renderer: Renderer, circular: Circular) -> CircularPlan:
    """One village behind the other, for they may share an account. Needs a writing transaction, as every plan does."""
    plans, ahead = [], Counter[int]()
    for notice in circular.notices:
        plans.append(await preview_notice(tx, renderer, notice, ahead))
        ahead.update({one.account_id: one.messages for one in plans[-1].carried})
    together = planned_together(plans, await sizes_of(tx, circular))
    approvers = await approvers_of_all(tx, circular, by_town=totals_of(together).needs_town)
    previews = {notice.id: plan for notice, plan in zip(circular.notices, together, strict=True)}
    return CircularPlan(previews, approvers)


async def submit(tx: Transaction, renderer: Renderer, circular: Circular, person: Staff, seen: Seen) -> Tells:
    """Put it before those who may approve all of it. Raises Refusal("notice.nobody_approves"); as `submit_notice`."""
    plan = await plan_circular(tx, renderer, circular)
    if not plan.approvers:
        raise Refusal("notice.nobody_approves")
    for notice in circular.notices:
        await submit_notice(tx, notice, person, plan.previews[notice.id], seen.get(notice.id, ""))
    contacts = await contacts_of_staff(tx, [approver.id for approver in plan.approvers])
    return approval_tells(circular, totals_of(list(plan.previews.values())), contacts)


async def release(tx: Transaction, renderer: Renderer, circular: Circular, person: Staff, seen: Seen) -> Tells:
    """Its drafter lets it go out himself. Raises as `release_notice` does."""
    plan = await plan_circular(tx, renderer, circular)
    for notice in circular.notices:
        preview = plan.previews[notice.id]
        released = await release_notice(tx, notice, person, preview, seen.get(notice.id, ""))
        await begin_progress(tx, JobName.SEND_NOTICE, released.id, preview.households)
    return ()


async def approve(tx: Transaction, renderer: Renderer, circular: Circular, person: Staff, seen: Seen) -> Tells:
    """Let all of it go out; what its drafter is told. Raises as `approve_notice` does."""
    plan = await plan_circular(tx, renderer, circular)
    for notice in circular.notices:
        preview = plan.previews[notice.id]
        approved = await approve_notice(tx, notice, person, preview, seen.get(notice.id, ""))
        await begin_progress(tx, JobName.SEND_NOTICE, approved.id, preview.households)
    return approved_tells(circular, await contacts_of_staff(tx, [circular.drafted_by]))


async def refuse(tx: Transaction, circular: Circular, person: Staff, reason: str) -> Tells:
    """Send all of it back; what its drafter is told. Raises as `refuse_notice` does."""
    for notice in circular.notices:
        await refuse_notice(tx, notice, person, reason)
    return refused_tells(circular, reason, await contacts_of_staff(tx, [circular.drafted_by]))


async def plan_warnings(
    tx: Transaction, renderer: Renderer, aims: Sequence[Aim], warned: Warned, text: str, *, asks: bool
) -> EmergencyPlan:
    """Whom emergency notices with this text would reach, and what they cost together."""
    return all_told(
        [await plan_emergency(tx, renderer, aim.village.id, aim.audience, warned, text, asks=asks) for aim in aims]
    )


async def warn_villages(
    tx: Transaction,
    renderer: Renderer,
    aims: Sequence[Aim],
    person: Staff,
    warned: Warned,
    text: str,
    *,
    with_roll: bool,
) -> int:
    """An emergency notice in each of these villages, all of them now; the circular's id. Raises as `warn` does."""
    circular_id = await begin_circular(tx, person)
    for village, audience in aims:
        await warn(tx, renderer, village, audience, person, warned, text, with_roll=with_roll, circular_id=circular_id)
    return circular_id


async def plan_all_clears(
    tx: Transaction, renderer: Renderer, emergencies: Sequence[Emergency], warned: Warned
) -> EmergencyPlan:
    return all_told([await plan_all_clear(tx, renderer, emergency, warned) for emergency in emergencies])


async def lift_warnings(
    tx: Transaction, renderer: Renderer, emergencies: Sequence[Emergency], person: Staff, warned: Warned
) -> int:
    """The all-clear of each; their circular's id. Raises as `give_all_clear` does."""
    circular_id = await begin_circular(tx, person)
    for emergency in emergencies:
        await give_all_clear(tx, renderer, emergency, person, warned, circular_id)
    return circular_id

"""What follows a notice once it is out: visits where it did not arrive, and the closing of its ledger."""

from collections.abc import Sequence
from datetime import timedelta

from notifier.render import Renderer
from notifier.telling import write_tells
from store.actions.visits import close_ledger, look_again, open_visits, report_visit
from store.database import Transaction
from store.domain.circular_tells import closed_tells
from store.domain.errors import NotAllowed
from store.domain.notices import Notice
from store.domain.people import Staff
from store.domain.reach import Reach, VisitOutcome, closed_say
from store.domain.speech import Tell
from store.domain.tickets import Ticket
from store.domain.visits import Round, round_tells
from store.queries.access import may_steer
from store.queries.circulars import figures_of_circular
from store.queries.notices import notice_by_id
from store.queries.people import contacts_of_staff
from store.queries.reach import is_under_way, ledgers_to_look_at
from store.queries.visits import visit_of

LOOKED_AT_ONCE = 20
"""Ledgers a tick."""
LOOK_AGAIN = timedelta(minutes=10)
"""Counting a village's ledger costs milliseconds, a prefecture's thousands of open ones minutes."""


async def follow_up(tx: Transaction, renderer: Renderer) -> None:
    """The tick's chore: look at some open ledgers, send officers to the doors, close what is complete."""
    for notice_id in await ledgers_to_look_at(tx, LOOKED_AT_ONCE):
        await look_again(tx, notice_id, tx.now + LOOK_AGAIN)
        if not await is_under_way(tx, notice_id):
            await _follow(tx, renderer, notice_id)


async def send_to_doors(tx: Transaction, notice: Notice, person: Staff) -> tuple[int, tuple[Tell, ...]]:
    """Visits for everybody it did not reach, also where that is in doubt; how many, and what the officers are told.

    Raises NotAllowed("notice.not_his").
    """
    if not may_steer(person, notice):
        raise NotAllowed("notice.not_his", number=notice.number)
    rounds = await open_visits(tx, notice, f"staff:{person.id}", doubtful=True)
    tells = await visit_tells(tx, notice.number, rounds)
    return sum(one.households for one in rounds), tuple(tells)


async def came_from_door(tx: Transaction, ticket: Ticket, person: Staff, outcome: VisitOutcome) -> tuple[Tell, ...]:
    """Write a visit down; raises as `report_visit` does.

    Where it was the last that the ledger waited for, the notice's drafter is told the figures.
    """
    visit = await visit_of(tx, ticket)
    await report_visit(tx, ticket, person, outcome)
    reach = await close_ledger(tx, visit.notice_id)
    if reach is None:
        return ()
    return await _closing_tells(tx, await notice_by_id(tx, visit.notice_id), reach)


async def _follow(tx: Transaction, renderer: Renderer, notice_id: int) -> None:
    notice = await notice_by_id(tx, notice_id)
    tells = await visit_tells(tx, notice.number, await open_visits(tx, notice, "system"))
    reach = await close_ledger(tx, notice_id)
    if reach:
        tells += await _closing_tells(tx, notice, reach)
    await write_tells(tx, renderer, tells)


async def _closing_tells(tx: Transaction, notice: Notice, reach: Reach) -> tuple[Tell, ...]:
    """What its drafter is told; of a circular once, when the last of its villages is complete."""
    drafter = await contacts_of_staff(tx, [notice.drafted_by])
    if notice.circular_id is None:
        return tuple(Tell(contact.id, closed_say(notice.number, reach)) for contact in drafter)
    figures = await figures_of_circular(tx, notice.circular_id)
    return closed_tells(figures, drafter) if figures.is_complete else ()


async def visit_tells(tx: Transaction, notice_number: int, rounds: Sequence[Round]) -> list[Tell]:
    """What the officers are told who are to go."""
    tells: list[Tell] = []
    for one in rounds:
        contacts = await contacts_of_staff(tx, [one.staff_id] if one.staff_id else [])
        tells += round_tells([contact.id for contact in contacts], notice_number, one.households)
    return tells

"""What may be done with a ticket at the console: the same actions, told in the same words, as in conversation."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from console.fields import whole_number
from console.visits import Fields
from store.actions.casework import (
    accept_ticket,
    answer_ticket,
    note_on_ticket,
    number_to_ring,
    pass_on_ticket,
    resolve_ticket,
    return_ticket,
    show_number,
)
from store.actions.ticket_ties import link_tickets, merge_tickets
from store.database import Transaction
from store.domain.errors import Refusal
from store.domain.people import Staff
from store.domain.speech import Tell
from store.domain.ticket_tells import accepted_tells, answered_tells, case_tells, merged_tells, settled_tells
from store.domain.tickets import Ticket
from store.queries.people import contacts_of_staff
from store.queries.tickets import colleagues_for


@dataclass(frozen=True, slots=True)
class Outcome:
    """Who is told what; `numbers` are to be rung by hand, None where nobody is."""

    tells: tuple[Tell, ...] = ()
    numbers: tuple[str, ...] | None = None


Action = Callable[[Transaction, Staff, Ticket, Fields], Awaitable[Outcome]]


def _words(ticket: Ticket, fields: Fields) -> str:
    text = fields.get("text", "")
    if not text:
        raise Refusal("ticket.words_missing", number=ticket.number)
    return text


async def _accept(tx: Transaction, person: Staff, ticket: Ticket, _fields: Fields) -> Outcome:
    return Outcome(accepted_tells(await accept_ticket(tx, ticket, person)))


async def _answer(tx: Transaction, person: Staff, ticket: Ticket, fields: Fields) -> Outcome:
    """A resident of SMS has one answer by message; who had his is to be rung."""
    text = _words(ticket, fields)
    by_message, to_ring = [], []
    for answered in await answer_ticket(tx, ticket, person, text):
        number = await number_to_ring(tx, answered, person)
        if number:
            to_ring.append(number)
        else:
            by_message.append(answered)
    return Outcome(answered_tells(by_message, text), tuple(to_ring) or None)


async def _resolve(tx: Transaction, person: Staff, ticket: Ticket, fields: Fields) -> Outcome:
    text = _words(ticket, fields)
    return Outcome(settled_tells(await resolve_ticket(tx, ticket, person, text), text))


async def _note(tx: Transaction, person: Staff, ticket: Ticket, fields: Fields) -> Outcome:
    await note_on_ticket(tx, ticket, person, _words(ticket, fields))
    return Outcome()


async def _pass_on(tx: Transaction, person: Staff, ticket: Ticket, fields: Fields) -> Outcome:
    chosen = fields.get("to", "")
    to = next((one for one in await colleagues_for(tx, person, ticket) if str(one.id) == chosen), None)
    if to is None:
        raise Refusal("ticket.whom_missing", number=ticket.number)
    await pass_on_ticket(tx, ticket, person, to)
    return Outcome(case_tells(ticket, await contacts_of_staff(tx, [to.id])))


async def _return(tx: Transaction, person: Staff, ticket: Ticket, fields: Fields) -> Outcome:
    returned = await return_ticket(tx, ticket, person, fields.get("text", ""))
    desk = await contacts_of_staff(tx, [returned.assignee_id] if returned.assignee_id else [])
    return Outcome(case_tells(ticket, desk, "case.returned"))


async def _merge(tx: Transaction, person: Staff, ticket: Ticket, fields: Fields) -> Outcome:
    return Outcome(merged_tells(await merge_tickets(tx, ticket, person, whole_number(fields.get("number", "")))))


async def _link(tx: Transaction, person: Staff, ticket: Ticket, fields: Fields) -> Outcome:
    await link_tickets(tx, ticket, person, whole_number(fields.get("number", "")))
    return Outcome()


async def _number(tx: Transaction, person: Staff, ticket: Ticket, _fields: Fields) -> Outcome:
    number = await show_number(tx, ticket, person)
    return Outcome(numbers=(number,) if number else ())


ACTIONS: Mapping[str, Action] = {
    "accept": _accept,
    "answer": _answer,
    "resolve": _resolve,
    "note": _note,
    "pass-on": _pass_on,
    "return": _return,
    "number": _number,
    "merge": _merge,
    "link": _link,
}

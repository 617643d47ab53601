"""What a member of staff does in conversation: his tickets, the duty roster, a change of office."""

import re

from bot.dialogue.flows import visits
from bot.dialogue.talk import Answer, Said, Talk, ask, options, tell_back
from store.domain.conversation import OpenQuestion
from store.domain.speech import Option
from store.domain.ticket_tells import accepted_tells, answered_tells, case_tells, settled_tells, ticket_facts
from store.domain.tickets import Ticket, TicketState

LISTED = 8
ACTIONS = ("accept", "answer", "resolve", "note", "pass_on", "give_back")
_NUMBER = re.compile(r"^(?:编号|看)?\s*(\d{3,6})\s*号?$")


async def number_named(talk: Talk, said: Said) -> Answer | None:
    """A ticket's number by itself shows the ticket."""
    match = _NUMBER.match(said.normal)
    return await _show(talk, await talk.desk.cases.numbered(int(match[1]))) if match else None


async def open_office(talk: Talk) -> Answer:
    waiting = await talk.desk.cases.waiting()
    if not waiting:
        return tell_back("office.nothing")
    listed = waiting[:LISTED]
    choices = tuple(Option(str(ticket.id), text=_line(ticket)) for ticket in listed)
    return ask("office.chosen", "office.list", choices, count=len(waiting), tickets=[ticket_facts(t) for t in listed])


def _line(ticket: Ticket) -> str:
    return f"{ticket.number} {ticket.subject}"[:24]


async def case_chosen(talk: Talk, said: Said) -> Answer | None:
    return await _show(talk, await talk.desk.cases.get(int(said.choice))) if said.choice else None


async def _show(talk: Talk, ticket: Ticket) -> Answer:
    if ticket.is_visit:
        return await visits.show(talk, ticket)
    lines = [line.text for line in await talk.desk.cases.conversation(ticket)]
    facts = {
        **ticket_facts(ticket),
        "subject": ticket.subject,
        "sender": await talk.desk.cases.sender_of(ticket),
        "lines": lines[-LISTED:],
    }
    keys = tuple(key for key in ACTIONS if key != "accept" or ticket.state in _ACCEPTABLE)
    return ask("office.action", "case.shown", options(*keys, prefix="case"), {"ticket": ticket.id}, **facts)


_ACCEPTABLE = frozenset({TicketState.RECEIVED, TicketState.RETURNED})

_ASKS = {
    "answer": ("office.answer", "case.write_answer"),
    "resolve": ("office.resolve", "case.write_result"),
    "note": ("office.note", "case.write_note"),
    "give_back": ("office.give_back", "case.write_reason"),
}


async def action_chosen(talk: Talk, said: Said) -> Answer | None:
    if not said.choice:
        return None
    return await _act(talk, await talk.desk.cases.get(talk.number("ticket")), said.choice)


async def case_answered(talk: Talk, question: OpenQuestion, said: Said) -> Answer:
    """A digit or a button on the message that told of a ticket."""
    ticket = await talk.desk.cases.get(question.subject_id)
    return await _act(talk, ticket, said.choice)


async def _act(talk: Talk, ticket: Ticket, action: str) -> Answer:
    if action == "open" or ticket.is_visit:
        return await _show(talk, ticket)
    if action == "accept":
        accepted = await talk.desk.cases.accept(ticket)
        return tell_back("case.accepted", *accepted_tells(accepted), **ticket_facts(accepted[0]))
    if action == "pass_on":
        return await _ask_whom(talk, ticket)
    step, message = _ASKS[action]
    return ask(step, message, data={"ticket": ticket.id}, number=ticket.number)


async def answer_given(talk: Talk, said: Said) -> Answer | None:
    if not said.text:
        return None
    answered = await talk.desk.cases.answer(await _case(talk), said.text)
    by_message, to_ring = [], []
    for ticket in answered:
        number = await talk.desk.cases.number_to_ring(ticket)
        if number:
            to_ring.append(number.removeprefix("+86"))
        else:
            by_message.append(ticket)
    tells = answered_tells(by_message, said.text)
    return tell_back("case.answered", *tells, people=len(tells), to_ring=to_ring, **ticket_facts(answered[0]))


async def result_given(talk: Talk, said: Said) -> Answer | None:
    """The case is settled; the resident is asked whether he agrees."""
    if not said.text:
        return None
    resolved = await talk.desk.cases.resolve(await _case(talk), said.text)
    tells = settled_tells(resolved, said.text)
    return tell_back("case.resolved", *tells, people=len(resolved), **ticket_facts(resolved[0]))


async def note_given(talk: Talk, said: Said) -> Answer | None:
    if not said.text:
        return None
    ticket = await _case(talk)
    await talk.desk.cases.note(ticket, said.text)
    return tell_back("case.noted", **ticket_facts(ticket))


async def reason_given(talk: Talk, said: Said) -> Answer | None:
    if not said.text:
        return None
    ticket = await _case(talk)
    desk = await talk.desk.cases.give_back(ticket, said.text)
    return tell_back("case.given_back", *case_tells(ticket, desk, "case.returned"), **ticket_facts(ticket))


async def _ask_whom(talk: Talk, ticket: Ticket) -> Answer:
    colleagues = (await talk.desk.cases.colleagues(ticket))[:LISTED]
    if not colleagues:
        return tell_back("case.nobody_else", **ticket_facts(ticket))
    choices = tuple(Option(str(person.id), text=person.name) for person in colleagues)
    return ask("office.pass_on", "case.whom", choices, {"ticket": ticket.id}, number=ticket.number)


async def colleague_chosen(talk: Talk, said: Said) -> Answer | None:
    if not said.choice:
        return None
    ticket = await _case(talk)
    told = await talk.desk.cases.pass_on(ticket, int(said.choice))
    return tell_back("case.passed_on", *case_tells(ticket, told), **ticket_facts(ticket))


async def _case(talk: Talk) -> Ticket:
    return await talk.desk.cases.get(talk.number("ticket"))

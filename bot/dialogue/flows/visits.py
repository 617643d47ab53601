"""Going round: the households that a notice did not reach, and what the officer says who was at the door."""

from bot.dialogue.talk import Answer, Said, Talk, ask, options, tell_back
from store.domain.reach import VisitOutcome
from store.domain.speech import Option, Say
from store.domain.ticket_tells import case_tells
from store.domain.tickets import Ticket

LISTED = 8
WORDS = frozenset({"上门", "走访", "visits"})


async def open_visits(talk: Talk) -> Answer:
    """The doors before this person; a digit takes one."""
    waiting = await talk.desk.visits.waiting(LISTED)
    return _listed(waiting) if waiting else tell_back("visits.none")


def _listed(waiting: list[Ticket], *before: Say) -> Answer:
    choices = tuple(Option(str(ticket.id), text=ticket.place) for ticket in waiting)
    listed = [{"number": ticket.number, "place": ticket.place, "notice": ticket.subject} for ticket in waiting]
    return Answer((*before, Say("visits.list", {"doors": listed}, choices)), "visits.chosen")


async def chosen(talk: Talk, said: Said) -> Answer | None:
    return await show(talk, await talk.desk.cases.get(int(said.choice))) if said.choice else None


async def show(talk: Talk, ticket: Ticket) -> Answer:
    """What to tell there, and what may have come of it; once it is reported, what was."""
    visit = await talk.desk.visits.get(ticket)
    facts = {"number": ticket.number, "place": ticket.place, "notice": visit.notice_number, "text": visit.text}
    if visit.outcome:
        return tell_back("visit.done", **facts, visit=visit.outcome)
    choices = options(*VisitOutcome, "pass_on", prefix="visit")
    return ask("visit.report", "visit.shown", choices, {"ticket": ticket.id}, **facts)


async def reported(talk: Talk, said: Said) -> Answer | None:
    """The outcome closes the ticket and goes into the notice's ledger; the next door is offered at once."""
    if not said.choice:
        return None
    ticket = await talk.desk.cases.get(talk.number("ticket"))
    if said.choice == "pass_on":
        return await _ask_whom(talk, ticket)
    tells = await talk.desk.visits.report(ticket, VisitOutcome(said.choice))
    waiting = await talk.desk.visits.waiting(LISTED)
    say = Say("visit.reported", {"place": ticket.place, "visit": said.choice, "left": len(waiting)})
    answer = _listed(waiting, say) if waiting else Answer((say,))
    return Answer(answer.says, answer.step, answer.data, tells)


async def _ask_whom(talk: Talk, ticket: Ticket) -> Answer:
    colleagues = (await talk.desk.cases.colleagues(ticket))[:LISTED]
    if not colleagues:
        return tell_back("case.nobody_else", number=ticket.number)
    choices = tuple(Option(str(person.id), text=person.name) for person in colleagues)
    return ask("visit.pass_on", "case.whom", choices, {"ticket": ticket.id}, number=ticket.number)


async def passed_on(talk: Talk, said: Said) -> Answer | None:
    if not said.choice:
        return None
    ticket = await talk.desk.cases.get(talk.number("ticket"))
    told = await talk.desk.cases.pass_on(ticket, int(said.choice))
    return tell_back("case.passed_on", *case_tells(ticket, told), number=ticket.number)

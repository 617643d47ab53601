"""A resident's own tickets: where they stand, saying more, agreeing that one is settled, or not."""

from bot.dialogue.talk import Answer, Said, Talk, ask, options, tell_back
from bot.dialogue.topics import classify
from store.domain.conversation import OpenQuestion
from store.domain.speech import Option, Say
from store.domain.ticket_tells import case_tells, ticket_facts
from store.domain.tickets import Ticket, TicketState

LISTED = 5
SETTLED_STATES = frozenset({TicketState.RESOLVED, TicketState.CLOSED})


async def open_tickets(talk: Talk) -> Answer:
    mine = (await talk.desk.tickets.mine())[:LISTED]
    if not mine:
        return tell_back("tickets.none")
    choices = tuple(Option(str(ticket.id), text=str(ticket.number)) for ticket in mine)
    listed = [ticket_facts(ticket) for ticket in mine]
    return ask("tickets.chosen", "tickets.list", choices, tickets=listed)


async def ticket_chosen(talk: Talk, said: Said) -> Answer | None:
    ticket = await _chosen(talk, said)
    return _shown(ticket) if ticket else None


async def _chosen(talk: Talk, said: Said) -> Ticket | None:
    if said.choice:
        return await talk.desk.tickets.get(int(said.choice))
    return next((ticket for ticket in await talk.desk.tickets.mine() if str(ticket.number) in said.normal), None)


def _shown(ticket: Ticket) -> Answer:
    choices = (
        options("add", "reopen", prefix="ticket") if ticket.state in SETTLED_STATES else options("add", prefix="ticket")
    )
    return ask("ticket.action", "ticket.shown", choices, {"ticket": ticket.id}, **ticket_facts(ticket))


async def action_chosen(talk: Talk, said: Said) -> Answer | None:
    if said.choice == "add":
        return ask("ticket.follow", "ticket.add", data=talk.data)
    if said.choice == "reopen":
        return await _reopen(talk, await talk.desk.tickets.get(talk.number("ticket")))
    return None


async def follow(talk: Talk, said: Said) -> Answer | None:
    """What is said right after a report belongs to it, unless it is plainly about something else."""
    ticket = await talk.desk.tickets.get(talk.number("ticket"))
    topic = classify(said.text)
    another = topic.category and topic.category != ticket.category and not said.body.files
    if topic.danger or another or topic.about_staff != ticket.about_staff or not said.brings_something:
        return None
    handlers = await talk.desk.tickets.add(ticket, said.text, said.body.files)
    say = Say("ticket.added", ticket_facts(ticket))
    return Answer((say,), "ticket.follow", talk.data, case_tells(ticket, handlers, "case.added"))


async def settled_answered(talk: Talk, question: OpenQuestion, said: Said) -> Answer:
    """Is it settled? Yes closes it; no opens it again and asks what is missing."""
    ticket = await talk.desk.tickets.get(question.subject_id)
    if said.choice == "no":
        return await _reopen(talk, ticket)
    await talk.desk.tickets.confirm(ticket, "satisfied")
    return ask(
        "ticket.rated",
        "ticket.closed",
        options("satisfied", "fair", "dissatisfied", prefix="rating"),
        {"ticket": ticket.id},
    )


async def rated(talk: Talk, said: Said) -> Answer | None:
    if not said.choice:
        return None
    await talk.desk.tickets.confirm(await talk.desk.tickets.get(talk.number("ticket")), said.choice)
    return tell_back("ticket.rated")


async def _reopen(talk: Talk, ticket: Ticket) -> Answer:
    reopened, handlers = await talk.desk.tickets.reopen(ticket)
    say = Say("ticket.reopened", ticket_facts(reopened))
    tells = case_tells(reopened, handlers, "case.reopened")
    return Answer((say,), "ticket.follow", {"ticket": ticket.id}, tells)

"""What people are told of a ticket, whoever worked on it and from where: in conversation or at the console."""

from collections.abc import Iterable, Sequence

from store.domain.people import Contact
from store.domain.speech import Option, Question, Say, Tell
from store.domain.tickets import Ticket, asker_of

_YES_NO = (Option("yes", label="yes"), Option("no", label="no"))
_AT_ONCE = tuple(Option(key, label=f"case_{key}") for key in ("accept", "answer", "open"))


def ticket_facts(ticket: Ticket) -> dict[str, object]:
    """What a text says of a ticket. A confidential one is not named: others may read over a shoulder."""
    return {
        "number": ticket.number,
        "subject": "" if ticket.confidential else ticket.subject,
        "place": ticket.place,
        "category": ticket.category,
        "due": ticket.due_at,
        "state": ticket.state,
    }


def case_tells(ticket: Ticket, handlers: Sequence[Contact], message: str = "case.new") -> tuple[Tell, ...]:
    """The handlers' phones hear of a ticket, with what they may do at once."""
    facts = {
        "number": ticket.number,
        "category": ticket.category,
        "subject": ticket.subject,
        "place": ticket.place,
        "urgent": ticket.urgent,
        "due": ticket.due_at,
    }
    say = Say(message, facts, _AT_ONCE)
    question = Question("case", ticket.id, str(ticket.number))
    return tuple(Tell(contact.id, say, question, waits_for_day=not ticket.urgent) for contact in handlers)


def new_case_tells(ticket: Ticket, handlers: Sequence[Contact]) -> tuple[Tell, ...]:
    return case_tells(ticket, handlers, "case.urgent" if ticket.urgent else "case.new")


def received_say(ticket: Ticket, *, unclear: bool = False) -> Say:
    """The resident's receipt: his number, and until when he hears of it."""
    if ticket.about_staff:
        return Say("ticket.received_about_staff", ticket_facts(ticket))
    return Say("ticket.received_unclear" if unclear else "ticket.received", ticket_facts(ticket))


def accepted_tells(tickets: Iterable[Ticket]) -> tuple[Tell, ...]:
    """Those who asked hear of the step; by SMS only of an answer and of the end."""
    return tuple(_in_chat(ticket, "ticket.progress") for ticket in tickets)


def merged_tells(younger: Ticket) -> tuple[Tell, ...]:
    """Its sender hears that it is done together with another's: what is said of that one comes to him too."""
    return (_in_chat(younger, "ticket.merged"),)


def _in_chat(ticket: Ticket, message: str) -> Tell:
    return Tell(asker_of(ticket), Say(message, ticket_facts(ticket)), ticket_id=ticket.id, only_in_chat=True)


def answered_tells(tickets: Iterable[Ticket], text: str) -> tuple[Tell, ...]:
    """What is answered, to each of those who asked."""
    return tuple(
        Tell(asker_of(ticket), Say("ticket.answered", {**ticket_facts(ticket), "text": text}), ticket_id=ticket.id)
        for ticket in tickets
    )


def settled_tells(tickets: Iterable[Ticket], result: str) -> tuple[Tell, ...]:
    """What was done, to each of those who asked, and whether he agrees."""
    return tuple(_is_it_settled(ticket, result) for ticket in tickets)


def _is_it_settled(ticket: Ticket, result: str) -> Tell:
    say = Say("ticket.resolved", {**ticket_facts(ticket), "text": result}, _YES_NO)
    question = Question("ticket.settled", ticket.id, str(ticket.number))
    return Tell(asker_of(ticket), say, question, ticket_id=ticket.id)

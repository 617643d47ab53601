"""Every step, question, word and opening by name: explicit, so that a glance shows what a conversation can be."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from bot.dialogue.flows import front, identity, my_tickets, office, report
from bot.dialogue.talk import Answer, Opening, Said, Step, Talk
from bot.dialogue.topics import Intent
from bot.dialogue.words import Word
from store.domain.conversation import OpenQuestion
from store.domain.inbound import InboundBody

OPENINGS: Mapping[str, Opening] = {
    "report": report.open_report,
    "my_tickets": my_tickets.open_tickets,
    "identity": identity.open_identity,
    "human": front.human,
    "office": office.open_office,
}
"""What the menu's choices open."""


async def menu_chosen(talk: Talk, said: Said) -> Answer | None:
    return await OPENINGS[said.choice](talk) if said.choice else None


async def speaker_chosen(talk: Talk, said: Said) -> Answer | None:
    """Who is speaking has been said, and is remembered for half an hour: what was asked for goes on in his name."""
    named = identity.speaking_as(talk, said.choice)
    if named is None or named.speaker.resident is None:
        return None
    going_on = await STEPS[str(talk.data["after"])](named, Said("", "", "", InboundBody()))
    return going_on and replace(going_on, speaker_id=named.speaker.resident.id, keeps=False)


STEPS: Mapping[str, Step] = {
    "front.menu": menu_chosen,
    "front.stop_or_no": front.stop_or_no_answered,
    "front.language": front.language_chosen,
    "front.village": front.village_chosen,
    "report.text": report.text_given,
    "report.kind": report.kind_given,
    "report.place": report.place_given,
    "tickets.chosen": my_tickets.ticket_chosen,
    "ticket.action": my_tickets.action_chosen,
    "ticket.follow": my_tickets.follow,
    "ticket.rated": my_tickets.rated,
    "identity.number": identity.number_given,
    "identity.code": identity.code_given,
    "identity.speaker": speaker_chosen,
    "office.chosen": office.case_chosen,
    "office.action": office.action_chosen,
    "office.answer": office.answer_given,
    "office.resolve": office.result_given,
    "office.note": office.note_given,
    "office.give_back": office.reason_given,
    "office.pass_on": office.colleague_chosen,
}
"""What takes the next message."""

QUESTIONS: Mapping[str, Callable[[Talk, OpenQuestion, Said], Awaitable[Answer]]] = {
    "ticket.settled": my_tickets.settled_answered,
    "case": office.case_answered,
}
"""What takes the answer to a question that was put from outside the conversation."""

ALWAYS: Mapping[Word, Opening] = {
    Word.STOP: front.stop,
    Word.RESUME: front.resume,
    Word.HUMAN: front.human,
    Word.MENU: front.menu,
    Word.GREETING: front.menu,
    Word.BACK: front.back,
    Word.LANGUAGE: front.language,
    Word.THANKS: front.thank,
}
"""Words that work wherever a person is."""

INTENTS: Mapping[Intent, Opening] = {
    Intent.MENU: front.menu,
    Intent.MY_TICKETS: my_tickets.open_tickets,
    Intent.IDENTITY: identity.open_identity,
    Intent.LANGUAGE: front.language,
}
"""What may be asked for in a sentence, at any time."""

__all__ = ["ALWAYS", "INTENTS", "OPENINGS", "QUESTIONS", "STEPS", "front", "identity", "my_tickets", "office", "report"]

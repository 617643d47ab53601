"""The front door: the menu, a person, stopping and coming back, the language, which village, which question."""

from collections.abc import Sequence

from bot.dialogue.talk import Answer, Said, Talk, aside, ask, options, tell_back
from store.domain.conversation import OpenQuestion
from store.domain.speech import Option, Say
from store.domain.ticket_tells import case_tells
from store.domain.tickets import Category, Report

MENU = ("report", "my_tickets", "service_days", "disclosure", "matters", "propose", "identity", "human")
"""What a resident may choose; each is a flow's opening."""


async def menu(talk: Talk) -> Answer:
    """What can be done here, to choose by digit."""
    keys = tuple(key for key in MENU if key != "identity" or talk.speaker.is_guest)
    if talk.speaker.staff:
        return ask("front.menu", "menu.staff", options(*keys[:-1], "office", "notices", prefix="menu"))
    return ask("front.menu", "menu", options(*keys, prefix="menu"))


async def thank(_talk: Talk) -> Answer:
    return aside("thanks")


async def back(_talk: Talk) -> Answer:
    """One step back is the beginning: no conversation here is deeper than three questions."""
    return tell_back("back")


async def stop(talk: Talk) -> Answer:
    await talk.desk.contact.opt_out()
    return aside("opted_out")


async def stop_or_no(talk: Talk) -> Answer:
    """N means no inside a vote, and elsewhere it stops notices: where a question waits, it is asked about."""
    if talk.session.step:
        return ask("front.stop_or_no", "stop_or_no", options("no", "stop", prefix="stop_or_no"))
    return await stop(talk)


async def stop_or_no_answered(talk: Talk, said: Said) -> Answer | None:
    if said.choice == "stop":
        return await stop(talk)
    return tell_back("back") if said.choice == "no" else None


async def resume(talk: Talk) -> Answer:
    await talk.desk.contact.opt_in()
    return aside("opted_in")


async def language(_talk: Talk) -> Answer:
    return ask("front.language", "language", (Option("zh_CN", text="中文"), Option("en", text="English")))


async def language_chosen(talk: Talk, said: Said) -> Answer | None:
    if not said.choice:
        return None
    await talk.desk.contact.choose_language(said.choice)
    return Answer((Say("language.chosen"),), language=said.choice)


async def human(talk: Talk) -> Answer:
    """A person is asked for: the front desk gets it, and the person is told by which number it can be rung."""
    report = Report(category=Category.OTHER, subject="", text="[找人]", urgent=False)
    ticket, handlers = await talk.desk.tickets.submit(report)
    said = Say("human", {"number": ticket.number})
    return Answer((said,), step="ticket.follow", data={"ticket": ticket.id}, tells=case_tells(ticket, handlers))


async def call_back(talk: Talk) -> Answer:
    """A call that nobody took becomes a ticket to ring back."""
    report = Report(category=Category.OTHER, subject="", text="[未接来电]")
    ticket, handlers = await talk.desk.tickets.submit(report)
    return tell_back("missed_call", *case_tells(ticket, handlers), number=ticket.number)


WHICH = "front.which"
"""The step in which a person says which of several questions his digit answers; the engine itself takes it."""


def which_question(questions: Sequence[OpenQuestion], digit: str) -> Answer:
    choices = tuple(Option(str(question.id), text=question.label) for question in questions[-5:])
    return ask(WHICH, "which_question", choices, {"digit": digit}, digit=digit)


async def choose_village(talk: Talk) -> Answer:
    """A guest of a town's account has not said which village is his."""
    villages = await talk.desk.contact.villages()
    choices = tuple(Option(str(area_id), text=name) for area_id, name in villages)
    return ask("front.village", "which_village", choices)


async def village_chosen(talk: Talk, said: Said) -> Answer | None:
    if not said.choice:
        return await choose_village(talk)
    await talk.desk.contact.move_to_village(int(said.choice))
    return tell_back("village.chosen")

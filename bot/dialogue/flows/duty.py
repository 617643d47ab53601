"""Who gets urgent matters tonight, and a change of office."""

from datetime import timedelta

from bot.dialogue.talk import YES_NO, Answer, Said, Talk, ask, options, tell_back
from store.domain.speech import Option

WEEK = 7


async def open_duty(talk: Talk) -> Answer:
    """Who is on duty, and the offer to take it over."""
    name = await talk.desk.office.on_duty()
    return ask("duty.taken", "duty", options("tonight", "week", prefix="duty"), name=name)


async def duty_taken(talk: Talk, said: Said) -> Answer | None:
    if not said.choice:
        return None
    today = talk.now.astimezone(talk.speaker.settings.zone).date()
    days = [today + timedelta(days=ahead) for ahead in range(WEEK if said.choice == "week" else 1)]
    await talk.desk.office.take_duty(days)
    return tell_back("duty.taken", first=days[0], last=days[-1])


async def open_handover(talk: Talk) -> Answer:
    """Duties and open tickets go to a successor in one step."""
    colleagues = await talk.desk.office.successors()
    if not colleagues:
        return tell_back("handover.nobody")
    choices = tuple(Option(str(person.id), text=person.name) for person in colleagues)
    return ask("handover.whom", "handover.whom", choices)


async def successor_chosen(talk: Talk, said: Said) -> Answer | None:
    if not said.choice:
        return None
    name = next(option.text for option in talk.session.options if option.key == said.choice)
    return ask("handover.sure", "handover.sure", YES_NO, {"successor": said.choice}, name=name)


async def handover_confirmed(talk: Talk, said: Said) -> Answer | None:
    if said.choice != "yes":
        return tell_back("back") if said.choice == "no" else None
    moved = await talk.desk.office.hand_over(talk.number("successor"))
    return tell_back("handover.done", count=moved)

"""Service days for those in office: who comes, calling a day off, moving it; and what was missed."""

from bot.dialogue.days import read_day
from bot.dialogue.talk import Answer, Said, Talk, ask, options, tell_back
from store.domain.conversation import OpenQuestion
from store.domain.occurrences import ServiceKind
from store.domain.reminders import changed_tells, day_facts
from store.domain.series import Changed, Occurrence
from store.domain.speech import Option

DAYS_SHOWN = 6
SERVICE_OF_WORD = {
    "接待": None,
    "reception": None,
    "律师接待": ServiceKind.LAWYER,
    "民警接待": ServiceKind.POLICE,
    "驻点": ServiceKind.TOWN_LEADERS,
    "说事": ServiceKind.TALK_DAY,
}
"""What a member of staff says to see who comes."""


async def open_reception(talk: Talk, service: ServiceKind | None = None) -> Answer:
    """Who comes on the next service day; of one service where it is named."""
    days = await talk.desk.reception.ahead()
    wanted = [day for day in days if service in {None, day.series.service}]
    return await _line(talk, wanted[0], others=len(days) > 1) if wanted else tell_back("reception.none")


async def _line(talk: Talk, day: Occurrence, *, others: bool) -> Answer:
    line = [
        {"number": one.number, "at": one.at, "name": name, "confirmed": one.confirmed}
        for one, name in await talk.desk.reception.line(day)
    ]
    keys = ("call_off", "move", "others") if others else ("call_off", "move")
    choices = options(*keys, prefix="reception")
    return ask("reception.action", "reception.line", choices, {"day": day.id}, line=line, **day_facts(day))


async def action_chosen(talk: Talk, said: Said) -> Answer | None:
    if not said.choice:
        return None
    if said.choice == "others":
        return await _others(talk)
    day = await _day(talk)
    if said.choice == "move":
        return ask("reception.move", "reception.which_day", (), talk.data, **day_facts(day))
    return ask("reception.call_off", "reception.why", (), talk.data, **day_facts(day))


async def _others(talk: Talk) -> Answer:
    days = (await talk.desk.reception.ahead())[:DAYS_SHOWN]
    choices = tuple(
        Option(str(day.id), label=f"service_on_{day.series.service}", text=f"{day.begins_at:%-m-%-d %-H:%M}")
        for day in days
    )
    return ask("reception.day", "reception.days", choices)


async def day_chosen(talk: Talk, said: Said) -> Answer | None:
    return await _line(talk, await talk.desk.reception.get(int(said.choice)), others=True) if said.choice else None


async def reason_given(talk: Talk, said: Said) -> Answer | None:
    """The day is called off; whoever booked is told why."""
    if not said.text:
        return None
    return _done("reception.called_off", await talk.desk.reception.call_off(await _day(talk), said.text))


async def new_day_given(talk: Talk, said: Said) -> Answer | None:
    """The day is moved; whoever booked is asked whether he comes then."""
    today = talk.now.astimezone(talk.speaker.settings.zone).date()
    day = read_day(said.text, today)
    if day is None:
        return ask("reception.move", "reception.day_unclear", data=talk.data) if said.text else None
    return _done("reception.moved", await talk.desk.reception.move(await _day(talk), day))


def _done(message: str, changed: Changed) -> Answer:
    told = changed_tells(changed)
    return tell_back(message, *told, was=changed.was, count=len(told), **day_facts(changed.occurrence))


async def _day(talk: Talk) -> Occurrence:
    return await talk.desk.reception.get(talk.number("day"))


async def missed_answered(talk: Talk, question: OpenQuestion, said: Said) -> Answer:
    """Whether what was missed is still wanted; the next tick releases it."""
    wanted = said.choice == "yes"
    await talk.desk.reception.decide_missed(question.subject_id, release=wanted)
    return tell_back("step.released" if wanted else "step.dropped")

"""Reporting something in one's own words: the kind and the place are asked only where they are missing."""

from collections.abc import Mapping
from dataclasses import asdict, replace

from bot.dialogue.numbers import mobile_in
from bot.dialogue.talk import Answer, Said, Talk, ask, options
from bot.dialogue.topics import Topic, classify
from store.domain.speech import Say, Tell
from store.domain.ticket_tells import case_tells, new_case_tells, received_say, ticket_facts
from store.domain.tickets import Category, Report, Ticket

NEEDS_PLACE = frozenset({Category.INFRASTRUCTURE, Category.ENVIRONMENT, Category.SAFETY})
KINDS = (
    Category.INFRASTRUCTURE,
    Category.ENVIRONMENT,
    Category.DISPUTE,
    Category.ERRAND,
    Category.LEGAL,
    Category.WELFARE,
    Category.DISCLOSURE,
    Category.OTHER,
)
PLACES = ("home", "around", "call_me")
PLACE_WORDS = {"home": "家里", "around": "家附近", "call_me": ""}
"""What a ticket keeps of a place that was chosen: as the resident would have written it."""


async def open_report(_talk: Talk) -> Answer:
    return ask("report.text", "report.what")


async def begin(talk: Talk, said: Said) -> Answer:
    """A message that nothing else took: what somebody has to say to his village."""
    return await _go_on(talk, said, None)


async def _go_on(talk: Talk, said: Said, before: Report | None) -> Answer:
    """Ask what is missing, or submit; `before` is what came without words, a photo or a place."""
    topic = classify(said.text)
    report = _merged(_report(topic, said), before) if before else _report(topic, said)
    if topic.danger:
        return await _submit(talk, replace(report, urgent=True), danger=topic.danger.number)
    if not said.text:
        return ask("report.text", "report.what_is_it", data=_kept(report))
    if not topic.category and not topic.about_staff:
        return ask("report.kind", "report.which_kind", options(*KINDS, prefix="category"), _kept(report))
    return await _place_or_submit(talk, report)


def _report(topic: Topic, said: Said) -> Report:
    return Report(
        category=Category(topic.category or Category.OTHER),
        subject=topic.subject,
        text=said.text,
        place=topic.place,
        urgent=topic.urgent,
        about_staff=topic.about_staff,
        files=said.body.files,
        latitude=said.body.latitude,
        longitude=said.body.longitude,
    )


async def text_given(talk: Talk, said: Said) -> Answer | None:
    """What it is about, after a photo or a place came alone, or after the menu."""
    if not said.brings_something:
        return None
    return await _go_on(talk, said, _restored(talk.data))


async def kind_given(talk: Talk, said: Said) -> Answer | None:
    """One question about the kind is enough: whatever is answered, it goes on, to the front desk if need be."""
    report = _restored(talk.data)
    if report is None:
        return None
    if said.choice:
        return await _place_or_submit(talk, replace(report, category=Category(said.choice)))
    topic = classify(said.text)
    merged = _merged(report, _report(topic, said))
    if not topic.category:
        return await _submit(talk, merged, unclear=True)
    return await _place_or_submit(talk, replace(merged, category=Category(topic.category)))


async def place_given(talk: Talk, said: Said) -> Answer | None:
    report = _restored(talk.data)
    if report is None:
        return None
    if said.choice:
        return await _submit(talk, replace(report, place=PLACE_WORDS[said.choice]))
    here = said.body.latitude is not None or said.body.files
    place = said.text if said.text and not here else report.place
    return await _submit(talk, replace(_merged(report, _report(classify(""), said)), place=place))


async def _place_or_submit(talk: Talk, report: Report) -> Answer:
    if report.category in NEEDS_PLACE and not report.place and report.latitude is None and not report.about_staff:
        return ask(
            "report.place", "report.where", options(*PLACES, prefix="place"), _kept(report), subject=report.subject
        )
    return await _submit(talk, report)


async def _submit(talk: Talk, report: Report, *, danger: str = "", unclear: bool = False) -> Answer:
    said_before = await talk.desk.tickets.already_said(report)
    if said_before and not danger:
        handlers = await talk.desk.tickets.add(said_before, report.text, report.files)
        say = Say("ticket.added", ticket_facts(said_before))
        return _followed(said_before, (say,), case_tells(said_before, handlers, "case.added"))
    ticket, handlers = await talk.desk.tickets.submit(report)
    warning = (Say("danger", {"number_to_ring": danger}),) if danger else ()
    received = received_say(ticket, unclear=unclear)
    tells = new_case_tells(ticket, handlers)
    if ticket.confidential and len(talk.speaker.holders) > 1:
        where = Say("report.safe", options=options("here", "other", prefix="safe"))
        return Answer((*warning, received, where), "report.safe", {"ticket": ticket.id}, tells)
    return _followed(ticket, (*warning, received), tells)


def _followed(ticket: Ticket, says: tuple[Say, ...], tells: tuple[Tell, ...]) -> Answer:
    """What is said next belongs to this ticket, unless it is plainly something else."""
    return Answer(says, step="ticket.follow", data={"ticket": ticket.id}, tells=tells)


async def safe_chosen(talk: Talk, said: Said) -> Answer | None:
    """A phone that others share, and a matter that is not for them: answer here, or at another number."""
    if said.choice == "other":
        return ask("report.safe_number", "report.safe_number", data=talk.data)
    if said.choice == "here":
        return ask("ticket.follow", "report.safe_here", data=talk.data)
    return None


async def safe_number_given(talk: Talk, said: Said) -> Answer | None:
    number = mobile_in(said.text)
    if not number:
        return None
    await talk.desk.tickets.answer_at(await talk.desk.tickets.get(talk.number("ticket")), number)
    return ask("ticket.follow", "report.safe_there", data=talk.data)


def _kept(report: Report) -> dict[str, object]:
    return {"report": {**asdict(report), "files": list(report.files)}}


def _restored(data: Mapping[str, object]) -> Report | None:
    kept = data.get("report")
    if not isinstance(kept, dict):
        return None
    return Report(**{**kept, "category": Category(kept["category"]), "files": tuple(kept["files"])})


def _merged(first: Report, more: Report) -> Report:
    """Two messages about one thing: the words of both, the facts of either."""
    return replace(
        first,
        subject=first.subject or more.subject,
        text="\n".join(part for part in (first.text, more.text) if part),
        place=first.place or more.place,
        urgent=first.urgent or more.urgent,
        about_staff=first.about_staff or more.about_staff,
        files=first.files + more.files,
        latitude=first.latitude if first.latitude is not None else more.latitude,
        longitude=first.longitude if first.longitude is not None else more.longitude,
    )

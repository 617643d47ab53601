"""Reading what the village discloses: a month, a category, an item; and asking about an item, which opens a ticket."""

from collections.abc import Sequence

from bot.dialogue.talk import Answer, Said, Talk, ask, options, tell_back
from bot.dialogue.topics import classify
from store.domain.disclosures import (
    Disclosure,
    DisclosureCategory,
    DisclosureItem,
    digest_facts,
    item_facts,
    short_title,
)
from store.domain.speech import Option, Say
from store.domain.ticket_tells import case_tells, ticket_facts
from store.domain.tickets import Category, Report

LISTED = 8
"""So many items at once: a digit chooses one, the ninth is the way to more."""
URGENT = "urgent"
LISTS = "lists"


async def open_disclosure(talk: Talk) -> Answer:
    """The latest month in a line, and its categories; what was published at once stands before them."""
    latest, urgent = await talk.desk.disclosures.latest(), await talk.desk.disclosures.urgent()
    if latest is None and not urgent:
        return tell_back("disclosure.none")
    keys = [URGENT] if urgent else []
    if latest:
        present = {item.category for item in latest.items}
        keys += [category for category in DisclosureCategory if category in present]
    keys += [LISTS] if await talk.desk.disclosures.may_see_lists() else []
    facts = digest_facts(latest) if latest else {"month": None}
    return ask("disclosure.category", "disclosure.month", options(*keys, prefix="disclosure"), **facts)


async def category_chosen(talk: Talk, said: Said) -> Answer | None:
    if said.choice == LISTS:
        return tell_back("disclosure.lists", path=await talk.desk.disclosures.open_lists())
    return await _list(talk, said.choice, 0) if said.choice else None


async def _list(talk: Talk, key: str, start: int) -> Answer:
    items = await _items_of(talk, key)
    shown = items[start : start + LISTED]
    if not shown:
        return await open_disclosure(talk)
    choices = [Option(str(item.id), text=short_title(item.title)) for item in shown]
    if len(items) > start + LISTED:
        choices.append(Option("more", label="disclosure_more"))
    data = {"key": key, "next": start + LISTED}
    facts = [item_facts(item) for item in shown]
    return ask("disclosure.chosen", "disclosure.items", tuple(choices), data, disclosed_as=key, items=facts)


async def _items_of(talk: Talk, key: str) -> Sequence[DisclosureItem]:
    if key == URGENT:
        return await talk.desk.disclosures.urgent()
    latest: Disclosure | None = await talk.desk.disclosures.latest()
    return [item for item in latest.items if item.category == key] if latest else []


async def item_chosen(talk: Talk, said: Said) -> Answer | None:
    if not said.choice:
        return None
    if said.choice == "more":
        return await _list(talk, str(talk.data["key"]), talk.number("next"))
    item = await talk.desk.disclosures.item(int(said.choice))
    return ask(
        "disclosure.action",
        "disclosure.item",
        options("ask", "back", prefix="disclosure"),
        {"item": item.id},
        **item_facts(item),
    )


async def action_chosen(talk: Talk, said: Said) -> Answer | None:
    """Asking about the item, or back to the month; a sentence that is about nothing else is the question itself."""
    if said.choice == "back":
        return await open_disclosure(talk)
    if said.choice == "ask":
        item = await talk.desk.disclosures.item(talk.number("item"))
        return ask("disclosure.question", "disclosure.write_question", data=talk.data, title=item.title)
    about = classify(said.text).category
    return await question_given(talk, said) if about in {"", Category.DISCLOSURE} else None


async def question_given(talk: Talk, said: Said) -> Answer | None:
    """The question goes to the supervisory committee, with the item that it is about."""
    topic = classify(said.text)
    if topic.danger or not said.text:
        return None
    item = await talk.desk.disclosures.item(talk.number("item"))
    report = Report(
        category=Category.DISCLOSURE,
        subject=short_title(item.title),
        text=f"[{item.month:%Y-%m} {item.number} {item.title}]\n{said.text}",
        about_staff=topic.about_staff,
        files=said.body.files,
    )
    ticket, handlers = await talk.desk.tickets.submit(report)
    message = "ticket.received_about_staff" if ticket.about_staff else "disclosure.asked"
    say = Say(message, {**ticket_facts(ticket), "title": short_title(item.title)})
    return Answer((say,), "ticket.follow", {"ticket": ticket.id}, case_tells(ticket, handlers))

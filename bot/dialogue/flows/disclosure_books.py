"""Entering what the village discloses: an item in a month's books, one that goes out at once, taking one back."""

from collections.abc import Mapping
from datetime import date

from bot.dialogue.talk import YES_NO, Answer, Said, Talk, ask, options
from store.domain.disclosure_amounts import parse_amount
from store.domain.disclosures import DisclosureCategory, Entry, Flow, check_entry, digest_facts, item_facts, short_title
from store.domain.months import month_after
from store.domain.speech import Option, Say

LISTED = 9
_NO_AMOUNT = frozenset({"无", "没有", "没", "none", "no"})
_NEXT = {
    "add": ("books.category", "books.which_category"),
    "urgent": ("books.category", "books.which_category"),
    "opening": ("books.opening", "books.which_opening"),
}


async def open_books(talk: Talk) -> Answer:
    """A cadre comes to the books: last month's while they are open, else those of the month that runs."""
    month = await talk.desk.disclosures.open_month()
    return await _show(talk, month)


async def _show(talk: Talk, month: date, *before: Say) -> Answer:
    """The month as it stands, and what can be done: said after what was just written."""
    held = await talk.desk.disclosures.held(month)
    items = held.items if held else ()
    keys = ["add", "urgent", *(["take_back"] if items else [])]
    keys += ["opening"] if held is None or held.opening_fen is None else []
    keys += ["next_month"] if month_after(month) <= talk.desk.disclosures.this_month else []
    facts = digest_facts(held) if held else {"month": month.month, "count": 0}
    listed = [item_facts(item) for item in items]
    say = Say("books.shown", {**facts, "items": listed}, options(*keys, prefix="books"))
    return Answer((*before, say), "books.action", {"month": month.isoformat()})


async def action_chosen(talk: Talk, said: Said) -> Answer | None:
    if not said.choice:
        return None
    month = _month(talk.data)
    if said.choice == "next_month":
        return await _show(talk, month_after(month))
    if said.choice == "take_back":
        return await _ask_which(talk, month)
    step, message = _NEXT[said.choice]
    data = {**talk.data, "urgent": said.choice == "urgent"}
    choices = options(*DisclosureCategory, prefix="disclosure") if step == "books.category" else ()
    return ask(step, message, choices, data, urgent=data["urgent"], month=month.month)


async def category_chosen(talk: Talk, said: Said) -> Answer | None:
    if not said.choice:
        return None
    return ask("books.title", "books.write_title", data={**talk.data, "category": said.choice})


async def title_given(talk: Talk, said: Said) -> Answer | None:
    """What it is, on the first line; what stands below explains it. A photo is kept with it."""
    if not said.text:
        return None
    title, _, text = said.text.partition("\n")
    check_entry(Entry(DisclosureCategory.OTHER, title, Flow.POSTED, text=text))
    attachment = said.body.files[0] if said.body.files else ""
    if attachment:
        await talk.desk.disclosures.hold_picture(attachment)
    data = {**talk.data, "title": title.strip(), "text": text.strip(), "attachment": attachment}
    return ask("books.flow", "books.which_flow", options(*Flow, prefix="flow"), data)


async def flow_chosen(talk: Talk, said: Said) -> Answer | None:
    if not said.choice:
        return None
    return ask("books.amount", "books.how_much", data={**talk.data, "flow": said.choice}, flow=said.choice)


async def amount_given(talk: Talk, said: Said) -> Answer | None:
    posted = talk.data["flow"] == Flow.POSTED
    amount_fen = parse_amount(said.text)
    if amount_fen is None and not (posted and said.normal in _NO_AMOUNT):
        return ask("books.amount", "books.amount_unclear", data=talk.data)
    data = {**talk.data, "amount_fen": amount_fen}
    entry = _entry(data)
    facts = {"disclosed_as": entry.category, "title": entry.title, "flow": entry.flow, "amount": entry.amount_fen}
    return ask("books.sure", "books.sure", YES_NO, data, urgent=data["urgent"], **facts)


async def entry_confirmed(talk: Talk, said: Said) -> Answer | None:
    """Written only once it was read back: an urgent item reaches the whole village the same moment."""
    month = _month(talk.data)
    if said.choice == "no":
        return await _show(talk, month, Say("books.not_entered"))
    if said.choice != "yes":
        return None
    if talk.data["urgent"]:
        item, told = await talk.desk.disclosures.announce(_entry(talk.data))
        return await _show(talk, month, Say("books.announced", {**item_facts(item), "told": told}))
    item = await talk.desk.disclosures.enter(month, _entry(talk.data))
    return await _show(talk, month, Say("books.entered", item_facts(item)))


async def opening_given(talk: Talk, said: Said) -> Answer | None:
    """What the village had when the month began."""
    amount_fen = parse_amount(said.text)
    if amount_fen is None:
        return ask("books.opening", "books.amount_unclear", data=talk.data)
    month = _month(talk.data)
    await talk.desk.disclosures.state_opening(month, amount_fen)
    return await _show(talk, month)


async def _ask_which(talk: Talk, month: date) -> Answer:
    held = await talk.desk.disclosures.held(month)
    mistakes = [item for item in (held.items if held else ()) if item.urgent_at is None][-LISTED:]
    choices = tuple(Option(str(item.id), text=f"{item.number} {short_title(item.title)}") for item in mistakes)
    return ask("books.take_back", "books.which_item", choices, talk.data)


async def item_taken_back(talk: Talk, said: Said) -> Answer | None:
    if not said.choice:
        return None
    item = await talk.desk.disclosures.take_back(int(said.choice))
    return await _show(talk, item.month, Say("books.taken_back", item_facts(item)))


def _month(data: Mapping[str, object]) -> date:
    return date.fromisoformat(str(data["month"]))


def _entry(data: Mapping[str, object]) -> Entry:
    amount_fen = data["amount_fen"]
    return Entry(
        category=DisclosureCategory(str(data["category"])),
        title=str(data["title"]),
        flow=Flow(str(data["flow"])),
        amount_fen=None if amount_fen is None else int(str(amount_fen)),
        text=str(data["text"]),
        attachment=str(data["attachment"]),
    )

"""One item: entered, changed and taken back before it is out, its names shortened by one press."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from aiohttp import web

from console.disclosures.asking import (
    BOOKS,
    address_of,
    entry_from,
    month_asked,
    village_asked,
    village_of,
    village_to_change,
    village_to_enter,
)
from console.fields import whole_number
from console.visits import Fields, Office, Visit, led_to, once
from notifier.disclosing import publish_urgent_item
from store.actions.disclosure_files import keep_list, write_list
from store.actions.disclosures import add_item, change_item, remove_item
from store.database import Transaction
from store.domain.areas import Area
from store.domain.disclosure_doubts import doubts_of, words_of
from store.domain.disclosures import DisclosureCategory, DisclosureItem, Entry, Flow
from store.domain.errors import NotFound, Refusal
from store.domain.people import Staff
from store.domain.privacy import shorten_names
from store.domain.tickets import Category, Ticket
from store.queries.access import may_answer_publicly, may_disclose
from store.queries.areas import settings_for
from store.queries.disclosures import disclosure_for, item_in_books
from store.queries.people import names_standing_in
from store.queries.public_disclosures import lists_of_items
from store.queries.tickets import ticket_seen_by

AT_ONCE = "now"


@dataclass(frozen=True, slots=True)
class ItemPages:
    office: Office

    async def enter(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        """Into the month's books, or out to the whole village at once."""
        async with self.office.database.write(self.office.clock()) as tx:
            ticket = await _ticket(tx, visit.person, fields)
            village = await village_to_enter(tx, visit.person, fields, answers=ticket is not None)
            month = await month_asked(tx, village, fields)
            await once(tx, request, visit, fields, address_of(village, month))
            item = await self._enter(tx, visit.person, village, fields, ticket)
        if item.urgent_at:
            raise led_to(address_of(village, item.month), "announced")
        raise led_to(f"{BOOKS}/items/{item.id}", "entered")

    async def _enter(
        self, tx: Transaction, person: Staff, village: Area, fields: Fields, ticket: Ticket | None
    ) -> DisclosureItem:
        entry = entry_from(fields, ticket.id if ticket else None)
        if ticket and not entry.text:
            raise Refusal("disclosure.answer_missing")
        if fields.get("when") == AT_ONCE:
            item, _ = await publish_urgent_item(tx, self.office.renderer, village, entry, person)
        else:
            item = await add_item(tx, village, await month_asked(tx, village, fields), entry, person)
        if fields.get("list"):
            await write_list(tx, village, item.id, fields["list"], person)
        return item

    async def act(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        action = request.match_info["action"]
        async with self.office.database.write(self.office.clock()) as tx:
            village, item = await self._mine(tx, visit.person, request)
            where = address_of(village, item.month) if action == "take-back" else f"{BOOKS}/items/{item.id}"
            await once(tx, request, visit, fields, where)
            await _take(tx, visit.person, village, item, action, fields)
        raise led_to(where, action)

    async def _mine(self, tx: Transaction, person: Staff, request: web.Request) -> tuple[Area, DisclosureItem]:
        village = await village_of(tx, person, request)
        item = await item_in_books(tx, village.id, int(request.match_info["item"]))
        return await village_to_change(tx, person, request, answers=item.is_asked_for), item

    async def form(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        written = visit.asked(request)
        async with self.office.database.read(self.office.clock()) as tx:
            ticket = await _ticket(tx, visit.person, written)
            village, _ = await village_asked(tx, visit.person, written)
            if not (may_answer_publicly if ticket else may_disclose)(visit.person, village.path):
                raise NotFound("area.unknown")
            month = await month_asked(tx, village, written)
            disclosure = await disclosure_for(tx, village.id, month)
        if ticket:
            written = {"category": DisclosureCategory.OTHER, "flow": Flow.POSTED, "title": ticket.subject, **written}
        return self.office.page(
            request,
            visit,
            "disclosure_new.html",
            village=village,
            month=month,
            is_out=bool(disclosure and disclosure.published_at),
            ticket=ticket,
            written=written,
            categories=tuple(DisclosureCategory),
            flows=tuple(Flow),
        )

    async def one(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        async with self.office.database.read(self.office.clock()) as tx:
            village = await village_of(tx, visit.person, request)
            item = await item_in_books(tx, village.id, int(request.match_info["item"]))
            month = await disclosure_for(tx, village.id, item.month)
            is_out = bool(item.urgent_at or (month and month.published_at))
            names = frozenset[str]() if is_out else await names_standing_in(tx, village.id, words_of(item))
            lists = await lists_of_items(tx, [item.id])
            settings = await settings_for(tx, village.id)
        may = may_answer_publicly if item.is_asked_for else may_disclose
        return self.office.page(
            request,
            visit,
            "disclosure_item.html",
            zone=settings.zone,
            village=village,
            item=item,
            month=item.month,
            is_out=is_out,
            may_change=not is_out and may(visit.person, village.path),
            doubts=() if is_out else doubts_of(item, names),
            names=sorted(names),
            kept={**_as_written(item), "list": lists.get(item.id, "")},
            categories=tuple(DisclosureCategory),
            flows=tuple(Flow),
        )


async def _take(
    tx: Transaction, person: Staff, village: Area, item: DisclosureItem, action: str, fields: Fields
) -> None:
    if action == "take-back":
        await remove_item(tx, village, item.id, person)
    elif action == "shorten":
        await _shorten(tx, person, village, item)
    else:
        await change_item(tx, village, item.id, entry_from(fields), person)
        await keep_list(tx, village, item.id, fields.get("list", ""), person)


async def _shorten(tx: Transaction, person: Staff, village: Area, item: DisclosureItem) -> None:
    """In what everybody reads; the list for villagers keeps its names."""
    names = list(await names_standing_in(tx, village.id, words_of(item)))
    entry = Entry(item.category, item.title, item.flow, item.amount_fen, item.text)
    short = replace(entry, title=shorten_names(item.title, names), text=shorten_names(item.text, names))
    await change_item(tx, village, item.id, short, person)


async def _ticket(tx: Transaction, person: Staff, asked: Mapping[str, str]) -> Ticket | None:
    """The question that an item answers. Raises NotFound where he may not see it, or it is about something else."""
    wanted = asked.get("ticket", "")
    if not wanted:
        return None
    ticket = await ticket_seen_by(tx, person, whole_number(wanted))
    if ticket.category is not Category.DISCLOSURE or ticket.about_staff:
        raise NotFound("ticket.unknown")
    return ticket


def _as_written(item: DisclosureItem) -> dict[str, str]:
    fen = item.amount_fen
    amount = "" if fen is None else f"{fen // 100}.{fen % 100:02}"
    return {
        "category": item.category,
        "title": item.title,
        "flow": item.flow,
        "amount": amount,
        "text": item.text,
    }

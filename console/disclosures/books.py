"""A month at a glance: what is entered, what is missing, what should be looked at; and what fills it."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.web import FileField

from console.disclosures.asking import (
    address_of,
    month_asked,
    this_month,
    village_asked,
    village_to_enter,
)
from console.visits import Fields, Office, Visit, led_to, once
from notifier.pages import language_asked
from store.actions.disclosures import add_item, import_items, state_opening
from store.database import Transaction
from store.domain.areas import Area
from store.domain.disclosure_amounts import parse_amount
from store.domain.disclosure_catalogue import quarter_of, standings
from store.domain.disclosure_doubts import doubts_of, words_of
from store.domain.disclosure_sheet import SheetProblem
from store.domain.disclosures import Disclosure, DisclosureCategory, Entry, Flow, digest_of
from store.domain.errors import Refusal
from store.domain.months import month_after, month_before
from store.domain.people import Staff
from store.domain.privacy import Doubt
from store.domain.settings import AreaSettings
from store.queries.access import may_disclose, may_publish_books
from store.queries.areas import settings_for
from store.queries.disclosure_tickets import open_questions
from store.queries.disclosures import counts_in, disclosure_for, months_with_books
from store.queries.people import names_standing_in
from store.queries.public_disclosures import lists_of_items
from store.sheets import Rows, read_sheet

_SHOWN_PROBLEMS = 30

Write = Callable[[Transaction, Area, date], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class BookPages:
    office: Office

    async def month(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        return await self._page(request, visit)

    async def opening(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        """What the village had when the month began."""

        async def state(tx: Transaction, village: Area, month: date) -> None:
            amount_fen = parse_amount(fields.get("amount", ""))
            if amount_fen is None:
                raise Refusal("disclosure.amount_wrong")
            await state_opening(tx, village, month, amount_fen, visit.person)

        return await self._write(request, visit, fields, state, "opening")

    async def nothing(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        """A category in which nothing happened is disclosed too: an item says so."""
        words = self.office.pages.words(language_asked(request))

        async def say(tx: Transaction, village: Area, month: date) -> None:
            category = fields.get("category", "")
            if category not in set(DisclosureCategory):
                raise Refusal("disclosure.what_missing")
            title = words["disclosure"]["nothing_title"].format(what=words["option"][f"disclosure_{category}"])
            await add_item(tx, village, month, Entry(DisclosureCategory(category), title, Flow.POSTED), visit.person)

        return await self._write(request, visit, fields, say, "entered")

    async def bring_in(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        """Enter a sheet: all of it, or nothing and the cells to look at."""
        rows = await _sheet_of(request)
        problems: Sequence[SheetProblem] = ()

        async def enter(tx: Transaction, village: Area, month: date) -> None:
            nonlocal problems
            problems = (await import_items(tx, village, month, rows, visit.person)).problems
            if problems:
                raise Refusal("disclosure.sheet_problems", count=len(problems))

        try:
            return await self._write(request, visit, fields, enter, "imported")
        except Refusal as refusal:
            if not problems:
                raise
            refused = self.office.refusing(request, visit, refusal, fields)
            return await self._page(request, refused, problems[:_SHOWN_PROBLEMS])

    async def _write(
        self, request: web.Request, visit: Visit, fields: Fields, write: Write, done: str
    ) -> web.StreamResponse:
        async with self.office.database.write(self.office.clock()) as tx:
            village = await village_to_enter(tx, visit.person, fields)
            where = address_of(village, month := await month_asked(tx, village, fields))
            await once(tx, request, visit, fields, where)
            await write(tx, village, month)
        raise led_to(where, done)

    async def _page(self, request: web.Request, visit: Visit, problems: Sequence[SheetProblem] = ()) -> web.Response:
        asked = visit.asked(request)
        async with self.office.database.read(self.office.clock()) as tx:
            village, villages = await village_asked(tx, visit.person, asked)
            month = await month_asked(tx, village, asked)
            settings = await settings_for(tx, village.id)
            shown = await glance(tx, settings, month)
            values = {
                **shown,
                "village": village,
                "villages": villages,
                "is_current": month >= await this_month(tx, village),
                "questions": await open_questions(tx, visit.person, village.id),
                "months": await months_with_books(tx, village.id),
                **_rights(visit.person, village),
            }
        return self.office.page(
            request,
            visit,
            "disclosures.html",
            zone=settings.zone,
            **values,
            month=month,
            before=month_before(month),
            after=month_after(month),
            due_on=due_on(settings, month),
            today=self.office.clock().astimezone(settings.zone).date(),
            problems=problems,
            told=request.query.get("told", "")[:16],
        )


def _rights(person: Staff, village: Area) -> dict[str, bool]:
    return {
        "may_enter": may_disclose(person, village.path),
        "may_publish": may_publish_books(person, village.path),
    }


def due_on(settings: AreaSettings, month: date) -> date:
    """The village's disclosure day in the month after; where that falls on a free day, the calendar moves it."""
    return month_after(month).replace(day=min(settings.disclosure_day, 28))


async def glance(tx: Transaction, settings: AreaSettings, month: date) -> dict[str, Any]:
    """What the month holds, against the catalogue, and what of it should be looked at."""
    village_id = settings.area.id
    disclosure = await disclosure_for(tx, village_id, month)
    first, _ = quarter_of(month)
    counts = await counts_in(tx, village_id, first, month_after(month))
    in_quarter = {category for of_month in counts.values() for category in of_month}
    monthly = [one for one in DisclosureCategory if one in settings.disclosure_monthly]
    items = disclosure.items if disclosure else ()
    return {
        "disclosure": disclosure,
        "standings": standings(month, counts.get(month, {}), in_quarter, monthly),
        "digest": digest_of(items, disclosure.opening_fen if disclosure else None),
        "doubts": await doubts_about(tx, village_id, disclosure),
        "lists": await lists_of_items(tx, [item.id for item in items]),
    }


async def doubts_about(tx: Transaction, village_id: int, disclosure: Disclosure | None) -> dict[int, tuple[Doubt, ...]]:
    """By item, of what is not public yet. One statement finds every resident's name."""
    items = [item for item in disclosure.items if not item.urgent_at] if disclosure else []
    if disclosure is None or disclosure.published_at:
        return {}
    names = await names_standing_in(tx, village_id, "\n".join(map(words_of, items)))
    found = {item.id: doubts_of(item, names) for item in items}
    return {item_id: doubts for item_id, doubts in found.items() if doubts}


async def _sheet_of(request: web.Request) -> Rows:
    """The sheet that a form brings. Raises Refusal where there is none that can be read."""
    sent = (await request.post()).get("sheet")
    if not isinstance(sent, FileField) or not sent.filename:
        raise Refusal("disclosure.file_missing")
    return await asyncio.to_thread(_read, sent.file.read())


def _read(content: bytes) -> Rows:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sheet"
        path.write_bytes(content)
        return read_sheet(path)

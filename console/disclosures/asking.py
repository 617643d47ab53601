"""What every page of the books needs: whose books, of which month, and what a form says of an item."""

from collections.abc import Mapping, Sequence
from datetime import date

from aiohttp import web

from store.database import Transaction
from store.domain.areas import Area
from store.domain.disclosure_amounts import parse_amount
from store.domain.disclosures import DisclosureCategory, Entry, Flow
from store.domain.errors import NotAllowed, NotFound, Refusal
from store.domain.months import first_of_month
from store.domain.people import Staff
from store.domain.settings import AreaSettings
from store.queries.access import may_answer_publicly, may_disclose, may_see_books
from store.queries.areas import area_by_id, settings_for, villages_served
from store.queries.disclosures import open_month, village_of_item

BOOKS = "/console/disclosures"

Asked = Mapping[str, str]


async def villages_with_books(tx: Transaction, person: Staff) -> list[Area]:
    return [village for village in await villages_served(tx, person) if may_see_books(person, village.path)]


async def village_asked(tx: Transaction, person: Staff, asked: Asked) -> tuple[Area, Sequence[Area]]:
    """The village that an address or a form names, else his first; and all of his. Raises NotFound for another's."""
    villages = await villages_with_books(tx, person)
    wanted = asked.get("village", "")
    village = next((one for one in villages if not wanted or str(one.id) == wanted), None)
    if village is None:
        raise NotFound("area.unknown")
    return village, villages


async def village_to_enter(tx: Transaction, person: Staff, asked: Asked, *, answers: bool = False) -> Area:
    """The village that a form names. Raises NotFound where he may not even see its books, else NotAllowed.

    `answers`: what he enters is the answer to a resident's question.
    """
    village, _ = await village_asked(tx, person, asked)
    _check(person, village, answers=answers)
    return village


async def village_of(tx: Transaction, person: Staff, request: web.Request) -> Area:
    """The village whose item an address names. Raises NotFound where he may not see it."""
    village = await area_by_id(tx, await village_of_item(tx, int(request.match_info["item"])))
    if not may_see_books(person, village.path):
        raise NotFound("disclosure.item_unknown")
    return village


async def village_to_change(tx: Transaction, person: Staff, request: web.Request, *, answers: bool = False) -> Area:
    village = await village_of(tx, person, request)
    _check(person, village, answers=answers)
    return village


def _check(person: Staff, village: Area, *, answers: bool) -> None:
    may = may_answer_publicly if answers else may_disclose
    if not may(person, village.path):
        raise NotAllowed("disclosure.not_yours")


async def month_asked(tx: Transaction, village: Area, asked: Asked) -> date:
    """The month that is named (2026-10), else the one whose books are being written."""
    try:
        return date.fromisoformat(f"{asked.get('month', '')}-01")
    except ValueError:
        return await open_month(tx, village.id, await this_month(tx, village))


async def this_month(tx: Transaction, village: Area) -> date:
    settings: AreaSettings = await settings_for(tx, village.id)
    return first_of_month(tx.now.astimezone(settings.zone).date())


def address_of(village: Area, month: date) -> str:
    return f"{BOOKS}?village={village.id}&month={month:%Y-%m}"


def entry_from(fields: Asked, asked_in: int | None = None) -> Entry:
    """What the form says. Raises Refusal: disclosure.what_missing, .amount_wrong."""
    category, flow, amount = (fields.get(name, "") for name in ("category", "flow", "amount"))
    if category not in set(DisclosureCategory) or flow not in set(Flow):
        raise Refusal("disclosure.what_missing")
    amount_fen = parse_amount(amount) if amount else None
    if amount and amount_fen is None:
        raise Refusal("disclosure.amount_wrong")
    return Entry(
        DisclosureCategory(category),
        fields.get("title", ""),
        Flow(flow),
        amount_fen,
        fields.get("text", ""),
        asked_in=asked_in,
    )

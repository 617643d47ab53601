"""Answers that everybody may read: on which item, in words that name nobody."""

from dataclasses import dataclass

from aiohttp import web
from dateutil.relativedelta import relativedelta

from console.fields import whole_number
from console.visits import Fields, Office, Visit, led_to, once
from store.actions.board_answers import LONGEST_ANSWER, answer_for_all
from store.database import Transaction
from store.domain.errors import NotFound, Refusal
from store.domain.settings import AreaSettings
from store.queries.access import may_answer_publicly
from store.queries.areas import village_served
from store.queries.monthly_paper import items_published_since, latest_answers

MONTHS_BACK = 3
"""Whoever asks about something older is told so himself; the page is about what is recent."""


@dataclass(frozen=True, slots=True)
class AnswerPages:
    office: Office

    async def save(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        async with self.office.database.write(self.office.clock()) as tx:
            settings = await self._village(tx, request, visit)
            await once(tx, request, visit, fields, request.path)
            await answer_for_all(tx, settings.area, _item(fields), fields.get("text", ""), visit.person)
        raise led_to(request.path, "saved")

    async def _village(self, tx: Transaction, request: web.Request, visit: Visit) -> AreaSettings:
        settings = await village_served(tx, visit.person, int(request.match_info["village"]))
        if not may_answer_publicly(visit.person, settings.area.path):
            raise NotFound("area.unknown")
        return settings

    async def form(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        async with self.office.database.read(self.office.clock()) as tx:
            settings = await self._village(tx, request, visit)
            today = tx.now.astimezone(settings.zone).date()
            since = today.replace(day=1) - relativedelta(months=MONTHS_BACK)
            items = await items_published_since(tx, settings.area.id, since)
            answers = await latest_answers(tx, settings.area.id, since)
        chosen = visit.asked(request).get("item", "")
        kept = {str(one.item_id): one.answer for one in answers}
        return self.office.page(
            request,
            visit,
            "paper_answers.html",
            village=settings.area,
            items=items,
            answers=answers,
            chosen=chosen,
            text=visit.told.written.get("text", kept.get(chosen, "")),
            longest=LONGEST_ANSWER,
        )


def _item(fields: Fields) -> int:
    """Raises Refusal("disclosure.item_missing") where none was chosen."""
    item = whole_number(fields.get("item", ""))
    if not item:
        raise Refusal("disclosure.item_missing")
    return item

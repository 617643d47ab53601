"""The list of tickets: filtered, searched, kept under a name, and renewed while it is open."""

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from console.fields import whole_number
from console.streams import News
from console.tickets.asked import TICKETS, asked_of, wanted_by
from console.visits import Fields, Office, Visit, led_to, once
from notifier.pages import language_asked
from store.actions.saved_views import drop_view, save_view
from store.database import Transaction
from store.domain.areas import Area
from store.domain.people import Staff
from store.domain.tickets import Category
from store.queries.areas import groups_of, villages_served
from store.queries.people import staff_of_village
from store.queries.ticket_desk import views_of
from store.queries.ticket_lists import DueBy, Shown, list_tickets
from store.queries.ticket_news import newest_step, newest_step_seen


@dataclass(frozen=True, slots=True)
class TicketLists:
    office: Office

    async def news(self, request: web.Request, visit: Visit, since: int) -> News | None:
        """Whether something happened to any ticket that he may see."""
        async with self.office.database.read(self.office.clock()) as tx:
            newest = await newest_step_seen(tx, visit.person, since)
        words = self.office.pages.words(language_asked(request))["console"]
        return News(newest, words["news_list"]) if newest else None

    async def keep(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        """Keep what is asked for under a name of his own."""
        async with self.office.database.write(self.office.clock()) as tx:
            await once(tx, request, visit, fields, TICKETS)
            await save_view(tx, visit.person, fields.get("name", ""), asked_of(fields))
        raise led_to(TICKETS, "view")

    async def drop(self, request: web.Request, visit: Visit, _fields: Fields) -> web.StreamResponse:
        async with self.office.database.write(self.office.clock()) as tx:
            await drop_view(tx, visit.person, int(request.match_info["view"]))
        raise led_to(TICKETS, "view_dropped")

    async def list(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        fields = visit.asked(request)
        asked, after = asked_of(fields), fields.get("after", "")
        wanted = wanted_by(asked)
        async with self.office.database.read(self.office.clock()) as tx:
            newest = await newest_step(tx)
            found = await list_tickets(tx, visit.person, wanted, after)
            places, officers = await _choices(tx, visit.person)
            views = await views_of(tx, visit.person)
        return self.office.page(
            request,
            visit,
            "tickets.html",
            found=found,
            asked=asked,
            wanted=wanted,
            filters=tuple(Shown),
            categories=tuple(Category),
            places=places,
            officers=officers,
            dues=tuple(DueBy),
            views=views,
            newest=newest,
            villages={line.village for line in found.lines},
            is_first=not after,
            view_name=fields.get("name", ""),
            number=whole_number(fields.get("number", "")),
        )


async def _choices(tx: Transaction, person: Staff) -> tuple[Sequence[Area], Sequence[Staff]]:
    """Where, and with whom: the groups and officers of his village; of several villages only these."""
    villages = await villages_served(tx, person)
    if len(villages) != 1:
        return villages, ()
    return await groups_of(tx, villages[0].id), await staff_of_village(tx, villages[0].path)

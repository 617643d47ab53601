"""One ticket at the console with its conversation, and what may be done with it."""

from dataclasses import dataclass, replace

from aiohttp import web

from console.fields import whole_number
from console.streams import News
from console.tickets.asked import TICKETS
from console.tickets.casework import ACTIONS, Outcome
from console.visits import Fields, Office, Told, Visit, is_new, led_to
from notifier.pages import language_asked
from notifier.telling import write_tells
from store.database import Transaction
from store.domain.errors import NotFound, Refusal
from store.domain.tickets import TRANSITIONS, Ticket, TicketEvent
from store.queries.access import may_edit_replies
from store.queries.ticket_desk import replies_of, reply_of
from store.queries.ticket_news import steps_of_others
from store.queries.ticket_sheets import file_of_ticket, newest_event_of_others, ticket_sheet
from store.queries.tickets import ticket_seen_by

_FILE_KEPT = "private, max-age=86400"
_UNDISTURBED = frozenset({"note", "number", "merge", "link"})
"""Actions that take nothing from anybody, whoever acted meanwhile."""
_EVENTS = {
    "accept": TicketEvent.ACCEPTED,
    "answer": TicketEvent.ANSWERED,
    "resolve": TicketEvent.RESOLVED,
    "pass-on": TicketEvent.TRANSFERRED,
    "return": TicketEvent.RETURNED,
    "merge": TicketEvent.MERGED,
}


@dataclass(frozen=True, slots=True)
class TicketPages:
    office: Office

    async def file(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        """A photo or a voice note that came with a ticket which this person may see."""
        digest = request.match_info["digest"]
        async with self.office.database.read(self.office.clock()) as tx:
            ticket = await ticket_seen_by(tx, visit.person, _ticket_id(request))
            media_type = await file_of_ticket(tx, ticket, digest)
        path = self.office.files.path_of(digest)
        if media_type is None or not path.is_file():
            raise web.HTTPNotFound
        headers = {"Content-Type": media_type, "X-Content-Type-Options": "nosniff", "Cache-Control": _FILE_KEPT}
        return web.FileResponse(path, headers=headers)

    async def news(self, request: web.Request, visit: Visit, since: int) -> News | None:
        """Who has done something with this ticket while somebody else had it open."""
        async with self.office.database.read(self.office.clock()) as tx:
            ticket = await ticket_seen_by(tx, visit.person, _ticket_id(request))
            steps = await steps_of_others(tx, visit.person, ticket, since)
        if not steps:
            return None
        words = self.office.pages.words(language_asked(request))["console"]
        last = steps[-1]
        event = words[f"event_{last.event.split('.')[1]}"]
        return News(last.id, words["news_ticket"].format(who=last.by, event=event))

    async def act(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        """One action, once however often it is pressed, and told to whoever is to hear of it."""
        async with self.office.database.write(self.office.clock()) as tx:
            outcome = await self._take(tx, visit, request, fields)
        self.office.pulse.beat()
        if outcome and outcome.numbers is not None:
            return self._numbers(request, visit, outcome.numbers)
        return await self._back(request, visit, request.match_info["action"] if outcome else "already")

    async def fill(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        """The page again, with the canned reply that was chosen behind what was written already. Nothing is sent."""
        async with self.office.database.read(self.office.clock()) as tx:
            ticket = await ticket_seen_by(tx, visit.person, _ticket_id(request))
            chosen = whole_number(fields.get("reply", ""))
            reply = await reply_of(tx, ticket.village_id, chosen) if chosen else None
        parts = [fields.get("text", ""), reply.text if reply else ""]
        text = "\n".join(part for part in parts if part)
        filled = Told(action="answer", written={**fields, "text": text})
        return await self.one(request, replace(visit, told=filled))

    async def _take(self, tx: Transaction, visit: Visit, request: web.Request, fields: Fields) -> Outcome | None:
        """What came of it; None for a form that was pressed before. Raises Refusal where somebody else was faster."""
        action = request.match_info["action"]
        ticket = await ticket_seen_by(tx, visit.person, _ticket_id(request))
        if not await is_new(tx, request, visit, fields):
            return None
        seen = whole_number(fields.get("seen", ""))
        if action not in _UNDISTURBED and await newest_event_of_others(tx, visit.person, ticket) > seen:
            raise Refusal("ticket.changed_meanwhile", number=ticket.number)
        outcome = await ACTIONS[action](tx, visit.person, ticket, fields)
        await write_tells(tx, self.office.renderer, outcome.tells)
        return outcome

    async def _back(self, request: web.Request, visit: Visit, done: str) -> web.StreamResponse:
        """To the ticket, or to the list where it is not his to see any more."""
        ticket_id = _ticket_id(request)
        async with self.office.database.read(self.office.clock()) as tx:
            try:
                await ticket_seen_by(tx, visit.person, ticket_id)
            except NotFound:
                raise led_to(TICKETS, done) from None
        raise led_to(f"{TICKETS}/{ticket_id}", done)

    def _numbers(self, request: web.Request, visit: Visit, numbers: tuple[str, ...]) -> web.Response:
        """Numbers to ring stand on this answer only: no address leads to them."""
        return self.office.page(request, visit, "numbers.html", numbers=numbers, ticket_id=_ticket_id(request))

    async def one(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        async with self.office.database.read(self.office.clock()) as tx:
            sheet = await ticket_sheet(tx, visit.person, _ticket_id(request))
            replies = await replies_of(tx, sheet.ticket.village_id)
        return self.office.page(
            request,
            visit,
            "ticket.html",
            zone=sheet.settings.zone,
            sheet=sheet,
            ticket=sheet.ticket,
            actions=_actions(sheet.ticket),
            replies=replies,
            edits_replies=may_edit_replies(visit.person, sheet.settings.area.path),
        )


def _actions(ticket: Ticket) -> frozenset[str]:
    """What may be done with it in its state; of a visit, which nobody asked for, nothing that is told to a resident."""
    possible = {action for action, event in _EVENTS.items() if ticket.state in TRANSITIONS[event][0]}
    if ticket.is_visit:
        return frozenset((possible & {"pass-on"}) | {"note", "link"})
    possible -= {"merge"} if ticket.confidential else set()
    return frozenset(possible | {"note", "number", "link"})


def _ticket_id(request: web.Request) -> int:
    return int(request.match_info["ticket"])

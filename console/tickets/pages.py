"""One ticket at the console with its conversation, and what may be done with it."""

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from console.fields import whole_number
from console.pages import language_asked
from console.streams import News
from console.tickets.asked import TICKETS
from console.tickets.casework import ACTIONS, Outcome
from console.visits import Fields, Office, Visit, form_key
from notifier.telling import write_tells
from store.actions.sign_in import take_form
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

    async def one(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        return await self._page(request, visit, done=request.query.get("done", ""))

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
        action = request.match_info["action"]
        try:
            async with self.office.database.write(self.office.clock()) as tx:
                outcome = await self._take(tx, visit, request, fields)
        except NotFound:
            raise
        except Refusal as refusal:
            said = self.office.refused(request, refusal, visit.settings)
            return await self._page(request, visit, status=409, refusal=said, action=action, written=fields)
        self.office.pulse.beat()
        if outcome and outcome.numbers is not None:
            return self._numbers(request, visit, outcome.numbers)
        return await self._back(request, visit, action if outcome else "already")

    async def fill(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        """The page again, with the canned reply that was chosen behind what was written already. Nothing is sent."""
        async with self.office.database.read(self.office.clock()) as tx:
            ticket = await ticket_seen_by(tx, visit.person, _ticket_id(request))
            chosen = whole_number(fields.get("reply", ""))
            reply = await reply_of(tx, ticket.village_id, chosen) if chosen else None
        parts = [fields.get("text", ""), reply.text if reply else ""]
        text = "\n".join(part for part in parts if part)
        return await self._page(request, visit, action="answer", written={**fields, "text": text})

    async def _take(self, tx: Transaction, visit: Visit, request: web.Request, fields: Fields) -> Outcome | None:
        """What came of it; None for a form that was pressed before. Raises Refusal where somebody else was faster."""
        action = request.match_info["action"]
        ticket = await ticket_seen_by(tx, visit.person, _ticket_id(request))
        if not await take_form(tx, visit.session, form_key({**fields, "action": f"{ticket.id}/{action}"})):
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
                raise web.HTTPSeeOther(f"{TICKETS}?done={done}") from None
        raise web.HTTPSeeOther(f"{TICKETS}/{ticket_id}?done={done}")

    def _numbers(self, request: web.Request, visit: Visit, numbers: tuple[str, ...]) -> web.Response:
        """Numbers to ring stand on this answer only: no address leads to them."""
        return self.office.pages.page(
            request, "numbers.html", **visit.known, here="tickets", numbers=numbers, ticket_id=_ticket_id(request)
        )

    async def _page(
        self,
        request: web.Request,
        visit: Visit,
        *,
        status: int = 200,
        done: str = "",
        refusal: str = "",
        action: str = "",
        written: Mapping[str, str] | None = None,
    ) -> web.Response:
        """`written` is what was typed into the form of `action`: nobody types again what was refused."""
        async with self.office.database.read(self.office.clock()) as tx:
            sheet = await ticket_sheet(tx, visit.person, _ticket_id(request))
            replies = await replies_of(tx, sheet.ticket.village_id)
        return self.office.pages.page(
            request,
            "ticket.html",
            status=status,
            **{**visit.known, "zone": sheet.settings.zone},
            here="tickets",
            sheet=sheet,
            ticket=sheet.ticket,
            actions=_actions(sheet.ticket),
            replies=replies,
            edits_replies=may_edit_replies(visit.person, sheet.settings.area.path),
            done=done,
            refusal=refusal,
            refused_action=action,
            written=written or {},
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

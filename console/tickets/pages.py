"""Tickets at the console: the list, one ticket with its conversation, and what may be done with it."""

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from console.tickets.casework import ACTIONS, Outcome
from console.visits import HOME, Fields, Office, Visit, form_key
from notifier.telling import write_tells
from store.actions.sign_in import take_form
from store.database import Transaction
from store.domain.errors import NotFound, Refusal
from store.domain.tickets import TRANSITIONS, Ticket, TicketEvent
from store.queries.ticket_lists import Shown, list_tickets
from store.queries.ticket_sheets import file_of_ticket, newest_event_of_others, ticket_sheet
from store.queries.tickets import ticket_seen_by

_FILE_KEPT = "private, max-age=86400"
_UNDISTURBED = frozenset({"note", "number"})
"""Actions that take nothing from anybody, whoever acted meanwhile."""
_EVENTS = {
    "accept": TicketEvent.ACCEPTED,
    "answer": TicketEvent.ANSWERED,
    "resolve": TicketEvent.RESOLVED,
    "pass-on": TicketEvent.TRANSFERRED,
    "return": TicketEvent.RETURNED,
}


@dataclass(frozen=True, slots=True)
class TicketPages:
    office: Office

    async def list(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        shown = _shown(request.query.get("show", ""))
        words, after = request.query.get("q", "").replace("\0", "")[:80], request.query.get("after", "")
        async with self.office.database.read(self.office.clock()) as tx:
            found = await list_tickets(tx, visit.person, shown, words, after)
        return self.office.pages.page(
            request,
            "tickets.html",
            **visit.known,
            found=found,
            shown=shown,
            filters=tuple(Shown),
            q=words,
            villages={line.village for line in found.lines},
            is_first=not after,
            done=request.query.get("done", ""),
            number=request.query.get("number", "")[:9],
        )

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
        if outcome and outcome.numbers is not None:
            return self._numbers(request, visit, outcome.numbers)
        return await self._back(request, visit, action if outcome else "already")

    async def _take(self, tx: Transaction, visit: Visit, request: web.Request, fields: Fields) -> Outcome | None:
        """What came of it; None for a form that was pressed before. Raises Refusal where somebody else was faster."""
        action = request.match_info["action"]
        ticket = await ticket_seen_by(tx, visit.person, _ticket_id(request))
        if not await take_form(tx, visit.session, form_key({**fields, "action": f"{ticket.id}/{action}"})):
            return None
        if action not in _UNDISTURBED and await newest_event_of_others(tx, visit.person, ticket) > _seen(fields):
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
                raise web.HTTPSeeOther(f"{HOME}?done={done}") from None
        raise web.HTTPSeeOther(f"{HOME}/{ticket_id}?done={done}")

    def _numbers(self, request: web.Request, visit: Visit, numbers: tuple[str, ...]) -> web.Response:
        """Numbers to ring stand on this answer only: no address leads to them."""
        return self.office.pages.page(
            request, "numbers.html", **visit.known, numbers=numbers, ticket_id=_ticket_id(request)
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
        """`written` is what was typed into the form of `action`, which was refused: nobody types it again."""
        async with self.office.database.read(self.office.clock()) as tx:
            sheet = await ticket_sheet(tx, visit.person, _ticket_id(request))
        return self.office.pages.page(
            request,
            "ticket.html",
            status=status,
            **{**visit.known, "zone": sheet.settings.zone},
            sheet=sheet,
            ticket=sheet.ticket,
            actions=_actions(sheet.ticket),
            done=done,
            refusal=refusal,
            refused_action=action,
            written=(written or {}).get("text", ""),
        )


def _actions(ticket: Ticket) -> frozenset[str]:
    """What may be done with it in its state; of a visit, which nobody asked for, nothing that is told to a resident."""
    possible = {action for action, event in _EVENTS.items() if ticket.state in TRANSITIONS[event][0]}
    if ticket.is_visit:
        return frozenset((possible & {"pass-on"}) | {"note"})
    return frozenset(possible | {"note", "number"})


def _shown(name: str) -> Shown:
    return Shown(name) if name in set(Shown) else Shown.OPEN


def _ticket_id(request: web.Request) -> int:
    return int(request.match_info["ticket"])


def _seen(fields: Fields) -> int:
    seen = fields.get("seen", "")
    return int(seen) if seen.isdecimal() and len(seen) <= 18 else 0  # noqa: PLR2004 - a BIGINT's digits

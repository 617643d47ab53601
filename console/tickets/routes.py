"""Where the tickets are found."""

from aiohttp import web

from console.tickets.casework import ACTIONS
from console.tickets.entry import EntryPages
from console.tickets.pages import TicketPages
from console.visits import Doorkeeper, Office

_TICKET = r"/tickets/{ticket:\d{1,18}}"


def ticket_routes(office: Office) -> list[web.RouteDef]:
    keeper, tickets, entry = Doorkeeper(office), TicketPages(office), EntryPages(office)
    actions = "|".join(ACTIONS)
    return [
        web.get("/tickets", keeper.page(tickets.list)),
        web.get("/tickets/new", keeper.page(entry.form)),
        web.post("/tickets/new", keeper.press(entry.enter)),
        web.get(_TICKET, keeper.page(tickets.one)),
        web.get(_TICKET + r"/files/{digest:[0-9a-f]{64}}", keeper.page(tickets.file)),
        web.post(_TICKET + f"/{{action:{actions}}}", keeper.press(tickets.act)),
    ]

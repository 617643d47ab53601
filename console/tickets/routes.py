"""Where the tickets are found."""

from aiohttp import web

from console.streams import Streams
from console.tickets.casework import ACTIONS
from console.tickets.entry import EntryPages
from console.tickets.lists import TicketLists
from console.tickets.pages import TicketPages
from console.tickets.replies import ReplyPages
from console.visits import Doorkeeper, Office

_TICKET = r"/tickets/{ticket:\d{1,18}}"


def ticket_routes(office: Office, streams: Streams) -> list[web.RouteDef]:
    keeper, lists, tickets, entry = Doorkeeper(office), TicketLists(office), TicketPages(office), EntryPages(office)
    replies = ReplyPages(office)
    actions = "|".join(ACTIONS)
    return [
        web.get("/tickets", keeper.page(lists.list)),
        web.get("/tickets/news", streams.of(lists.news)),
        web.post("/tickets/views", keeper.press(lists.keep, lists.list)),
        web.post(r"/tickets/views/{view:\d{1,18}}/drop", keeper.press(lists.drop)),
        web.get("/tickets/replies", keeper.page(replies.list)),
        web.post("/tickets/replies", keeper.press(replies.keep, replies.list)),
        web.post(r"/tickets/replies/{reply:\d{1,18}}/drop", keeper.press(replies.drop, replies.list)),
        web.get("/tickets/new", keeper.page(entry.form)),
        web.post("/tickets/new", keeper.press(entry.enter, entry.form)),
        web.get(_TICKET, keeper.page(tickets.one)),
        web.get(_TICKET + "/news", streams.of(tickets.news)),
        web.get(_TICKET + r"/files/{digest:[0-9a-f]{64}}", keeper.page(tickets.file)),
        web.post(_TICKET + "/fill", keeper.press(tickets.fill, tickets.one)),
        web.post(_TICKET + f"/{{action:{actions}}}", keeper.press(tickets.act, tickets.one)),
    ]

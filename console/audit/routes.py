"""Where the audit chain is read."""

from aiohttp import web

from console.audit.pages import AuditPages
from console.visits import Doorkeeper, Office


def audit_routes(office: Office) -> list[web.RouteDef]:
    keeper, book = Doorkeeper(office), AuditPages(office)
    return [
        web.get("/audit", keeper.page(book.list)),
        web.post("/audit/verify", keeper.press(book.verify)),
        web.post("/audit/export", keeper.press(book.export)),
    ]

"""Where one finds what one could not send."""

from aiohttp import web

from console.kept.pages import KeptPages
from console.visits import Doorkeeper, Office


def kept_routes(office: Office) -> list[web.RouteDef]:
    keeper, kept = Doorkeeper(office), KeptPages(office)
    return [
        web.get("/kept", keeper.page(kept.list)),
        web.post(r"/kept/{kept:\d{1,18}}/drop", keeper.press(kept.drop)),
    ]

"""Where the service catalogue is written."""

from aiohttp import web

from console.services.pages import ServicePages
from console.visits import Doorkeeper, Office


def service_routes(office: Office) -> list[web.RouteDef]:
    keeper, pages = Doorkeeper(office), ServicePages(office)
    return [
        web.get("/services", keeper.page(pages.list)),
        web.post(r"/services/{service:\d{1,15}}/{action:save|remove}", keeper.press(pages.act, pages.list)),
    ]

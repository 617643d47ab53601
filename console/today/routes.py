"""Where a day at the console begins."""

from aiohttp import web

from console.today.pages import TodayPages
from console.visits import Doorkeeper, Office


def today_routes(office: Office) -> list[web.RouteDef]:
    keeper, today = Doorkeeper(office), TodayPages(office)
    return [
        web.get("/today", keeper.page(today.today)),
        web.post(r"/today/channels/{account:\d{1,18}}/start", keeper.press(today.start_channel)),
    ]

"""Where those in office are found."""

from aiohttp import web

from console.offices.pages import ACTIONS, OfficePages
from console.visits import Doorkeeper, Office

_ONE = r"/offices/{staff:\d{1,18}}"


def office_routes(office: Office) -> list[web.RouteDef]:
    keeper, offices = Doorkeeper(office), OfficePages(office)
    return [
        web.get("/offices", keeper.page(offices.list)),
        web.post("/offices", keeper.press(offices.add, offices.list)),
        web.get(_ONE, keeper.page(offices.one)),
        web.post(_ONE + "/link-code", keeper.press(offices.link_code, offices.one)),
        web.post(_ONE + f"/{{action:{'|'.join(ACTIONS)}}}", keeper.press(offices.act, offices.one)),
    ]

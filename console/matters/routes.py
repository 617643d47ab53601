"""Where the matters are found."""

from aiohttp import web

from console.matters.lists import MatterLists
from console.matters.pages import MatterPages
from console.matters.roll import RollPages
from console.matters.steps import ACTIONS
from console.visits import Doorkeeper, Office

_VILLAGE = r"/matters/{village:\d{1,15}}"
_MATTER = _VILLAGE + r"/{matter:\d{1,15}}"


def matter_routes(office: Office) -> list[web.RouteDef]:
    keeper, lists = Doorkeeper(office), MatterLists(office)
    matters, roll = MatterPages(office), RollPages(office)
    return [
        web.get("/matters", keeper.page(lists.villages)),
        web.get(_VILLAGE, keeper.page(lists.list)),
        web.get(_VILLAGE + "/new", keeper.page(lists.new)),
        web.post(_VILLAGE + "/new", keeper.press(lists.propose, lists.new)),
        web.get(_MATTER, keeper.page(matters.one)),
        web.post(_MATTER + f"/{{action:{'|'.join(ACTIONS)}}}", keeper.press(matters.act, matters.one)),
        web.get(_MATTER + "/roll", keeper.page(roll.list)),
        web.get(_MATTER + r"/roll/{vote:\d{1,15}}", keeper.page(roll.paper)),
        web.post(_MATTER + r"/roll/{vote:\d{1,15}}", keeper.press(roll.enter, roll.paper, unkept=("choice",))),
    ]

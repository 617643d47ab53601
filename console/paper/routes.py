"""Where the month's page is found."""

from aiohttp import web

from console.paper.answers import AnswerPages
from console.paper.pages import MonthPages
from console.visits import Doorkeeper, Office

_VILLAGE = r"/paper/{village:\d{1,15}}"
_MONTH = _VILLAGE + r"/{month:\d{4}-(?:0[1-9]|1[0-2])}"


def paper_routes(office: Office) -> list[web.RouteDef]:
    keeper, months, answers = Doorkeeper(office), MonthPages(office), AnswerPages(office)
    return [
        web.get("/paper", keeper.page(months.villages)),
        web.get(_VILLAGE, keeper.page(months.list)),
        web.get(_MONTH, keeper.page(months.one)),
        web.get(_MONTH + "/{edition:usual|large}.pdf", keeper.page(months.pdf)),
        web.get(_MONTH + r"/{page:[1-9]\d?}.png", keeper.page(months.picture)),
        web.get(_MONTH + "/reading.wav", keeper.page(months.sound)),
        web.get(_VILLAGE + "/answers", keeper.page(answers.form)),
        web.post(_VILLAGE + "/answers", keeper.press(answers.save, answers.form)),
    ]

"""Where the notices are found."""

from aiohttp import web

from console.notices.acting import ACTIONS
from console.notices.doors import DoorPages
from console.notices.ledger import LedgerPages
from console.notices.pages import NoticePages
from console.notices.spreading import SpreadPages
from console.notices.writing import WritingPages
from console.visits import Doorkeeper, Office

_NOTICE = r"/notices/{notice:\d{1,18}}"


def notice_routes(office: Office) -> list[web.RouteDef]:
    keeper, notices, writing = Doorkeeper(office), NoticePages(office), WritingPages(office)
    ledger, spread, doors = LedgerPages(office), SpreadPages(office), DoorPages(office)
    return [
        web.get("/notices", keeper.page(notices.list)),
        web.get("/notices/new", keeper.page(writing.form)),
        web.post("/notices/new", keeper.press(writing.take, writing.form)),
        web.get("/notices/visits", keeper.page(doors.mine)),
        web.post(r"/notices/visits/{ticket:\d{1,18}}", keeper.press(doors.report, doors.mine)),
        web.get(_NOTICE, keeper.page(notices.one)),
        web.get(_NOTICE + "/change", keeper.page(writing.form)),
        web.post(_NOTICE + "/change", keeper.press(writing.take, writing.form)),
        web.get(_NOTICE + "/ledger", keeper.page(ledger.ledger)),
        web.post(_NOTICE + "/reach.xlsx", keeper.press(ledger.take_reach)),
        web.post(_NOTICE + "/reach.pdf", keeper.press(ledger.print_reach)),
        web.get(_NOTICE + "/answers", keeper.page(ledger.answers)),
        web.post(_NOTICE + "/answers.xlsx", keeper.press(ledger.take_answers)),
        web.get(_NOTICE + "/group", keeper.page(spread.group)),
        web.post(_NOTICE + "/posted", keeper.press(spread.posted, spread.group)),
        web.get(_NOTICE + "/group.png", keeper.page(spread.picture)),
        web.get(_NOTICE + "/code.png", keeper.page(spread.code)),
        web.get(_NOTICE + "/visits", keeper.page(doors.of_notice)),
        web.post(_NOTICE + f"/{{action:{'|'.join(ACTIONS)}}}", keeper.press(notices.act, notices.one)),
    ]

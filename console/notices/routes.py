"""Where the notices are found."""

from functools import partial

from aiohttp import web

from console.notices.acting import ACTIONS
from console.notices.all_clear import AllClearPages
from console.notices.circular_writing import CircularWritingPages
from console.notices.circulars import ACTIONS as CIRCULAR_ACTIONS
from console.notices.circulars import CircularPages
from console.notices.doors import DoorPages
from console.notices.ledger import LedgerPages
from console.notices.pages import NoticePages
from console.notices.rolls import RollPages
from console.notices.spreading import SpreadPages
from console.notices.two_steps import take
from console.notices.warning import WarningPages
from console.notices.warning_form import MOST_SENT
from console.notices.writing import WritingPages
from console.streams import Streams
from console.visits import Doorkeeper, Office

_NOTICE = r"/notices/{notice:\d{1,18}}"
_CIRCULAR = r"/notices/circulars/{circular:\d{1,18}}"


def notice_routes(office: Office, streams: Streams) -> list[web.RouteDef]:
    keeper, notices, writing = Doorkeeper(office), NoticePages(office), WritingPages(office)
    ledger, spread, doors = LedgerPages(office), SpreadPages(office), DoorPages(office)
    return [
        *_emergency_routes(office, streams),
        *_circular_routes(office),
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


def _circular_routes(office: Office) -> list[web.RouteDef]:
    keeper, circulars, writing, all_clear = (
        Doorkeeper(office),
        CircularPages(office),
        CircularWritingPages(office),
        AllClearPages(office),
    )
    return [
        web.get("/notices/circulars/new", keeper.page(writing.form)),
        web.post("/notices/circulars/new", keeper.press(writing.take, writing.form)),
        web.get(_CIRCULAR, keeper.page(circulars.one)),
        web.get(_CIRCULAR + "/change", keeper.page(writing.form)),
        web.post(_CIRCULAR + "/change", keeper.press(writing.take, writing.form)),
        web.get(_CIRCULAR + "/lift", keeper.page(all_clear.form)),
        web.post(_CIRCULAR + "/lift", keeper.press(partial(take, all_clear), all_clear.form, most_bytes=MOST_SENT)),
        web.post(_CIRCULAR + f"/{{action:{'|'.join(CIRCULAR_ACTIONS)}}}", keeper.press(circulars.act, circulars.one)),
    ]


def _emergency_routes(office: Office, streams: Streams) -> list[web.RouteDef]:
    keeper, warning, rolls, all_clear = (
        Doorkeeper(office),
        WarningPages(office),
        RollPages(office),
        AllClearPages(office),
    )
    return [
        web.get("/notices/emergencies", keeper.page(rolls.open)),
        web.get("/notices/emergencies/news", streams.of(rolls.open_news)),
        web.get("/notices/emergencies/new", keeper.page(warning.form)),
        web.post("/notices/emergencies/new", keeper.press(partial(take, warning), warning.form, most_bytes=MOST_SENT)),
        web.get(_NOTICE + r"/evidence/{digest:[0-9a-f]{64}}", keeper.page(all_clear.evidence)),
        web.get(_NOTICE + "/lift", keeper.page(all_clear.form)),
        web.post(_NOTICE + "/lift", keeper.press(partial(take, all_clear), all_clear.form, most_bytes=MOST_SENT)),
        web.get(_NOTICE + "/roll", keeper.page(rolls.roll)),
        web.get(_NOTICE + "/roll/news", streams.of(rolls.roll_news)),
        web.post(_NOTICE + "/roll/numbers", keeper.press(rolls.numbers)),
        web.post(_NOTICE + r"/roll/{entry:\d{1,18}}", keeper.press(rolls.report, rolls.roll)),
    ]

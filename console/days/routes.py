"""Where the service days are found."""

from aiohttp import web

from console.days.calendar import CalendarPages
from console.days.day import ACTIONS, DayPages
from console.days.feed import FeedPages
from console.days.series import SeriesPages
from console.visits import Doorkeeper, Office

_VILLAGE = r"/days/{village:\d{1,15}}"
_DAY = _VILLAGE + r"/day/{day:\d{1,15}}"
_SERIES = _VILLAGE + r"/series/{series:\d{1,15}}"


def day_routes(office: Office) -> list[web.RouteDef]:
    keeper, calendar, days = Doorkeeper(office), CalendarPages(office), DayPages(office)
    series, feed = SeriesPages(office), FeedPages(office)
    return [
        web.get("/days", keeper.page(calendar.villages)),
        web.get("/days/feed", keeper.page(feed.page)),
        web.post("/days/feed/{action:new|end}", keeper.press(feed.act)),
        web.get("/calendar/{token:[A-Za-z0-9_-]{43}}.ics", feed.calendar),
        web.get(_VILLAGE, keeper.page(calendar.month)),
        web.get(_VILLAGE + "/new", keeper.page(series.new)),
        web.post(_VILLAGE + "/new", keeper.press(series.add, series.new)),
        web.get(_SERIES, keeper.page(series.one)),
        web.post(_SERIES + "/{action:change|end}", keeper.press(series.act, series.one)),
        web.get(_DAY, keeper.page(days.one)),
        web.get(_DAY + "/print", keeper.page(days.printed)),
        web.post(_DAY + f"/{{action:{'|'.join(ACTIONS)}}}", keeper.press(days.act, days.one)),
    ]

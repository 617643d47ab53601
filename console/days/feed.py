"""A person's own calendar: the secret address that he gives to his phone, and what is read there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from console.ical import MEDIA_TYPE, Entry, calendar_of
from console.visits import Fields, Office, Visit, led_to, once
from store.actions.feeds import end_feed, new_feed
from store.domain.settings import LANGUAGES
from store.queries.feeds import FeedDay, feed_begun_at, feed_days, holder_of_feed

_PATH = "/console/days/feed"


@dataclass(frozen=True, slots=True)
class FeedPages:
    office: Office

    async def page(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        return await self._page(request, visit)

    async def act(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        """A new address stands on this answer only: it is not kept, and no page shows it again."""
        address = ""
        async with self.office.database.write(self.office.clock()) as tx:
            await once(tx, request, visit, fields, _PATH)
            if request.match_info["action"] == "end":
                await end_feed(tx, visit.person)
            else:
                address = f"{self._world(request)}/console/calendar/{await new_feed(tx, visit.person)}.ics"
        if not address:
            raise led_to(_PATH, "ended")
        return await self._page(request, visit, address)

    async def calendar(self, request: web.Request) -> web.Response:
        """For a calendar, which signs in nowhere: the address is all that it has."""
        async with self.office.database.read(self.office.clock()) as tx:
            person = await holder_of_feed(tx, request.match_info["token"])
            days = await feed_days(tx, person)
            now = tx.now
        words = self.office.pages.words(LANGUAGES[0])
        content = calendar_of(words["days"]["feed_name"], (_entry(day, words, now) for day in days))
        headers = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
        return web.Response(body=content, content_type=MEDIA_TYPE, charset="utf-8", headers=headers)

    async def _page(self, request: web.Request, visit: Visit, address: str = "") -> web.Response:
        async with self.office.database.read(self.office.clock()) as tx:
            begun_at = await feed_begun_at(tx, visit.person)
        return self.office.page(request, visit, "days_feed.html", begun_at=begun_at, address=address)

    def _world(self, request: web.Request) -> str:
        """How the world reaches this hub."""
        return self.office.renderer.public_url or f"{'https' if self.office.secure else 'http'}://{request.host}"


def _entry(day: FeedDay, words: Mapping[str, Mapping[str, str]], now: datetime) -> Entry:
    """Who booked is not in it: calendars are kept by strangers."""
    one, said = day.occurrence, words["days"]
    key = "feed_cancelled" if one.cancelled_at else "feed_booked" if one.series.slot_minutes else "feed_open"
    service = words["service"][one.series.service or ""]
    summary = said[key].format(village=day.village, service=service, count=day.booked)
    return Entry(one, f"service-day-{one.id}@banyan", summary, f"{day.village} {one.place}", now)

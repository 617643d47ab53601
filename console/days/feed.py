"""A person's own calendar: the secret address that he gives to his phone, and what is read there."""

from dataclasses import dataclass

from aiohttp import web

from console.days.ical import calendar_of
from console.visits import Fields, Office, Visit, led_to, once
from store.actions.feeds import end_feed, new_feed
from store.domain.settings import LANGUAGES
from store.queries.feeds import feed_begun_at, feed_days, holder_of_feed


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
        headers = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
        return web.Response(body=calendar_of(days, words, now), content_type="text/calendar", headers=headers)

    async def _page(self, request: web.Request, visit: Visit, address: str = "") -> web.Response:
        async with self.office.database.read(self.office.clock()) as tx:
            begun_at = await feed_begun_at(tx, visit.person)
        return self.office.page(request, visit, "days_feed.html", begun_at=begun_at, address=address)

    def _world(self, request: web.Request) -> str:
        """How the world reaches this hub."""
        return self.office.renderer.public_url or f"{'https' if self.office.secure else 'http'}://{request.host}"


_PATH = "/console/days/feed"

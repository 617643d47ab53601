"""What somebody could not send, for his session was over: to be looked at, sent as it was, or dropped."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from console.forms import KEPT
from console.kept.words import Written, written_in
from console.rooms import KEPT_FORMS
from console.visits import Fields, Office, Visit, is_new, led_to
from notifier.pages import language_asked
from store.actions.kept_forms import drop_kept_form
from store.domain.kept_forms import FilledForm, KeptForm
from store.queries.kept_forms import kept_forms_of


@dataclass(frozen=True, slots=True)
class Line:
    """`room` is the part of the console it was written in, `page` where it was written."""

    id: int
    kept_at: datetime
    room: str
    page: str
    filled: FilledForm
    written: Sequence[Written]


@dataclass(frozen=True, slots=True)
class KeptPages:
    office: Office

    async def list(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        async with self.office.database.read(self.office.clock()) as tx:
            kept = await kept_forms_of(tx, visit.person.id)
        lines = [await self._line(request, one) for one in kept]
        return self.office.page(request, visit, "kept.html", lines=lines, kept=KEPT)

    async def drop(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        async with self.office.database.write(self.office.clock()) as tx:
            if not await is_new(tx, request, visit, fields):
                raise led_to(KEPT_FORMS, "dropped")
            if not await drop_kept_form(tx, visit.person.id, int(request.match_info["kept"])):
                raise web.HTTPNotFound
        raise led_to(KEPT_FORMS, "dropped")

    async def _line(self, request: web.Request, kept: KeptForm) -> Line:
        words = self.office.pages.words(language_asked(request))
        path, fields = kept.filled.path, kept.filled.fields
        room = words["rooms"].get(path.split("/")[2].partition("?")[0], words["console"]["title"])
        return Line(
            kept.id, kept.kept_at, room, await _page(request, path), kept.filled, written_in(path, fields, words)
        )


async def _page(request: web.Request, path: str) -> str:
    """The nearest page above the address that a form goes to."""
    page = path.partition("?")[0]
    while (await request.app.router.resolve(request.clone(method="GET", rel_url=page))).http_exception:
        page = page.rpartition("/")[0]
    return page

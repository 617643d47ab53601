"""Forms that come when the session they were begun in is over: nobody writes twice what he wrote.

One that certainly comes from our own pages is kept sealed for whoever wrote it, until he has signed in and sends it.
"""

import contextlib
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from console.fields import whole_number
from console.forms import KEPT, fields_of, filled_form, is_ours, surely_from_here
from console.kept.words import Written, written_in
from console.rooms import KEPT_FORMS, SIGN_IN
from notifier.pages import Pages, language_asked
from store.actions.kept_forms import drop_kept_form, keep_form
from store.database import Database
from store.domain.kept_forms import FilledForm
from store.domain.people import Staff
from store.queries.kept_forms import was_pressed
from store.queries.sign_in import owner_of_ended


@dataclass(frozen=True, slots=True)
class LateForms:
    database: Database
    pages: Pages
    clock: Callable[[], datetime]

    async def after_the_end(self, request: web.Request, token: str, unkept: Collection[str]) -> web.StreamResponse:
        """Kept for whoever's session that was; where nobody knows whose, what he typed stands there to be copied."""
        owner = await self._owner(token) if await is_ours(request, token) else None
        filled = await filled_form(request, unkept) if owner else None
        if owner and filled:
            is_kept = await self._keep(owner, filled)
            if is_by_htmx(request):
                return _whole_page(f"{SIGN_IN}?done=kept")
            return self._signed_out(request, "signed_out_kept" if is_kept else "done_already")
        if is_by_htmx(request):
            return web.Response(status=204)  # nobody has pressed yet, and what he writes stands in his page
        words = self.pages.words(language_asked(request))
        typed = written_in(request.path, await fields_of(request), words)
        return self._signed_out(request, "signed_out" if typed else "signed_out_only", typed)

    async def of_another_session(
        self, request: web.Request, person: Staff, unkept: Collection[str]
    ) -> web.StreamResponse:
        """From a page opened before he signed in anew. Raises HTTPForbidden where it may be no page of ours."""
        filled = await filled_form(request, unkept) if surely_from_here(request) else None
        if filled is None:
            raise web.HTTPForbidden
        where = KEPT_FORMS if await self._keep(person.id, filled) else f"{KEPT_FORMS}?done=already"
        if is_by_htmx(request):
            return _whole_page(where)
        raise web.HTTPSeeOther(where)

    @contextlib.asynccontextmanager
    async def going_through(self, person: Staff, fields: Mapping[str, str]) -> AsyncIterator[None]:
        """One that was kept is kept no longer, unless it is refused."""
        try:
            yield
        except web.HTTPSeeOther:
            await self._drop(person, fields)
            raise
        await self._drop(person, fields)

    async def _drop(self, person: Staff, fields: Mapping[str, str]) -> None:
        if kept_id := whole_number(fields.get(KEPT, "")):
            async with self.database.write(self.clock()) as tx:
                await drop_kept_form(tx, person.id, kept_id)

    async def _owner(self, token: str) -> int | None:
        async with self.database.read(self.clock()) as tx:
            return await owner_of_ended(tx, token)

    async def _keep(self, staff_id: int, filled: FilledForm) -> bool:
        """Whether there was anything to keep: what was pressed while the session lived is done."""
        async with self.database.write(self.clock()) as tx:
            if await was_pressed(tx, staff_id, filled.key):
                return False
            await keep_form(tx, staff_id, filled)
        return True

    def _signed_out(self, request: web.Request, sentence: str, typed: Sequence[Written] = ()) -> web.StreamResponse:
        return self.pages.page(request, "signed_out.html", status=401, sentence=sentence, typed=typed)


def is_by_htmx(request: web.Request) -> bool:
    """Whether a part of a page is asked for."""
    return "HX-Request" in request.headers


def _whole_page(where: str) -> web.Response:
    """The browser goes there, instead of putting it into the middle of a page."""
    return web.Response(status=401, headers={"HX-Redirect": where, "Cache-Control": "no-store"})

"""News for a page that is held open: server-sent events (HTML, 9.2), for as long as its session lives.

Who reads is asked anew before every event: nobody learns by an open page what he may not see any more.
"""

import asyncio
import contextlib
import html
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from console.fields import whole_number
from console.visits import Doorkeeper, Visit
from store.domain.errors import NotFound, StoreUnavailable

KEEPALIVE_SECONDS = 15.0
PAUSE_SECONDS = 1.0
"""Between two looks into the store, however often the village speaks."""
MOST_PAGES = 3
"""Of one session: a browser opens six connections to a host (HTTP/1.1), and pages that wait for news take one each."""
_HEADERS = {"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_OVER = b"event: over\ndata:\n\n"


@dataclass(frozen=True, slots=True)
class News:
    """`text` is told to the reader; `newest` is the last step that it speaks of."""

    newest: int
    text: str

    @property
    def event(self) -> bytes:
        line = html.escape(" ".join(self.text.split()))
        return f"id: {self.newest}\nevent: news\ndata: {line}\n\n".encode()


Look = Callable[[web.Request, Visit, int], Awaitable[News | None]]
"""What is new for this reader since that step. Raises NotFound where the page is not his (any more)."""


class Streams:
    """The pages of each session that wait for news, the oldest first."""

    def __init__(self, keeper: Doorkeeper) -> None:
        self._keeper = keeper
        self._pulse = keeper.office.pulse
        self._open: dict[int, list[object]] = {}

    def of(self, look: Look) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def answer(request: web.Request) -> web.StreamResponse:
            visit = await self._keeper.visit(request)
            if visit is None:
                # By this answer a browser stops asking (HTML, 9.2.3).
                return web.Response(status=204, headers={"Cache-Control": "no-store"})
            since = whole_number(request.headers.get("Last-Event-ID") or request.query.get("since", ""))
            beats = self._pulse.beats  # read before the store is: what comes between the two is looked for once more
            first = await look(request, visit, since)
            response = web.StreamResponse(headers=_HEADERS)
            await response.prepare(request)
            page, pages = object(), self._open.setdefault(visit.session.id, [])
            pages.append(page)
            if len(pages) > MOST_PAGES:
                del pages[0]
                self._pulse.beat()
            try:
                # ConnectionResetError: the page was closed, and nobody is there to be told.
                with contextlib.suppress(ConnectionResetError, StoreUnavailable):
                    await self._tell(request, response, look, first, since, beats, lambda: page in pages)
            finally:
                if page in pages:
                    pages.remove(page)
                if not pages:
                    self._open.pop(visit.session.id, None)
            return response

        return answer

    async def _tell(
        self,
        request: web.Request,
        response: web.StreamResponse,
        look: Look,
        news: News | None,
        since: int,
        beats: int,
        is_wanted: Callable[[], bool],
    ) -> None:
        while not self._pulse.is_over:
            await response.write(news.event if news else b":\n\n")
            since = news.newest if news else since
            await asyncio.sleep(PAUSE_SECONDS)
            await self._pulse.wait(KEEPALIVE_SECONDS, since=beats)
            if request.transport is None:  # the page was closed: its handler is told by nobody, and has nothing to ask
                return
            beats = self._pulse.beats
            visit = await self._keeper.visit(request) if is_wanted() else None
            try:
                news = await look(request, visit, since) if visit else None
            except NotFound:
                visit = None
            if visit is None:
                await response.write(_OVER)
                return

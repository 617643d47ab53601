"""What every public page stands on: the village that an address names, and what its pages say of it."""

import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web

from console.fields import whole_number
from console.public.warned import over_line, warned_line
from notifier.pages import PAGE_HEADERS, Pages
from notifier.render import Renderer
from store.database import Database, Transaction
from store.domain.areas import AreaKind
from store.domain.settings import AreaSettings
from store.files import FileStore
from store.queries.areas import settings_for

VILLAGE = r"/{village:\d{1,15}}"
_LONGEST_WORDS = 80

NOT_KEPT = "noindex, nofollow, noarchive"

PUBLIC_HEADERS = {
    **PAGE_HEADERS,
    "Content-Security-Policy": PAGE_HEADERS["Content-Security-Policy"].replace(
        "form-action 'none'", "form-action 'self'"
    ),
    "X-Robots-Tag": NOT_KEPT,
}
"""Everybody may read them, search engines may not keep them: what leaves the board is to be gone."""


@dataclass(frozen=True, slots=True)
class Board:
    """`public_url` is how the world reaches this hub: QR codes and feeds name it."""

    database: Database
    files: FileStore
    pages: Pages
    renderer: Renderer
    clock: Callable[[], datetime]
    public_url: str

    @contextlib.asynccontextmanager
    async def village(self, request: web.Request) -> AsyncIterator[tuple[Transaction, AreaSettings]]:
        """What is read for one page. Raises HTTPNotFound where the address names no village."""
        async with self.database.read(self.clock()) as tx:
            settings = await settings_for(tx, int(request.match_info["village"]))
            if settings.area.kind is not AreaKind.VILLAGE:
                raise web.HTTPNotFound
            yield tx, settings

    def page(self, request: web.Request, name: str, settings: AreaSettings, **values: Any) -> web.Response:
        return self.pages.page(
            request,
            name,
            village=settings.village_name,
            landline=settings.landline,
            zone=settings.zone,
            root=root_of(settings),
            warned_line=warned_line,
            over_line=over_line,
            **values,
        )

    def address(self, settings: AreaSettings, path: str = "") -> str:
        return f"{self.public_url}{root_of(settings)}{path}"


def root_of(settings: AreaSettings) -> str:
    return f"/v/{settings.area.id}/"


def words_asked(request: web.Request) -> str:
    return request.query.get("q", "").replace("\0", "").encode(errors="ignore").decode().strip()[:_LONGEST_WORDS]


def key_asked(request: web.Request) -> int | None:
    """The key of a page of a list; None for the first, and for a key that is none."""
    return whole_number(request.query.get("before", "")) or None

"""Photos and papers beside an item: put there, taken away, and blacked out square by square."""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from aiohttp import web
from aiohttp.web import FileField

from console.disclosures.asking import BOOKS, village_of, village_to_change
from console.public.accounts import disposition_of
from console.visits import Fields, Office, Visit, led_to, once
from store.actions.disclosure_files import attach_file, detach_file, replace_file
from store.actions.kept_files import keep_for_now
from store.database import Transaction
from store.domain.areas import Area
from store.domain.disclosure_doubts import doubts_in_pages
from store.domain.disclosures import AttachedFile
from store.domain.errors import NotAllowed, NotFound, Refusal
from store.domain.privacy import Doubt
from store.files import StoredFile, UnusableFileError, blacked_out, check_size, is_pdf
from store.pdf_words import words_in_pdf
from store.queries.disclosures import item_in_books
from store.queries.people import names_in_village

COLUMNS, ROWS = 8, 12
"""The grid that lies over a photo: a square on a phone is about as wide as a thumb."""
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, max-age=86400",
}

Change = Callable[[Transaction, Area], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class FilePages:
    """`reading`: papers are read one after another, for each takes a processor and memory."""

    office: Office
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def attach(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        """A photo loses what the phone wrote into it; a PDF is kept as it came, once its words were looked at."""
        item_id = int(request.match_info["item"])
        async with self.office.database.read(self.office.clock()) as tx:
            names = await names_in_village(tx, (await _changeable(tx, visit, request)).id)
        stored, name, doubts = await self._sent(request, names)

        async def put(tx: Transaction, village: Area) -> None:
            await attach_file(tx, village, item_id, stored, name, visit.person, doubts)

        return await self._change(request, visit, fields, "file", put)

    async def _sent(self, request: web.Request, names: Collection[str]) -> tuple[StoredFile, str, Sequence[Doubt]]:
        sent = (await request.post()).get("file")
        if not isinstance(sent, FileField) or not sent.filename:
            raise Refusal("disclosure.file_missing")
        name = sent.filename.replace("\\", "/").rpartition("/")[2].replace("\0", "")
        content = await asyncio.to_thread(sent.file.read)
        try:
            check_size(content)
            doubts = await self._doubts(content, names) if is_pdf(content) else ()
            stored = await asyncio.to_thread(self.office.files.put_photo_or_paper, content)
        except UnusableFileError as error:
            if error.key == "too_large":
                raise Refusal("disclosure.file_too_large") from error
            if error.key == "locked":
                raise Refusal("disclosure.file_locked") from error
            raise Refusal("disclosure.file_unusable") from error
        async with self.office.database.write(self.office.clock()) as tx:
            await keep_for_now(tx, stored)
        return stored, name, doubts

    async def _doubts(self, content: bytes, names: Collection[str]) -> Sequence[Doubt]:
        """Raises UnusableFileError and Refusal as `words_in_pdf` and `doubts_in_pages` do."""
        async with self.reading:
            found = await asyncio.to_thread(words_in_pdf, content)
        look = partial(doubts_in_pages, found.pages, found.beside, names, is_whole=found.is_whole)
        return await asyncio.to_thread(look)

    async def detach(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        item_id, digest = int(request.match_info["item"]), request.match_info["digest"]

        async def take_away(tx: Transaction, village: Area) -> None:
            await detach_file(tx, village, item_id, digest, visit.person)

        return await self._change(request, visit, fields, "detach", take_away)

    async def show(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        file = await self._file(request, visit)
        path = self.office.files.path_of(file.sha256)
        if not path.is_file():
            raise web.HTTPNotFound
        return web.FileResponse(path, headers={**_HEADERS, **disposition_of(file)})

    async def grid(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        file = await self._file(request, visit, to_change=True)
        return self.office.page(
            request,
            visit,
            "disclosure_black.html",
            item_id=int(request.match_info["item"]),
            file=file,
            squares=range(COLUMNS * ROWS),
            columns=COLUMNS,
        )

    async def black_out(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        """What was ticked is painted over for good; the picture that was there is no longer beside the item."""
        item_id, file = int(request.match_info["item"]), await self._file(request, visit, to_change=True)
        squares = [square for square in range(COLUMNS * ROWS) if f"s{square}" in fields]
        stored = await asyncio.to_thread(self._blacked, file, squares)

        async def put(tx: Transaction, village: Area) -> None:
            await replace_file(tx, village, item_id, file.sha256, stored, visit.person)

        return await self._change(request, visit, fields, "black", put)

    def _blacked(self, file: AttachedFile, squares: list[int]) -> StoredFile:
        content = self.office.files.path_of(file.sha256).read_bytes()
        return self.office.files.put_photo(blacked_out(content, squares, COLUMNS, ROWS))

    async def _file(self, request: web.Request, visit: Visit, *, to_change: bool = False) -> AttachedFile:
        async with self.office.database.read(self.office.clock()) as tx:
            village = await village_of(tx, visit.person, request)
            item = await item_in_books(tx, village.id, int(request.match_info["item"]))
            if to_change:
                try:
                    await _changeable(tx, visit, request)
                except NotAllowed as refusal:
                    raise NotFound("disclosure.item_unknown") from refusal
        digest = request.match_info["digest"]
        file = next((one for one in item.files if one.sha256 == digest), None)
        if file is None or (to_change and not file.is_photo):
            raise NotFound("disclosure.item_unknown")
        return file

    async def _change(
        self, request: web.Request, visit: Visit, fields: Fields, done: str, change: Change
    ) -> web.StreamResponse:
        where = f"{BOOKS}/items/{request.match_info['item']}"
        async with self.office.database.write(self.office.clock()) as tx:
            village = await _changeable(tx, visit, request)
            await once(tx, request, visit, fields, where)
            await change(tx, village)
        raise led_to(where, done)


async def _changeable(tx: Transaction, visit: Visit, request: web.Request) -> Area:
    village = await village_of(tx, visit.person, request)
    item = await item_in_books(tx, village.id, int(request.match_info["item"]))
    return await village_to_change(tx, visit.person, request, answers=item.is_asked_for)

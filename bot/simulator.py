"""The phone simulator's pages: handsets that receive the SMS of one account and answer them. For demo and training.

Which handsets are open stands in the page's address (`number`, repeated), so that a class may share a link.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlencode

from aiohttp import web

from bot.chat_lines import LineView, line_views
from bot.chat_requests import UnusableRequest, read_fields, sent_from
from bot.chat_rooms import ChatRooms, Room
from bot.pages import PAGE_HEADERS
from notifier.channels.sms.segments import count_parts
from notifier.pages import Pages, comes_from_here, language_asked
from store.domain.accounts import AccountKind
from store.domain.errors import NotFound, StoreUnavailable
from store.domain.phones import e164

MOST_HANDSETS = 40
LONGEST_WAIT_SECONDS = 25
REPLY_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Handset:
    """One simulated phone as the page shows it. `others` is the page's query without it."""

    number: str
    shown: str
    lines: list[LineView]
    parts: Mapping[str, int]
    others: str


class Simulator:
    def __init__(self, rooms: ChatRooms, pages: Pages) -> None:
        self._rooms = rooms
        self._pages = pages

    async def page(self, request: web.Request) -> web.Response:
        """Every open handset with what it received; reading it marks its messages delivered."""
        language = language_asked(request)
        asked = request.query.getall("number", [])
        numbers = numbers_in(asked)
        hall = await self._room(request, "")
        beats = self._rooms.pulse.beats
        handsets = [await self._handset(request, number, numbers, language) for number in numbers]
        return self._pages.page_in(
            language,
            "phones.html",
            village=hall.village_name,
            handsets=handsets,
            numbers=numbers,
            bad_number=any(e164(number) is None for number in asked),
            beats=beats,
            still_open=query_of(numbers),
            form=secrets.token_hex(8),
        )

    async def say(self, request: web.Request) -> web.Response:
        """An SMS from a handset to the village, or a call that nobody takes. Answered once it is committed."""
        if not comes_from_here(request):
            raise web.HTTPForbidden
        try:
            fields, _ = await read_fields(request)
            room = await self._room(request, e164(fields.get("number", "")) or "")
            if room.address:
                await self._rooms.say(room, sent_from(fields))
                await self._rooms.await_reply(room, REPLY_SECONDS)
        except UnusableRequest as unusable:
            return self._unsaid(request, unusable.status, unusable.word)
        except StoreUnavailable:
            return self._unsaid(request, 503, "busy")
        still_open = query_of(numbers_in(parse_qs(fields.get("open", "")).get("number", [])))
        return web.Response(status=303, headers={**PAGE_HEADERS, "Location": f"./?{still_open}"})

    async def changes(self, request: web.Request) -> web.Response:
        """Answer at the next beat after `after`, or when it has been long enough; the page then looks again."""
        asked = request.query.get("after", "0")
        since = int(asked) if asked.isdecimal() else 0
        await self._rooms.pulse.wait(LONGEST_WAIT_SECONDS, since=since)
        return web.json_response({"beats": self._rooms.pulse.beats}, headers={"Cache-Control": "no-store"})

    async def _room(self, request: web.Request, number: str) -> Room:
        try:
            return await self._rooms.room(AccountKind.SIMULATOR, int(request.match_info["account"]), number)
        except NotFound as error:
            raise web.HTTPNotFound from error

    async def _handset(self, request: web.Request, number: str, numbers: Sequence[str], language: str) -> Handset:
        room = await self._room(request, number)
        history = await self._rooms.history(room)
        lines = line_views(history.lines, room, self._pages.words(language)["page"], datetime.now(UTC))
        parts = {line.id: count_parts(line.text).parts for line in lines}
        return Handset(number, spaced(number), lines, parts, query_of(one for one in numbers if one != number))

    def _unsaid(self, request: web.Request, status: int, word: str) -> web.Response:
        return self._pages.page_in(
            language_asked(request), "notice.html", status=status, sentence=word, again="./", text="", form=""
        )


def simulator_routes(rooms: ChatRooms, pages: Pages) -> list[web.RouteDef]:
    simulator = Simulator(rooms, pages)
    phones = r"/phones/{account:\d{1,18}}"
    return [
        web.get(f"{phones}/", simulator.page),
        web.post(f"{phones}/messages", simulator.say),
        web.get(f"{phones}/changes", simulator.changes),
    ]


def numbers_in(written: Iterable[str]) -> list[str]:
    found = dict.fromkeys(number for one in written if (number := e164(one)))
    return list(found)[:MOST_HANDSETS]


def query_of(numbers: Iterable[str]) -> str:
    return urlencode([("number", number) for number in numbers])


def spaced(number: str) -> str:
    """+8613900007001 → 139 0000 7001, as people read it out."""
    digits = number.removeprefix("+86")
    return f"{digits[:3]} {digits[3:7]} {digits[7:]}" if number.startswith("+861") else number

"""Web chat's pages and requests. Every visitor has his own path, and his cookies belong to it.

/chat/<account>/                       a new visitor is given a path, a known one is led to his
/chat/<account>/<visitor>/             the page: whole without JavaScript, live with it
    messages   POST one message, acknowledged once committed; GET what is new (long poll)
    socket     the same over a WebSocket
    files/…    photos of this conversation
"""

import asyncio
import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from aiohttp import web

from bot.chat_lines import as_json, line_views, with_edits
from bot.chat_requests import UnusableRequest, read_fields, sent_from
from bot.chat_rooms import ChatRooms, Room, new_visitor
from bot.chat_socket import serve_socket
from bot.pages import A_YEAR_SECONDS, PAGE_HEADERS
from notifier.pages import Pages, Words, comes_from_here, language_asked
from store.domain.accounts import AccountKind
from store.domain.errors import NotFound, StoreUnavailable

VISITOR = "banyan-visitor"
KEY = "banyan-key"
LONGEST_WAIT_SECONDS = 25
REPLY_SECONDS = 3.0
"""How long a plain form's answer waits for the reply, so that the page that follows already shows it."""
MOST_KNOWN = 400
_VISITOR_FORM = re.compile(r"[a-z2-7]{10}")
_FILE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, max-age=31536000, immutable",
}


class WebChat:
    def __init__(self, rooms: ChatRooms, pages: Pages) -> None:
        self._rooms = rooms
        self._pages = pages

    async def door(self, request: web.Request) -> web.StreamResponse:
        """Lead a visitor to his own path; one who is new is given a path and its key."""
        account_id = int(request.match_info["account"])
        await self._room(request, "")
        known = request.cookies.get(VISITOR, "")
        if _VISITOR_FORM.fullmatch(known):
            return _see_other(f"/chat/{account_id}/{known}/")
        return self._let_in(request, account_id, new_visitor())

    async def page(self, request: web.Request) -> web.StreamResponse:
        account_id, visitor = int(request.match_info["account"]), request.match_info["visitor"]
        if self._rooms.opens_entry(account_id, visitor, request.query.get("key", "")):
            return self._let_in(request, account_id, visitor)
        if not self._is_admitted(request):
            refusal = self._refusal(request, web.HTTPForbidden, "not_yours")
            if request.cookies.get(VISITOR) == visitor:  # else the door would lead here for ever
                refusal.del_cookie(VISITOR, path=f"/chat/{account_id}/")
            raise refusal
        try:
            return await self._conversation(request)
        except StoreUnavailable as error:
            raise self._refusal(request, web.HTTPServiceUnavailable, "busy") from error

    async def say(self, request: web.Request) -> web.StreamResponse:
        """Take a message. 200 (or the page again, for a plain form) means that it is committed."""
        room, _ = await self._admit(request)
        fields: Mapping[str, str] = {}
        try:
            fields, photos = await read_fields(request)
            sent = sent_from(fields, photos)
            await self._rooms.say(room, sent)
            if _by_script(request):
                return web.json_response({"ack": sent.client_id})
            await self._rooms.await_reply(room, REPLY_SECONDS)
        except UnusableRequest as unusable:
            return self._unsaid(request, room, unusable.status, unusable.word, fields or unusable.fields)
        except StoreUnavailable:
            return self._unsaid(request, room, 503, "busy", fields)
        return _see_other("./#end")

    async def news(self, request: web.Request) -> web.StreamResponse:
        """Lines that the page lacks; `after` is the cursor of the last answer, and says which have arrived there."""
        room, words = await self._admit(request)
        try:
            document = await self._wait_for_news(request, room, words)
        except StoreUnavailable:
            return web.json_response({"sentence": words["busy"]}, status=503)
        return web.json_response(document, headers={"Cache-Control": "no-store"})

    async def socket(self, request: web.Request) -> web.StreamResponse:
        room, words = await self._admit(request)
        return await serve_socket(request, self._rooms, room, words, _known_by(request))

    async def file(self, request: web.Request) -> web.StreamResponse:
        room, _ = await self._admit(request)
        found = await self._rooms.file(room, request.match_info["sha256"])
        if found is None or not await asyncio.to_thread(found[0].is_file):
            raise web.HTTPNotFound
        path, media_type = found
        return web.FileResponse(path, headers={**_FILE_HEADERS, "Content-Type": media_type})

    async def _conversation(self, request: web.Request) -> web.Response:
        room, words = await self._admit(request)
        history = await self._rooms.history(room, request.query.get("before", ""))
        lines = line_views(history.lines, room, words, datetime.now(UTC))
        return self._pages.page_in(
            _language(request, room),
            "chat.html",
            village=room.village_name,
            lines=with_edits(lines),
            earlier=history.lines[0].id if history.has_earlier else "",
            is_latest="before" not in request.query,
            cursor=".".join(line.id for line in lines),
            form=new_visitor(),
        )

    async def _wait_for_news(self, request: web.Request, room: Room, words: Words) -> dict[str, object]:
        known, deadline = _known_by(request), time.monotonic() + _seconds_to_wait(request)
        while True:
            since = self._rooms.pulse.beats
            news = await self._rooms.news(room, known)
            await self._rooms.mark_read(room, news.confirmed)
            left = deadline - time.monotonic()
            if news.fresh or left <= 0 or self._rooms.is_closing:
                break
            await self._rooms.pulse.wait(left, since=since)
        lines = as_json(line_views(news.fresh, room, words, datetime.now(UTC)))
        return {"lines": lines, "cursor": ".".join(news.known), "behind": news.behind}

    def _let_in(self, request: web.Request, account_id: int, visitor: str) -> web.Response:
        response = _see_other(f"/chat/{account_id}/{visitor}/")
        for name, value, path in (
            (VISITOR, visitor, f"/chat/{account_id}/"),
            (KEY, self._rooms.key_of(account_id, visitor), f"/chat/{account_id}/{visitor}/"),
        ):
            response.set_cookie(
                name, value, path=path, max_age=A_YEAR_SECONDS, httponly=True, samesite="Lax", secure=_by_https(request)
            )
        return response

    def _is_admitted(self, request: web.Request) -> bool:
        account_id, visitor = int(request.match_info["account"]), request.match_info["visitor"]
        return self._rooms.holds_key(account_id, visitor, request.cookies.get(KEY, ""))

    async def _admit(self, request: web.Request) -> tuple[Room, Words]:
        """The visitor's room, for whoever holds its key and asks from our own page."""
        if not self._is_admitted(request) or not comes_from_here(request):
            raise self._refusal(request, web.HTTPForbidden, "not_yours")
        room = await self._room(request, request.match_info["visitor"])
        return room, self._pages.words(_language(request, room))["page"]

    async def _room(self, request: web.Request, visitor: str) -> Room:
        try:
            return await self._rooms.room(AccountKind.WEB_CHAT, int(request.match_info["account"]), visitor)
        except NotFound as error:
            raise self._refusal(request, web.HTTPNotFound, "no_such_page") from error
        except StoreUnavailable as error:
            raise self._refusal(request, web.HTTPServiceUnavailable, "busy") from error

    def _refusal(self, request: web.Request, kind: Callable[..., web.HTTPException], word: str) -> web.HTTPException:
        """An error as a page in the person's language: the server's own would be English."""
        page = self._pages.page_in(
            language_asked(request),
            "notice.html",
            sentence=word,
            again=f"/chat/{request.match_info['account']}/" if word != "no_such_page" else None,
            text="",
            form="",
        )
        return kind(text=page.text, content_type="text/html", headers=PAGE_HEADERS)

    def _unsaid(
        self, request: web.Request, room: Room, status: int, word: str, fields: Mapping[str, str]
    ) -> web.Response:
        """Tell why a message was not taken; a plain form gets its text back, to be sent again under the same name."""
        language = _language(request, room)
        if _by_script(request):
            return web.json_response({"sentence": self._pages.words(language)["page"][word]}, status=status)
        return self._pages.page_in(
            language,
            "notice.html",
            status=status,
            sentence=word,
            again="./#end",
            text=fields.get("text", ""),
            form=fields.get("form", ""),
        )


def web_chat_routes(rooms: ChatRooms, pages: Pages) -> list[web.RouteDef]:
    chat = WebChat(rooms, pages)
    own = r"/chat/{account:\d{1,18}}/{visitor:[a-z2-7]{10}}"
    return [
        web.get(r"/chat/{account:\d{1,18}}{slash:/?}", chat.door),
        web.get(f"{own}/", chat.page),
        web.post(f"{own}/messages", chat.say),
        web.get(f"{own}/messages", chat.news),
        web.get(f"{own}/socket", chat.socket),
        web.get(f"{own}/files/{{sha256:[0-9a-f]{{64}}}}", chat.file),
    ]


def _by_https(request: web.Request) -> bool:
    """Behind a proxy the connection to us is plain: the proxy says what the visitor's was."""
    return request.secure or request.headers.get("X-Forwarded-Proto") == "https"


def _see_other(location: str) -> web.Response:
    return web.Response(status=303, headers={**PAGE_HEADERS, "Location": location})


def _language(request: web.Request, room: Room) -> str:
    return room.language or language_asked(request)


def _by_script(request: web.Request) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _known_by(request: web.Request) -> frozenset[str]:
    return frozenset(request.query.get("after", "").split(".")[:MOST_KNOWN]) - {""}


def _seconds_to_wait(request: web.Request) -> int:
    asked = request.query.get("wait", "0")
    return min(int(asked), LONGEST_WAIT_SECONDS) if asked.isdecimal() and len(asked) < 4 else 0  # noqa: PLR2004 - seconds

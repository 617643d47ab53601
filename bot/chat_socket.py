"""The live connection of an open chat page: what is new is pushed, what is said is acknowledged once committed."""

import asyncio
import contextlib
import json
from datetime import UTC, datetime
from typing import Any

from aiohttp import WSMsgType, web

from bot.chat_lines import as_json, line_views
from bot.chat_requests import MAX_FIELD_BYTES, UnusableRequest, fields_of, sent_from
from bot.chat_rooms import ChatRooms, Room
from notifier.pages import Words
from store.domain.errors import StoreUnavailable

KEEPALIVE_SECONDS = 20
"""The page takes a connection that is silent for twice as long for dead: phones change networks without a word."""
MOST_SEEN = 400
_ID_LENGTH = 20


async def serve_socket(
    request: web.Request, rooms: ChatRooms, room: Room, words: Words, known: frozenset[str]
) -> web.WebSocketResponse:
    socket = web.WebSocketResponse(heartbeat=KEEPALIVE_SECONDS, max_msg_size=MAX_FIELD_BYTES)
    await socket.prepare(request)
    pushing = asyncio.create_task(_push(socket, rooms, room, words, known))
    try:
        async for frame in socket:
            if frame.type is WSMsgType.TEXT:
                await _hear(socket, rooms, room, words, frame.data)
    finally:
        pushing.cancel()
        with contextlib.suppress(asyncio.CancelledError, ConnectionError):
            await pushing
    return socket


async def _push(
    socket: web.WebSocketResponse, rooms: ChatRooms, room: Room, words: Words, known: frozenset[str]
) -> None:
    """Send what the page lacks now and whenever there is more. Whatever ends it closes the connection."""
    must_speak = True
    try:
        while not (socket.closed or rooms.is_closing):
            since = rooms.pulse.beats
            with contextlib.suppress(StoreUnavailable):
                news = await rooms.news(room, known)
                if news.fresh or must_speak:
                    lines = as_json(line_views(news.fresh, room, words, datetime.now(UTC)))
                    await _send(socket, lines=lines, cursor=".".join(news.known), behind=news.behind)
                known = frozenset(news.known)
            must_speak = not await rooms.pulse.wait(KEEPALIVE_SECONDS, since=since)
    finally:
        await socket.close()


async def _hear(socket: web.WebSocketResponse, rooms: ChatRooms, room: Room, words: Words, data: str) -> None:
    """One frame of the page: a message to be acknowledged, or the ids of lines that it has shown (`seen`)."""
    client_id = ""
    try:
        fields = fields_of(data)
        client_id = fields.get("client_id", "")
        if "seen" in fields:
            await rooms.mark_read(room, _delivery_ids(fields["seen"]))
            return
        sent = sent_from(fields)
        await rooms.say(room, sent)
        await _send(socket, ack=sent.client_id)
    except UnusableRequest as unusable:
        await _send(socket, refused=client_id, sentence=words[unusable.word])
    except StoreUnavailable:
        await _send(socket, later=client_id)  # the page keeps it and sends it again


def _delivery_ids(cursor: str) -> list[int]:
    ids = cursor.split(".")[:MOST_SEEN]
    return [int(one[1:]) for one in ids if one.startswith("d") and one[1:].isdecimal() and len(one) < _ID_LENGTH]


async def _send(socket: web.WebSocketResponse, **document: Any) -> None:
    await socket.send_str(json.dumps(document, ensure_ascii=False))

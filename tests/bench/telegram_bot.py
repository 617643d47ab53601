"""A bot without a store, by python-telegram-bot over aiohttp: `python -m tests.bench.telegram_bot PORT`.

Its calls go nowhere: the answer that Telegram would give is there at once.
"""

import asyncio
import json
import sys
from typing import Any

from aiohttp import web
from telegram import Bot, Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters
from telegram.request import BaseRequest, RequestData

from tests.bench.server import serve

REPLY = "知道了,已补记到编号1001。"
_ME = {"id": 1, "is_bot": True, "first_name": "榕溪村", "username": "rongxi_bot"}
_SENT = {"message_id": 1, "date": 1_795_000_000, "chat": {"id": 1, "type": "private"}, "text": REPLY}


class NullTransport(BaseRequest):
    @property
    def read_timeout(self) -> float | None:
        return None

    async def initialize(self) -> None: ...

    async def shutdown(self) -> None: ...

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_: Any, **__: Any
    ) -> tuple[int, bytes]:
        del method
        if request_data is not None:
            assert request_data.json_payload
        result = _ME if url.endswith("getMe") else _SENT
        return 200, json.dumps({"ok": True, "result": result}).encode()


async def _reply(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.message
    await update.message.reply_text(REPLY)


async def main(port: int) -> None:
    bot = Bot("1:bench", request=NullTransport(), get_updates_request=NullTransport())
    application = Application.builder().bot(bot).updater(None).build()
    application.add_handler(MessageHandler(filters.TEXT, _reply))
    await application.initialize()

    async def take(request: web.Request) -> web.Response:
        await application.process_update(Update.de_json(await request.json(), bot))
        return web.Response()

    server = web.Application()
    server.add_routes([web.post("/updates", take)])
    await serve(web.AppRunner(server, access_log=None), port)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))

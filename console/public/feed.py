"""The newest of the village as an Atom feed (RFC 4287)."""

import re
from dataclasses import dataclass, field
from datetime import datetime

from aiohttp import web

from console.public.board import VILLAGE, Board
from console.public.warned import Words, in_full
from notifier.pages import language_asked, month_name
from store.database import Transaction
from store.domain.privacy import without_personal_numbers
from store.domain.settings import AreaSettings
from store.queries.disclosures import months_published_at, urgent_items
from store.queries.public_matters import public_matters
from store.queries.public_notices import public_notices

MOST = 20
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold, however they are written."""


def feed_routes(board: Board) -> list[web.RouteDef]:
    return [web.get(f"{VILLAGE}/feed.atom", _Feed(board).feed)]


@dataclass(frozen=True, slots=True)
class News:
    """`address` is its id too: it never changes."""

    address: str
    title: str
    text: str = field(repr=False)
    at: datetime


@dataclass(frozen=True, slots=True)
class _Feed:
    board: Board

    async def feed(self, request: web.Request) -> web.Response:
        words = self.board.pages.words(language_asked(request))
        async with self.board.village(request) as (tx, settings):
            news = await self._news(tx, settings, words)
        newest = sorted(news, key=lambda one: one.at, reverse=True)[:MOST]
        return self.board.pages.page(
            request,
            "feed.atom",
            content_type="application/atom+xml",
            village=settings.village_name,
            home=self.board.address(settings),
            news=newest,
        )

    async def _news(self, tx: Transaction, settings: AreaSettings, words: Words) -> list[News]:
        public, village = words["public"], settings.area

        def one(path: str, title: str, text: str, at: datetime) -> News:
            return News(self.board.address(settings, path), _NOT_XML.sub("", title), _NOT_XML.sub("", text), at)

        found = [
            one(
                f"notices/{notice.number}/",
                public["notice"].format(village=settings.village_name, number=notice.number),
                in_full(notice, words, settings.zone),
                notice.approved_at,
            )
            for notice in (await public_notices(tx, village)).notices
        ]
        for month, at in await months_published_at(tx, village.id, MOST):
            title = f"{month_name(month, words)} {public['disclosure']}"
            found.append(one(f"disclosures/{month:%Y-%m}", title, "", at))
        found += [
            one(f"items/{item.id}/", item.title, item.text, item.urgent_at)
            for item in await urgent_items(tx, village.id)
            if item.urgent_at
        ]
        matters = await public_matters(tx, village.id)
        for matter in matters.matters:
            title, plan = (without_personal_numbers(text) for text in (matter.title, matter.plan))
            title = public["matter"].format(code=matter.code, title=title)
            found.append(one(f"matters/{matter.id}/", title, plan, matters.moved_at[matter.id]))
        return found

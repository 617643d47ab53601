"""Matters as everybody may read them, the ballot board, and looking up a receipt."""

from dataclasses import dataclass

from aiohttp import web

from console.public.board import VILLAGE, Board, key_asked
from notifier.pages import language_asked
from notifier.render import Medium
from store.database import Transaction
from store.domain.deliberation import FoundBallot, MatterRecord
from store.domain.privacy import without_personal_numbers
from store.domain.receipts import parse_receipt
from store.domain.settings import AreaSettings
from store.domain.speech import Say
from store.queries.ballots import find_ballot
from store.queries.matters import ballots_so_far, matter_by_id
from store.queries.public_matters import board_of, comment_count, public_matter, public_matters

_MATTER = VILLAGE + r"/matters/{matter:\d{1,15}}/"
_LONGEST_RECEIPT = 40


def matter_routes(board: Board) -> list[web.RouteDef]:
    matters = _Matters(board)
    return [
        web.get(f"{VILLAGE}/matters/", matters.list),
        web.get(_MATTER, matters.one),
        web.get(f"{_MATTER}ballots", matters.ballots),
        web.get(f"{VILLAGE}/receipt/", matters.receipt_form),
        web.post(f"{VILLAGE}/receipt/", matters.receipt),
    ]


@dataclass(frozen=True, slots=True)
class _Matters:
    board: Board

    async def list(self, request: web.Request) -> web.Response:
        async with self.board.village(request) as (tx, settings):
            found = await public_matters(tx, settings.area.id, key_asked(request))
        return self.board.page(request, "matters.html", settings, found=found)

    async def one(self, request: web.Request) -> web.Response:
        async with self.board.village(request) as (tx, settings):
            matter = await public_matter(tx, settings.area.id, int(request.match_info["matter"]))
            text = await self._told(request, tx, matter, settings)
            said = await comment_count(tx, matter.id)
        return self.board.page(
            request, "matter.html", settings, matter=matter, paragraphs=text.splitlines(), comment_count=said
        )

    async def _told(self, request: web.Request, tx: Transaction, matter: MatterRecord, settings: AreaSettings) -> str:
        """In the words of the conversation; what residents said to it stands on no open page."""
        turnout = await ballots_so_far(tx, matter.id)
        say = Say("matter.shown", {"matter": matter, "turnout": turnout, "comments": [], "comment_count": 0})
        text = self.board.renderer.render(say, language_asked(request), Medium.CHAT, settings).text
        return without_personal_numbers(text)

    async def ballots(self, request: web.Request) -> web.Response:
        """What anybody may add up again: every ballot that counts, by its receipt."""
        async with self.board.village(request) as (tx, settings):
            matter = await public_matter(tx, settings.area.id, int(request.match_info["matter"]))
            after = parse_receipt(request.query.get("after", "")[:_LONGEST_RECEIPT]) or ""
            ballots = await board_of(tx, matter, after)
        if matter.tally is None:
            raise web.HTTPNotFound
        return self.board.page(request, "ballots.html", settings, matter=matter, board=ballots, after=after)

    async def receipt_form(self, request: web.Request) -> web.Response:
        async with self.board.village(request) as (_, settings):
            pass
        return self.board.page(request, "receipt.html", settings, written="", said="")

    async def receipt(self, request: web.Request) -> web.Response:
        """By POST, so that no receipt stands in an address that somebody may read or keep."""
        sent = await request.post()
        written = str(sent.get("receipt", ""))[:_LONGEST_RECEIPT]
        receipt = parse_receipt(written)
        async with self.board.village(request) as (tx, settings):
            say = await _found(tx, settings, receipt) if receipt else Say("receipt.misread")
        said = self.board.renderer.render(say, language_asked(request), Medium.CHAT, settings).text
        page = self.board.page(request, "receipt.html", settings, written=written, said=said)
        page.headers["Cache-Control"] = "no-store"
        return page


async def _found(tx: Transaction, settings: AreaSettings, receipt: str) -> Say:
    found = await find_ballot(tx, settings.area.id, receipt)
    if found is None:
        return Say("receipt.unknown")
    matter = await matter_by_id(tx, found[0])
    choice = found[1].name.lower() if found[1] is not None else ""
    return Say("receipt.found", {"found": FoundBallot(matter.code or 0, matter.title, found[1]), "choice": choice})

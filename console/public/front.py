"""The village's front page: the newest of everything, and the way to the rest."""

from dataclasses import dataclass

from aiohttp import web

from console.public.board import VILLAGE, Board
from store.domain.disclosures import digest_of
from store.queries.disclosures import latest_disclosure, urgent_items
from store.queries.public_matters import public_matters
from store.queries.public_notices import foremost_notices
from store.queries.service_days import service_days_ahead
from store.queries.services import services_of

SHOWN = 3


def front_routes(board: Board) -> list[web.RouteDef]:
    return [web.get(f"{VILLAGE}/", _Front(board).page)]


@dataclass(frozen=True, slots=True)
class _Front:
    board: Board

    async def page(self, request: web.Request) -> web.Response:
        async with self.board.village(request) as (tx, settings):
            village = settings.area
            latest = await latest_disclosure(tx, village.id)
            values: dict[str, object] = {
                "notices": await foremost_notices(tx, village, SHOWN),
                "urgent": await urgent_items(tx, village.id),
                "latest": latest,
                "digest": digest_of(latest.items, latest.opening_fen) if latest else None,
                "matters": (await public_matters(tx, village.id, most=SHOWN)).matters,
                "days": (await service_days_ahead(tx, settings, tx.now))[:SHOWN],
                "has_services": bool(await services_of(tx, village.id)),
            }
        return self.board.page(request, "village.html", settings, **values)

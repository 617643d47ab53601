"""The frozen roll of a matter, and entering a ballot on paper: two people, each for himself."""

from dataclasses import dataclass

from aiohttp import web

from console.matters.pages import matter_asked
from console.visits import Fields, Office, Visit, form_key
from store.actions.paper_ballots import enter_paper_ballot
from store.actions.sign_in import take_form
from store.database import Transaction
from store.domain.ballots import Choice
from store.domain.deliberation import MatterRecord
from store.domain.errors import NotFound, Refusal
from store.domain.matter_tells import CHOICES
from store.domain.matters import MatterState
from store.domain.settings import AreaSettings
from store.queries.access import may_enter_ballots
from store.queries.rolls import RollLine, roll_line, roll_page

_MOST_DIGITS = 15


@dataclass(frozen=True, slots=True)
class RollPages:
    office: Office

    async def list(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        words, after = request.query.get("q", "").replace("\0", "")[:80].strip(), request.query.get("after", "")
        async with self.office.database.read(self.office.clock()) as tx:
            settings, matter = await self._matter(tx, request, visit)
            key = int(after) if after.isdecimal() and len(after) <= _MOST_DIGITS else 0
            found = await roll_page(tx, matter.id, words, key)
        return self.office.pages.page(
            request,
            "matters_roll.html",
            **{**visit.known, "zone": settings.zone},
            here="matters",
            village=settings.area,
            matter=matter,
            found=found,
            q=words,
            is_open=matter.is_open(self.office.clock()),
            done=request.query.get("done", ""),
        )

    async def paper(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        return await self._paper(request, visit)

    async def enter(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        try:
            async with self.office.database.write(self.office.clock()) as tx:
                _, matter = await self._matter(tx, request, visit)
                line = await roll_line(tx, matter.id, int(request.match_info["vote"]))
                key = form_key({**fields, "action": f"paper/{line.entitlement_id}"})
                done = "already"
                if await take_form(tx, visit.session, key):
                    done = await enter_paper_ballot(tx, matter, line, _choice(fields), visit.person)
        except NotFound:
            raise
        except Refusal as refusal:
            said = self.office.refused(request, refusal, visit.settings)
            return await self._paper(request, visit, status=409, refusal=said)
        raise web.HTTPSeeOther(f"{request.path.rpartition('/')[0]}?done={done}")

    async def _matter(self, tx: Transaction, request: web.Request, visit: Visit) -> tuple[AreaSettings, MatterRecord]:
        """Raises NotFound for whoever enters no ballots, and for a matter that has no roll yet."""
        settings, matter = await matter_asked(tx, visit.person, request)
        no_roll = matter.state in {MatterState.PROPOSED, MatterState.PUBLISHED} or matter.roll is None
        if no_roll or not may_enter_ballots(visit.person, settings.area.path):
            raise NotFound("matter.unknown")
        return settings, matter

    async def _paper(self, request: web.Request, visit: Visit, *, status: int = 200, refusal: str = "") -> web.Response:
        async with self.office.database.read(self.office.clock()) as tx:
            settings, matter = await self._matter(tx, request, visit)
            line: RollLine = await roll_line(tx, matter.id, int(request.match_info["vote"]))
        return self.office.pages.page(
            request,
            "matters_paper.html",
            status=status,
            **visit.known,
            here="matters",
            village=settings.area,
            matter=matter,
            line=line,
            choices=tuple(CHOICES),
            refusal=refusal,
        )


def _choice(fields: Fields) -> Choice:
    choice = CHOICES.get(fields.get("choice", ""))
    if choice is None:
        raise Refusal("vote.choice_missing")
    return choice

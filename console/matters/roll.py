"""The frozen roll of a matter, and entering a ballot on paper: two people, each for himself."""

from dataclasses import dataclass

from aiohttp import web

from console.fields import whole_number
from console.matters.pages import matter_asked
from console.visits import Fields, Office, Visit, led_to, once
from store.actions.paper_ballots import enter_paper_ballot
from store.database import Transaction
from store.domain.ballots import Choice
from store.domain.deliberation import MatterRecord
from store.domain.errors import NotFound, Refusal
from store.domain.matter_tells import CHOICES
from store.domain.matters import MatterState
from store.domain.settings import AreaSettings
from store.queries.access import may_enter_ballots
from store.queries.rolls import RollLine, roll_line, roll_page


@dataclass(frozen=True, slots=True)
class RollPages:
    office: Office

    async def list(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        words, after = request.query.get("q", "").replace("\0", "")[:80].strip(), request.query.get("after", "")
        async with self.office.database.read(self.office.clock()) as tx:
            settings, matter = await self._matter(tx, request, visit)
            found = await roll_page(tx, matter.id, words, whole_number(after))
        return self.office.page(
            request,
            visit,
            "matters_roll.html",
            zone=settings.zone,
            village=settings.area,
            matter=matter,
            found=found,
            q=words,
            is_open=matter.is_open(self.office.clock()),
        )

    async def enter(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        where = request.path.rpartition("/")[0]
        async with self.office.database.write(self.office.clock()) as tx:
            _, matter = await self._matter(tx, request, visit)
            line = await roll_line(tx, matter.id, int(request.match_info["vote"]))
            await once(tx, request, visit, fields, where)
            done = await enter_paper_ballot(tx, matter, line, _choice(fields), visit.person)
        raise led_to(where, done)

    async def _matter(self, tx: Transaction, request: web.Request, visit: Visit) -> tuple[AreaSettings, MatterRecord]:
        """Raises NotFound for whoever enters no ballots, and for a matter that has no roll yet."""
        settings, matter = await matter_asked(tx, visit.person, request)
        no_roll = matter.state in {MatterState.PROPOSED, MatterState.PUBLISHED} or matter.roll is None
        if no_roll or not may_enter_ballots(visit.person, settings.area.path):
            raise NotFound("matter.unknown")
        return settings, matter

    async def paper(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        async with self.office.database.read(self.office.clock()) as tx:
            settings, matter = await self._matter(tx, request, visit)
            line: RollLine = await roll_line(tx, matter.id, int(request.match_info["vote"]))
        return self.office.page(
            request,
            visit,
            "matters_paper.html",
            village=settings.area,
            matter=matter,
            line=line,
            choices=tuple(CHOICES),
        )


def _choice(fields: Fields) -> Choice:
    choice = CHOICES.get(fields.get("choice", ""))
    if choice is None:
        raise Refusal("vote.choice_missing")
    return choice

"""One matter: how far it is, what is missing for the next step, what was said, and taking the step."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web

from console.matters.minutes import BINDING, COUNTS, DAYS, minutes_of
from console.matters.steps import ACTIONS, STEPS, Taking
from console.visits import Fields, Office, Told, Visit, led_to, once
from notifier.pages import language_asked
from notifier.render import Medium
from notifier.telling import write_tells
from store.database import Transaction
from store.domain.areas import Area
from store.domain.deliberation import Comment, MatterRecord, RollKind
from store.domain.errors import NotAllowed, NotFound
from store.domain.matters import MatterState, MatterSubject
from store.domain.people import Staff
from store.domain.settings import AreaSettings
from store.domain.speech import Say
from store.queries.access import may_enter_ballots, may_run_matters
from store.queries.areas import groups_of, village_served
from store.queries.matters import ballots_so_far, comments_on, matter_by_id, roll_size_of
from store.queries.rolls import half_entered

LIFE = (
    MatterState.PROPOSED,
    MatterState.PUBLISHED,
    MatterState.VOTING,
    MatterState.COUNTED,
    MatterState.DECIDED,
    MatterState.CARRIED_OUT,
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A matter as this person may see it. `sizes` says how many votes each roll would have, once it may be opened."""

    settings: AreaSettings
    matter: MatterRecord
    comments: tuple[Comment, ...]
    groups: tuple[Area, ...]
    sizes: Mapping[RollKind, int]
    turnout: int
    half_entered: int
    may_run: bool
    may_enter: bool


@dataclass(frozen=True, slots=True)
class MatterPages:
    office: Office

    async def act(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        """One step, once however often it is pressed; a meeting's count is read back before it is written down."""
        action, where = request.match_info["action"], _path(request)
        if action == "decide" and "sure" not in fields:
            return await self._preview(request, visit, fields)
        async with self.office.database.write(self.office.clock()) as tx:
            settings, matter = await matter_asked(tx, visit.person, request)
            _check(visit.person, settings)
            await once(tx, request, visit, fields, where)
            tells = await ACTIONS[action](tx, Taking(matter, visit.person, settings, fields))
            await write_tells(tx, self.office.renderer, tells)
        raise led_to(where, action, told=len(tells))

    async def one(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        async with self.office.database.read(self.office.clock()) as tx:
            sheet = await _sheet(tx, visit.person, request)
        return self._page(request, visit, sheet)

    async def _preview(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        """The meeting's count as it would be written down. Raises Refusal where it is none."""
        async with self.office.database.read(self.office.clock()) as tx:
            sheet = await _sheet(tx, visit.person, request)
        _check(visit.person, sheet.settings)
        minutes = minutes_of(fields)
        right = {} if minutes.missing else {"minutes": minutes}
        preview = self._said(request, sheet.settings, "council.minutes_right", **right)
        visit = replace(visit, told=Told(action="decide", written=fields))
        return self._page(request, visit, sheet, preview=preview, lacking=minutes.missing)

    def _page(self, request: web.Request, visit: Visit, sheet: Sheet, **read_back: Any) -> web.Response:
        matter, settings = sheet.matter, sheet.settings
        return self.office.page(
            request,
            visit,
            "matters_one.html",
            zone=settings.zone,
            sheet=sheet,
            matter=matter,
            path=_path(request),
            life=LIFE,
            steps=STEPS.get(matter.state, ()) if sheet.may_run else (),
            count=self._said(request, settings, "matter.result", **({"matter": matter} if matter.tally else {})),
            decision=self._said(request, settings, "matter.decision", **({"matter": matter} if matter.minutes else {})),
            rules=tuple(BINDING),
            subjects=tuple(MatterSubject),
            counts=COUNTS,
            days=DAYS,
            told=request.query.get("told", "")[:6],
            **{"preview": "", "lacking": (), **read_back},
        )

    def _said(self, request: web.Request, settings: AreaSettings, message: str, **facts: object) -> str:
        """In the words in which people are told of it; "" where there is nothing to tell."""
        if not facts:
            return ""
        return self.office.renderer.render(Say(message, facts), language_asked(request), Medium.CHAT, settings).text


def _check(person: Staff, settings: AreaSettings) -> None:
    if not may_run_matters(person, settings.area.path):
        raise NotAllowed("matter.not_yours")


async def matter_asked(tx: Transaction, person: Staff, request: web.Request) -> tuple[AreaSettings, MatterRecord]:
    """Raises NotFound for another village's matter, and for a village that he does not serve."""
    settings = await village_served(tx, person, int(request.match_info["village"]))
    matter = await matter_by_id(tx, int(request.match_info["matter"]))
    if matter.village_id != settings.area.id:
        raise NotFound("matter.unknown")
    return settings, matter


async def _sheet(tx: Transaction, person: Staff, request: web.Request) -> Sheet:
    settings, matter = await matter_asked(tx, person, request)
    is_open = matter.state is MatterState.VOTING
    today = tx.now.astimezone(settings.zone).date()
    may_run = may_run_matters(person, settings.area.path)
    choosing = may_run and matter.state is MatterState.PUBLISHED
    return Sheet(
        settings=settings,
        matter=matter,
        comments=tuple(await comments_on(tx, matter.id)),
        groups=tuple(await groups_of(tx, settings.area.id)) if matter.state is MatterState.PROPOSED else (),
        sizes={roll: await roll_size_of(tx, roll, matter.village_id, matter.group_id, today) for roll in RollKind}
        if choosing
        else {},
        turnout=await ballots_so_far(tx, matter.id) if is_open else 0,
        half_entered=await half_entered(tx, matter.id) if is_open else 0,
        may_run=may_run,
        may_enter=may_enter_ballots(person, settings.area.path),
    )


def _path(request: web.Request) -> str:
    return f"/console/matters/{request.match_info['village']}/{request.match_info['matter']}"

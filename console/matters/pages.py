"""One matter: how far it is, what is missing for the next step, what was said, and taking the step."""

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from console.matters.minutes import BINDING, COUNTS, DAYS, minutes_of
from console.matters.steps import ACTIONS, STEPS, Taking
from console.pages import language_asked
from console.visits import Fields, Office, Visit, form_key
from notifier.render import Medium
from notifier.telling import write_tells
from store.actions.sign_in import take_form
from store.database import Transaction
from store.domain.areas import Area
from store.domain.deliberation import Comment, MatterRecord, RollKind
from store.domain.errors import NotAllowed, NotFound, Refusal
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

    async def one(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        told = request.query.get("told", "")[:6]
        return await self._page(request, visit, done=request.query.get("done", ""), told=told)

    async def act(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        """One step, once however often it is pressed; a meeting's count is read back before it is written down."""
        action = request.match_info["action"]
        try:
            if action == "decide" and "sure" not in fields:
                return await self._page(request, visit, action=action, written=fields, preview=True)
            async with self.office.database.write(self.office.clock()) as tx:
                told = await self._take(tx, request, visit, fields)
        except NotFound:
            raise
        except Refusal as refusal:
            said = self.office.refused(request, refusal, visit.settings)
            return await self._page(request, visit, status=409, refusal=said, action=action, written=fields)
        done = "already" if told is None else action
        raise web.HTTPSeeOther(f"{_path(request)}?done={done}&told={told or 0}")

    async def _take(self, tx: Transaction, request: web.Request, visit: Visit, fields: Fields) -> int | None:
        """How many people are told; None for a form that was pressed before."""
        action = request.match_info["action"]
        settings, matter = await matter_asked(tx, visit.person, request)
        if not may_run_matters(visit.person, settings.area.path):
            raise NotAllowed("matter.not_yours")
        if not await take_form(tx, visit.session, form_key({**fields, "action": f"matter/{matter.id}/{action}"})):
            return None
        tells = await ACTIONS[action](tx, Taking(matter, visit.person, settings, fields))
        await write_tells(tx, self.office.renderer, tells)
        return len(tells)

    async def _page(
        self,
        request: web.Request,
        visit: Visit,
        *,
        status: int = 200,
        done: str = "",
        told: str = "",
        refusal: str = "",
        action: str = "",
        written: Mapping[str, str] | None = None,
        preview: bool = False,
    ) -> web.Response:
        """With `preview` the meeting's count as it would be written down. Raises Refusal where it is none."""
        async with self.office.database.read(self.office.clock()) as tx:
            sheet = await _sheet(tx, visit.person, request)
        if preview and not sheet.may_run:
            raise NotAllowed("matter.not_yours")
        minutes = minutes_of(written or {}) if preview else None
        return self.office.pages.page(
            request,
            "matters_one.html",
            status=status,
            **{**visit.known, "zone": sheet.settings.zone},
            here="matters",
            sheet=sheet,
            matter=sheet.matter,
            path=_path(request),
            life=LIFE,
            steps=STEPS.get(sheet.matter.state, ()) if sheet.may_run else (),
            count=self._said(request, sheet.settings, "matter.result", matter=sheet.matter)
            if sheet.matter.tally
            else "",
            decision=self._said(request, sheet.settings, "matter.decision", matter=sheet.matter)
            if sheet.matter.minutes
            else "",
            preview=self._said(request, sheet.settings, "council.minutes_right", minutes=minutes)
            if minutes and not minutes.missing
            else "",
            lacking=minutes.missing if minutes else (),
            rules=tuple(BINDING),
            subjects=tuple(MatterSubject),
            counts=COUNTS,
            days=DAYS,
            done=done,
            told=told,
            refusal=refusal,
            refused_action=action,
            written=written or {},
        )

    def _said(self, request: web.Request, settings: AreaSettings, message: str, **facts: object) -> str:
        """In the words in which people are told of it."""
        return self.office.renderer.render(Say(message, facts), language_asked(request), Medium.CHAT, settings).text


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

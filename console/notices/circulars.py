"""A circular at the console: each village's notice on one page, and what may be done with all of them at once."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from aiohttp import web

from console.notices.common import CIRCULARS, NOTICES, circular_id, in_words
from console.notices.looking import Handset
from console.visits import Fields, Office, Visit, led_to, once
from notifier.circulars import approve, plan_circular, refuse, release, submit
from notifier.render import Renderer
from notifier.telling import write_tells
from store.actions.notice_controls import cancel_notice, pause_notice, resume_notice
from store.actions.notices import drop_notice
from store.database import Transaction
from store.domain.circulars import Circular, Totals, totals_of
from store.domain.emergencies import Emergency, may_follow, may_lift
from store.domain.errors import NotAllowed, Refusal
from store.domain.notices import CHANGEABLE, Arranging, Notice, NoticeState
from store.domain.people import Staff
from store.domain.plans import Preview
from store.domain.reach import Outcome, Reach, joined
from store.domain.settings import AreaSettings
from store.domain.speech import Tell
from store.domain.transfers import RollCounts, RollTotals, Standing, totals_of_rolls
from store.queries.access import may_steer
from store.queries.areas import settings_for
from store.queries.circulars import circular_for_staff, is_paused
from store.queries.emergencies import emergencies_of
from store.queries.notices import arranging_of
from store.queries.reach import reach_of
from store.queries.transfers import counts_of_rolls, rolls_moment

Tells = tuple[Tell, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One village's notice: its plan before it is out, its ledger after that, its transfer list where it has one."""

    notice: Notice
    plan: Preview | None = None
    reach: Reach | None = None
    arranging: Arranging | None = None
    counts: RollCounts | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """`totals` are of the plans, `handset` shows the first one's SMS; `may` is what this person may do with all of it.

    `warned` is the first of its emergency notices, None where it is no emergency's; `is_paused` where some are.
    `newest` is the moment of the transfer lists as they stand here, 0 where none is open.
    """

    circular: Circular
    settings: AreaSettings
    lines: Sequence[Line]
    may: frozenset[str]
    totals: Totals | None = None
    handset: Handset | None = None
    approvers: Sequence[str] = field(default=(), repr=False)
    warned: Emergency | None = None
    is_paused: bool = False
    newest: int = 0

    @property
    def reach(self) -> Reach:
        return joined([line.reach for line in self.lines if line.reach])

    @property
    def goes_out(self) -> bool:
        return self.reach.count(Outcome.UNDER_WAY) > 0 or any(line.arranging is not None for line in self.lines)

    @property
    def rolls(self) -> RollTotals:
        return totals_of_rolls([line.counts for line in self.lines if line.counts])


@dataclass(frozen=True, slots=True)
class CircularPages:
    office: Office

    async def one(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        sheet = await self._sheet(visit, circular_id(request))
        circular = sheet.circular
        return self.office.page(
            request,
            visit,
            "notices_circular.html",
            zone=sheet.settings.zone,
            sheet=sheet,
            circular=circular,
            base=f"{CIRCULARS}/{circular.id}",
            to=in_words(self.office, request, visit.person, circular.notices[0]),
            standings=tuple(Standing),
        )

    async def _sheet(self, visit: Visit, key: int) -> Sheet:
        now = self.office.clock()
        async with self.office.database.read(now) as tx:
            circular = await circular_for_staff(tx, visit.person, key)
            if circular.state is NoticeState.APPROVED:
                return await _sheet(tx, self.office.renderer, visit.person, circular)
        async with self.office.database.write(now) as tx:  # a plan is made in a temporary table
            circular = await circular_for_staff(tx, visit.person, key)
            return await _sheet(tx, self.office.renderer, visit.person, circular)

    async def act(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        """One action on all of it, once however often it is pressed."""
        action = request.match_info["action"]
        where = f"{NOTICES}?show=drafts" if action == "drop" else f"{CIRCULARS}/{circular_id(request)}"
        async with self.office.database.write(self.office.clock()) as tx:
            await once(tx, request, visit, fields, where)
            circular = await circular_for_staff(tx, visit.person, circular_id(request))
            tells = await ACTIONS[action](tx, self.office.renderer, visit.person, circular, fields)
            await write_tells(tx, self.office.renderer, tells)
        self.office.pulse.beat()
        raise led_to(where, action)


async def _sheet(tx: Transaction, renderer: Renderer, person: Staff, circular: Circular) -> Sheet:
    if circular.state is NoticeState.APPROVED:
        return await _ledger_sheet(tx, person, circular)
    # What somebody else still writes is looked at, not planned.
    sees_plan = circular.state is NoticeState.WAITING or circular.drafted_by == person.id
    plan = await plan_circular(tx, renderer, circular) if sees_plan else None
    previews = plan.previews if plan else {}
    totals = totals_of(list(previews.values())) if plan else None
    approvers = plan.approvers if plan else ()
    return Sheet(
        circular,
        await settings_for(tx, circular.notices[0].village_id),
        [Line(notice, plan=previews.get(notice.id)) for notice in circular.notices],
        _may_before(person, circular, totals, approvers),
        totals,
        _handset(previews[circular.notices[0].id]) if plan else None,
        [approver.name for approver in approvers],
    )


async def _ledger_sheet(tx: Transaction, person: Staff, circular: Circular) -> Sheet:
    emergencies = await emergencies_of(tx, circular.id)
    followed = [one.notice_id for one in emergencies if may_follow(person, one)]
    counts = {one.notice_id: one for one in await counts_of_rolls(tx, followed)}
    lists_are_open = any(one.roll_id and not one.lifted for one in emergencies if one.notice_id in counts)
    lines = [
        Line(
            notice,
            reach=await reach_of(tx, notice.id),
            arranging=await arranging_of(tx, notice.id),
            counts=counts.get(notice.id),
        )
        for notice in circular.notices
    ]
    return Sheet(
        circular,
        await settings_for(tx, circular.notices[0].village_id),
        lines,
        _may_after(person, circular, emergencies),
        warned=emergencies[0] if emergencies else None,
        is_paused=await is_paused(tx, circular.id),
        newest=await rolls_moment(tx, person) if lists_are_open else 0,
    )


def _handset(plan: Preview) -> Handset:
    return Handset(is_sms=True, text=plan.text, parts=plan.parts, buttons=(), whole=True)


def _may_before(person: Staff, circular: Circular, totals: Totals | None, approvers: Sequence[Staff]) -> frozenset[str]:
    may = set()
    if circular.drafted_by == person.id:
        may |= {"change", "drop"}
        if totals and circular.state is NoticeState.DRAFT:
            may.add("submit" if totals.needs_second_person else "release")
    if circular.state is NoticeState.WAITING and person.id in {approver.id for approver in approvers}:
        may |= {"approve", "refuse"}
    return frozenset(may)


def _may_after(person: Staff, circular: Circular, emergencies: Sequence[Emergency]) -> frozenset[str]:
    may = {"steer"} if all(may_steer(person, notice) for notice in circular.notices) else set()
    left = [one for one in emergencies if not (one.lifted or one.lifts_id)]
    if left and all(may_lift(person, one) for one in left):
        may.add("lift")
    return frozenset(may)


Action = Callable[[Transaction, Renderer, Staff, Circular, Fields], Awaitable[Tells]]


def _check(circular: Circular, fields: Fields, *states: NoticeState) -> None:
    """Raises Refusal("notice.changed_meanwhile") where it is not as it was shown."""
    changed = [notice for notice in circular.notices if fields.get(f"hash_{notice.id}") != notice.content_hash]
    if changed or circular.state not in states:
        raise Refusal("notice.changed_meanwhile", number=(changed or circular.notices)[0].number)


def _seen(circular: Circular, fields: Fields) -> Mapping[int, str]:
    return {notice.id: fields.get(f"plan_{notice.id}", "") for notice in circular.notices}


async def _submit(tx: Transaction, renderer: Renderer, person: Staff, circular: Circular, fields: Fields) -> Tells:
    _check(circular, fields, NoticeState.DRAFT)
    return await submit(tx, renderer, circular, person, _seen(circular, fields))


async def _release(tx: Transaction, renderer: Renderer, person: Staff, circular: Circular, fields: Fields) -> Tells:
    _check(circular, fields, NoticeState.DRAFT)
    return await release(tx, renderer, circular, person, _seen(circular, fields))


async def _approve(tx: Transaction, renderer: Renderer, person: Staff, circular: Circular, fields: Fields) -> Tells:
    _check(circular, fields, NoticeState.WAITING)
    return await approve(tx, renderer, circular, person, _seen(circular, fields))


async def _refuse(tx: Transaction, _renderer: Renderer, person: Staff, circular: Circular, fields: Fields) -> Tells:
    _check(circular, fields, NoticeState.WAITING)
    return await refuse(tx, circular, person, fields.get("text", ""))


async def _drop(tx: Transaction, _renderer: Renderer, person: Staff, circular: Circular, fields: Fields) -> Tells:
    _check(circular, fields, *CHANGEABLE)
    for notice in circular.notices:
        await drop_notice(tx, notice, person)
    return ()


def _steering(steer: Callable[[Transaction, Notice, Staff], Awaitable[int]]) -> Action:
    """Stop it, let it go on, or call it off wherever there is something to; a refusal where that is nowhere."""

    async def act(tx: Transaction, _renderer: Renderer, person: Staff, circular: Circular, _fields: Fields) -> Tells:
        refusals = []
        for notice in circular.notices:
            try:
                await steer(tx, notice, person)
            except NotAllowed:
                raise
            except Refusal as refusal:
                refusals.append(refusal)
        if len(refusals) == len(circular.notices):
            raise refusals[0]
        return ()

    return act


ACTIONS: Mapping[str, Action] = {
    "submit": _submit,
    "release": _release,
    "approve": _approve,
    "refuse": _refuse,
    "drop": _drop,
    "pause": _steering(pause_notice),
    "resume": _steering(resume_notice),
    "cancel": _steering(cancel_notice),
}

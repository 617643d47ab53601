"""Notices at the console: the list, one notice with what may be done about it, and the doing."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from aiohttp import web

from console.notices.acting import ACTIONS, BEFORE_IT_IS_OUT
from console.notices.common import NOTICES, in_words, notice_id
from console.notices.looking import Look, look_at
from console.visits import Fields, Office, Visit, led_to, once
from notifier.telling import write_tells
from store.actions.notice_controls import steering_of
from store.database import Transaction
from store.domain.circulars import Circular
from store.domain.emergencies import Emergency, may_follow, may_lift, may_warn
from store.domain.errors import NotFound, Refusal
from store.domain.notices import CHANGEABLE, Notice, NoticeState
from store.domain.people import Staff
from store.domain.plans import Preview
from store.domain.reach import Outcome, Reach, Steering
from store.domain.settings import AreaSettings
from store.queries.access import may_see_readers, may_steer, opens_somewhere
from store.queries.areas import settings_for
from store.queries.circulars import circular_for_staff
from store.queries.emergencies import emergency_of
from store.queries.notice_lists import NoticesShown, Standing, list_notices, standing_of
from store.queries.notices import approvers_of, notice_for_staff
from store.queries.reach import reach_of

OUTCOMES = (
    Outcome.REACHED,
    Outcome.TOLD,
    Outcome.SENT,
    Outcome.UNDER_WAY,
    Outcome.UNKNOWN,
    Outcome.UNREACHED,
    Outcome.NOBODY_HOME,
    Outcome.REFUSED,
    Outcome.OPTED_OUT,
    Outcome.CANCELLED,
)
"""In the order in which they are read."""

_FIRST = (NoticesShown.WAITING, NoticesShown.GOING, NoticesShown.DRAFTS, NoticesShown.SENT)
"""Who opens the list sees where something is to be done."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One notice: before it is out with its plan, after that with its ledger. `may` is what this person may do."""

    notice: Notice
    settings: AreaSettings
    may: frozenset[str]
    sees_readers: bool
    look: Look | None = None
    approvers: tuple[str, ...] = field(default=(), repr=False)
    standing: Standing | None = None
    reach: Reach | None = None
    steering: Steering | None = None
    emergency: Emergency | None = None


@dataclass(frozen=True, slots=True)
class NoticePages:
    office: Office

    async def list(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        asked, after = request.query.get("show", ""), request.query.get("after", "")
        wanted = (NoticesShown(asked),) if asked in set(NoticesShown) else _FIRST
        async with self.office.database.read(self.office.clock()) as tx:
            for shown in wanted:
                found = await list_notices(tx, visit.person, shown, after)
                if found.lines:
                    break
        return self.office.page(
            request,
            visit,
            "notices.html",
            found=found,
            shown=shown,
            filters=tuple(NoticesShown),
            to={line.notice.id: in_words(self.office, request, visit.person, line.notice) for line in found.lines},
            villages={line.notice.village_id for line in found.lines},
            is_first=not after,
            warns=opens_somewhere(visit.person, may_warn),
        )

    async def act(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        """One action, once however often it is pressed, and told to whoever is to hear of it."""
        action = request.match_info["action"]
        where = _after(action, notice_id(request))
        async with self.office.database.write(self.office.clock()) as tx:
            notice = await notice_for_staff(tx, visit.person, notice_id(request))
            await once(tx, request, visit, fields, where)
            if action in BEFORE_IT_IS_OUT and fields.get("hash") != notice.content_hash:
                raise Refusal("notice.changed_meanwhile", number=notice.number)
            tells = await ACTIONS[action](tx, self.office.renderer, visit.person, notice, fields)
            await write_tells(tx, self.office.renderer, tells)
        raise led_to(where, action)

    async def _sheet(self, visit: Visit, key: int) -> Sheet:
        now = self.office.clock()
        async with self.office.database.read(now) as tx:
            notice = await notice_for_staff(tx, visit.person, key)
            if notice.state is NoticeState.APPROVED:
                return await _ledger_sheet(tx, visit.person, notice)
            if notice.state is NoticeState.DROPPED or not _sees_plan(visit.person, notice):
                return await _bare_sheet(tx, visit.person, notice)
        async with self.office.database.write(now) as tx:  # a plan is made in a temporary table
            notice = await notice_for_staff(tx, visit.person, key)
            return await _plan_sheet(tx, self.office, visit.person, notice)

    async def _circular(self, visit: Visit, notice: Notice) -> Circular | None:
        """The circular that it is one village's of, for whoever may see all of that."""
        if notice.circular_id is None:
            return None
        async with self.office.database.read(self.office.clock()) as tx:
            with contextlib.suppress(NotFound):
                return await circular_for_staff(tx, visit.person, notice.circular_id)
        return None

    async def one(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        sheet = await self._sheet(visit, notice_id(request))
        return self.office.page(
            request,
            visit,
            "notices_one.html",
            zone=sheet.settings.zone,
            sheet=sheet,
            notice=sheet.notice,
            circular=await self._circular(visit, sheet.notice),
            look=sheet.look,
            to=in_words(self.office, request, visit.person, sheet.notice),
            outcomes=OUTCOMES,
            has_words=True,
            objection="",
        )


def _after(action: str, key: int) -> str:
    """The page to which an action leads: where there is nothing more to see of the notice, the list."""
    if action == "drop":
        return f"{NOTICES}?show=drafts"
    return f"{NOTICES}/{key}/answers" if action == "remind" else f"{NOTICES}/{key}"


def _sees_plan(person: Staff, notice: Notice) -> bool:
    """What somebody else still writes is looked at, not planned."""
    return notice.state is NoticeState.WAITING or notice.drafted_by == person.id


async def _bare_sheet(tx: Transaction, person: Staff, notice: Notice) -> Sheet:
    settings = await settings_for(tx, notice.village_id)
    return Sheet(notice, settings, frozenset(), may_see_readers(person, notice))


async def _plan_sheet(tx: Transaction, office: Office, person: Staff, notice: Notice) -> Sheet:
    look = await look_at(tx, office.renderer, notice)
    sees_readers = may_see_readers(person, notice)
    if not sees_readers:
        look = replace(look, unreached=())
    approvers = await approvers_of(tx, notice, by_town=look.plan.needs_town)
    return Sheet(
        notice,
        await settings_for(tx, notice.village_id),
        _may_before(person, notice, look.plan, approvers),
        sees_readers,
        look,
        tuple(approver.name for approver in approvers),
    )


def _may_before(person: Staff, notice: Notice, plan: Preview, approvers: Sequence[Staff]) -> frozenset[str]:
    """What may be done before it is out; of a circular's it may only be left out, all else is done to all of it."""
    may = set()
    if notice.drafted_by == person.id and notice.state in CHANGEABLE:
        may |= {"change", "drop"}
        if notice.state is NoticeState.DRAFT:
            may.add("submit" if plan.needs_second_person else "release")
    if notice.state is NoticeState.WAITING and person.id in {approver.id for approver in approvers}:
        may |= {"approve", "refuse"}
    return frozenset(may & {"drop"} if notice.circular_id else may)


async def _ledger_sheet(tx: Transaction, person: Staff, notice: Notice) -> Sheet:
    steers, standing = may_steer(person, notice), await standing_of(tx, notice)
    emergency = await emergency_of(tx, notice.id) if standing.is_emergency else None
    may = _may_in_emergency(person, emergency) if emergency else frozenset[str]()
    return Sheet(
        notice,
        await settings_for(tx, notice.village_id),
        may | {"steer"} if steers else may,
        may_see_readers(person, notice),
        standing=standing,
        reach=await reach_of(tx, notice.id),
        steering=await steering_of(tx, notice) if steers else None,
        emergency=emergency,
    )


def _may_in_emergency(person: Staff, emergency: Emergency) -> frozenset[str]:
    follows = {"roll"} if emergency.roll_id and may_follow(person, emergency) else set[str]()
    ends = not (emergency.lifted or emergency.lifts_id) and may_lift(person, emergency)
    return frozenset(follows | ({"lift"} if ends else set()))

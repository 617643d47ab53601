"""Transfer lists at the console: how each stands at this moment, household by household, and what is found there."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from aiohttp import web

from console.fields import whole_number
from console.notices.common import NOTICES, notice_id
from console.streams import News
from console.visits import Fields, Office, Visit, is_new, led_to
from notifier.pages import language_asked
from notifier.telling import write_tells
from notifier.transfers import report, show_numbers
from store.database import Transaction
from store.domain.emergencies import Emergency, may_follow, may_lift, may_warn
from store.domain.errors import NotFound, Refusal
from store.domain.transfers import Outcome, RollCounts, RollEntry, RollTotals, Standing, totals_of_rolls
from store.queries.access import opens_somewhere
from store.queries.areas import settings_for
from store.queries.circulars import circulars_seen
from store.queries.emergencies import emergency_of, open_emergencies
from store.queries.transfers import roll_counts, roll_entries, roll_entry, roll_moment, rolls_moment

PAGE = 50
"""Households on one page, and numbers that are shown at once."""
OUTCOMES = tuple(outcome for outcome in Outcome if outcome)


@dataclass(frozen=True, slots=True)
class Tally:
    """The households that one person answers for."""

    officer_id: int
    name: str
    standings: Mapping[Standing, int]

    @property
    def households(self) -> int:
        return sum(self.standings.values())


@dataclass(frozen=True, slots=True)
class RollSheet:
    """A list as this reader sees it. `homes` are those asked for, by who answers for them; `after` begins the rest."""

    emergency: Emergency
    standings: Mapping[Standing, int]
    officers: Sequence[Tally]
    homes: Sequence[tuple[str, Sequence[RollEntry]]] = field(repr=False)
    after: int


@dataclass(frozen=True, slots=True)
class Open:
    """An emergency that is not over, in one village or, by a circular, in several; its lists counted together."""

    emergencies: Sequence[Emergency]
    totals: RollTotals


@dataclass(frozen=True, slots=True)
class RollPages:
    office: Office

    async def open(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        """Every list that is open where this person may warn, counted: the town's officials see all their villages."""
        _check_warns(visit)
        async with self.office.database.read(self.office.clock()) as tx:
            emergencies = await open_emergencies(tx, visit.person, may_follow)
            whole = await circulars_seen(tx, visit.person, {one.circular_id for one in emergencies if one.circular_id})
            counts = {one.notice_id: one for one in await roll_counts(tx, visit.person)}
            moment = await rolls_moment(tx, visit.person)
        return self.office.page(
            request,
            visit,
            "notices_emergencies.html",
            open=[Open(some, _totals(some, counts)) for some in _together(emergencies, whole)],
            standings=tuple(Standing),
            newest=moment,
        )

    async def open_news(self, request: web.Request, visit: Visit, since: int) -> News | None:
        _check_warns(visit)
        async with self.office.database.read(self.office.clock()) as tx:
            moment = await rolls_moment(tx, visit.person)
        words = self.office.pages.words(language_asked(request))["emergencies"]
        return News(moment, words["news"]) if moment != since else None

    async def roll_news(self, request: web.Request, visit: Visit, since: int) -> News | None:
        async with self.office.database.read(self.office.clock()) as tx:
            moment = await roll_moment(tx, notice_id(request), visit.person)
        words = self.office.pages.words(language_asked(request))["emergencies"]
        return News(moment, words["news"]) if moment != since else None

    async def report(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        """What was found at one household, once however often it is pressed. From a call list one comes back to it."""
        async with self.office.database.write(self.office.clock()) as tx:
            name = await self._report(tx, request, visit, fields)
        self.office.pulse.beat()
        if "ring" in fields:
            return await self._numbers(request, visit, fields, done=name)
        where = f"{NOTICES}/{notice_id(request)}/roll"
        asked = {name: fields.get(name, "") for name in ("show", "officer")}
        raise led_to(where, "noted" if name else "already", **asked)

    async def _report(self, tx: Transaction, request: web.Request, visit: Visit, fields: Fields) -> str:
        """Whose household it is, "" for a form that was pressed before."""
        outcome = fields.get("outcome", "")
        if outcome not in set(Outcome):
            raise NotFound("emergency.unknown")
        entry = await roll_entry(tx, int(request.match_info["entry"]), visit.person)
        if entry.notice_id != notice_id(request):
            raise NotFound("emergency.unknown")
        if not await is_new(tx, request, visit, fields):
            return ""
        if fields.get("seen") != entry.standing:
            raise Refusal("emergency.changed_meanwhile", name=entry.name)
        _, _, tells = await report(tx, entry, visit.person, Outcome(outcome))
        await write_tells(tx, self.office.renderer, tells)
        return entry.name

    async def numbers(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        return await self._numbers(request, visit, fields)

    async def _numbers(self, request: web.Request, visit: Visit, fields: Fields, *, done: str = "") -> web.Response:
        """A call list: its numbers stand on this answer only, and that they were shown is kept."""
        async with self.office.database.write(self.office.clock()) as tx:
            entries = await roll_entries(tx, notice_id(request), visit.person)
            found = _asked_for(entries, fields) if entries else []
            if not entries:
                raise NotFound("emergency.unknown")
            numbers = await show_numbers(tx, found[:PAGE], visit.person.id)
            emergency = await emergency_of(tx, notice_id(request))
        return self.office.page(
            request,
            visit,
            "notices_calls.html",
            emergency=emergency,
            entries=found[:PAGE],
            more=max(0, len(found) - PAGE),
            numbers=numbers,
            outcomes=OUTCOMES,
            asked={name: fields[name] for name in ("show", "officer", "entry") if name in fields},
            done=done,
        )

    async def roll(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        asked = visit.asked(request)
        async with self.office.database.read(self.office.clock()) as tx:
            sheet = await _sheet(tx, visit, notice_id(request), asked)
            moment = await roll_moment(tx, notice_id(request), visit.person)
            settings = await settings_for(tx, sheet.emergency.village_id)
        return self.office.page(
            request,
            visit,
            "notices_roll.html",
            zone=settings.zone,
            sheet=sheet,
            emergency=sheet.emergency,
            standings=tuple(Standing),
            outcomes=OUTCOMES,
            show=asked.get("show", ""),
            officer=whole_number(asked.get("officer", "")),
            is_first="after" not in asked,
            may_lift=may_lift(visit.person, sheet.emergency),
            newest=moment,
        )


def _totals(emergencies: Sequence[Emergency], counts: Mapping[int, RollCounts]) -> RollTotals:
    return totals_of_rolls([counts[one.notice_id] for one in emergencies if one.notice_id in counts])


def _together(emergencies: Sequence[Emergency], circulars: Collection[int]) -> list[list[Emergency]]:
    """Those of one of these circulars stand together, where its newest stands; any other by itself."""
    found: dict[tuple[int | None, int], list[Emergency]] = {}
    for one in emergencies:
        bound = one.circular_id in circulars
        found.setdefault((one.circular_id, 0) if bound else (None, one.notice_id), []).append(one)
    return list(found.values())


def _check_warns(visit: Visit) -> None:
    """Raises NotFound for an office that sends no emergency notices anywhere."""
    if not opens_somewhere(visit.person, may_warn):
        raise NotFound("emergency.unknown")


async def _sheet(tx: Transaction, visit: Visit, key: int, asked: Mapping[str, str]) -> RollSheet:
    """Raises NotFound where there is no list, or nothing of it for this person."""
    entries = sorted(await roll_entries(tx, key, visit.person), key=_answers)
    if not entries:
        raise NotFound("emergency.unknown")
    after = whole_number(asked.get("after", ""))
    begins = next((place + 1 for place, entry in enumerate(entries) if entry.id == after), 0)
    found = _asked_for(entries[begins:], asked)
    return RollSheet(
        emergency=await emergency_of(tx, key),
        standings=Counter(entry.standing for entry in entries),
        officers=[_tally(list(homes)) for _, homes in groupby(entries, key=_answers)],
        homes=[(name, list(homes)) for (name, _), homes in groupby(found[:PAGE], key=_answers)],
        after=found[PAGE - 1].id if len(found) > PAGE else 0,
    )


def _answers(entry: RollEntry) -> tuple[str, int]:
    """By this a list is ordered, and not by who is in danger: nothing may move away under a finger."""
    return entry.officer_name, entry.officer_id or 0


def _tally(homes: Sequence[RollEntry]) -> Tally:
    return Tally(homes[0].officer_id or 0, homes[0].officer_name, Counter(entry.standing for entry in homes))


def _asked_for(entries: Sequence[RollEntry], asked: Mapping[str, str]) -> list[RollEntry]:
    """Those that stand so, that this officer answers for, or the one; all where nothing is asked."""
    show, officer, one = asked.get("show", ""), *(whole_number(asked.get(name, "")) for name in ("officer", "entry"))
    return [
        entry
        for entry in entries
        if (show not in set(Standing) or entry.standing == show)
        and (not officer or entry.officer_id == officer)
        and (not one or entry.id == one)
    ]

"""The scheduler's tick on real books: the clock is walked, ticks are doubled, and releases are made to crash."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

import notifier.steps
import store.actions.occurrences
from notifier.due import CALENDAR_YEAR, DueItem, preview, release
from notifier.render import Renderer
from notifier.scheduler import Scheduler
from notifier.telling import Written, write_tells
from store.actions.areas import change_setting
from store.actions.bookings import book_slot, subscribe_to_service
from store.actions.casework import resolve_ticket
from store.actions.disclosures import add_item
from store.actions.series import ServiceHours, add_series, cancel_occurrence, end_series, move_occurrence
from store.actions.tickets import add_to_ticket, lapse_quiet_tickets, submit_ticket
from store.database import Transaction
from store.domain.disclosures import DisclosureCategory, Entry, Flow
from store.domain.errors import Refusal
from store.domain.occurrences import DISCLOSURE_TIME, SeriesKind, ServiceKind, Step, Verdict, steps_of
from store.domain.recurrence import HolidayRule, Recurrence, due_dates
from store.domain.series import Occurrence
from store.domain.speech import Tell
from store.domain.tickets import Category, Report, TicketState
from store.domain.working_calendar import VILLAGE_ZONE, WorkingCalendar
from store.queries.areas import settings_for
from store.queries.disclosures import published_months
from store.queries.service_days import service_days_ahead
from store.queries.tickets import ticket_by_id
from store.tables import occurrence_steps, occurrences, series
from tests.hub import Hub

RENDERER = Renderer()
MONTHLY = Recurrence("FREQ=MONTHLY;BYMONTHDAY=17", date(2025, 1, 1), HolidayRule.NEXT)
TUESDAYS = Recurrence("FREQ=WEEKLY;BYDAY=TU", date(2026, 11, 17))
MINUTE = timedelta(minutes=1)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VILLAGE_ZONE)


async def lawyer_day(hub: Hub, recurrence: Recurrence = TUESDAYS) -> int:
    async with hub.books() as tx:
        added = await add_series(
            tx,
            hub.village.id,
            ServiceKind.LAWYER,
            recurrence,
            ServiceHours(time(9), time(11), 20),
            host="王律师",
            place="村委会二楼",
            actor="test",
        )
    return added.id


async def ahead(hub: Hub) -> list[Occurrence]:
    async with hub.books() as tx:
        return await service_days_ahead(tx, await settings_for(tx, hub.village.id), tx.now)


async def subscribe(hub: Hub, name: str) -> None:
    contact = await hub.contact_of(name)
    async with hub.books() as tx:
        await subscribe_to_service(tx, contact, ServiceKind.LAWYER)


async def enter(hub: Hub, month: date) -> None:
    entry = Entry(DisclosureCategory.FINANCE, "修三组水渠", Flow.EXPENDITURE, 1_260_000)
    async with hub.books() as tx:
        await add_item(tx, hub.village, month, entry, hub.staff["周文书"])


async def tick(hub: Hub, at: str | datetime) -> list[DueItem]:
    """What is released of the series; the warning of 2027, which falls into December, is counted by the long walk."""
    hub.clock.now = (local(at) if isinstance(at, str) else at).astimezone(UTC)
    released = await release(hub.database, RENDERER, hub.clock())
    return [item for item in released if item.kind != CALENDAR_YEAR]


async def steps_taken(hub: Hub) -> Counter[tuple[str, date, str, str]]:
    async with hub.books() as tx:
        rows = await tx.all(
            select(series.c.kind, occurrences.c.nominal_day, occurrence_steps.c.step, occurrence_steps.c.outcome)
            .join(occurrences, occurrences.c.id == occurrence_steps.c.occurrence_id)
            .join(series, series.c.id == occurrences.c.series_id)
        )
    return Counter((row.kind, row.nominal_day, row.step, row.outcome) for row in rows)


@pytest.fixture
def crashing(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[bool], None]]:
    """Switches on and off that a release dies after its step's row and before its transaction ends."""
    failing = False

    async def dying(tx: Transaction, renderer: Renderer, tells: Sequence[Tell]) -> list[Written]:
        written = await write_tells(tx, renderer, tells)
        if failing:
            raise ConnectionResetError("the power went")
        return written

    def switch(value: bool) -> None:  # noqa: FBT001 - a switch
        nonlocal failing
        failing = value

    monkeypatch.setattr(notifier.steps, "write_tells", dying)
    with capture_logs():
        yield switch


def planned_moments(last: date) -> list[tuple[datetime, Step, SeriesKind, date]]:
    """By the rules alone: what has to go out until that day, for the disclosure day and for the lawyer's."""
    calendar = WorkingCalendar()
    tenth = Recurrence("FREQ=MONTHLY;BYMONTHDAY=10", date(2025, 1, 1), HolidayRule.NEXT)
    found = []
    for kind, recurrence, at in (
        (SeriesKind.DISCLOSURE, tenth, DISCLOSURE_TIME),
        (SeriesKind.SERVICE_DAY, MONTHLY, time(9)),
    ):
        for due in due_dates(recurrence, calendar, date(2025, 1, 1), last):
            found += [(step.at, step.step, kind, due.nominal) for step in steps_of(kind, due.actual, VILLAGE_ZONE, at)]
    return sorted(found)


async def test_from_2025_into_2027_everything_goes_out_once(hub: Hub, crashing: Callable[[bool], None]) -> None:
    hub.clock.now = local("2025-01-01T00:00").astimezone(UTC)
    await lawyer_day(hub, MONTHLY)
    await subscribe(hub, "陈伯")
    planned = planned_moments(date(2027, 2, 26))
    for number, (at, step, _, nominal) in enumerate(planned):
        if step is Step.CHASE_AGAIN and nominal.month % 2:
            await enter(hub, (nominal.replace(day=1) - timedelta(days=1)).replace(day=1))
        if number % 7 == 0:
            crashing(True)
            await tick(hub, at)
            crashing(False)
        hub.clock.now = (at + MINUTE).astimezone(UTC)
        await asyncio.gather(*(release(hub.database, RENDERER, hub.clock()) for _ in range(1 + (number % 3 == 0))))
    taken = await steps_taken(hub)
    assert set(taken.values()) == {1}
    assert {key[:3] for key in taken} == {(kind, nominal, step) for _, step, kind, nominal in planned}
    reminders = [text for text in await hub.told("陈伯") if "王律师" in text]
    days = [nominal for _, step, _, nominal in planned if step is Step.REMIND_MORNING]
    assert len(reminders) == 2 * len(days) == 52
    outcomes = {key[1]: key[3] for key in taken if key[2] == Step.PUBLISH}
    assert all((outcome == "released") == (nominal.month % 2 == 1) for nominal, outcome in outcomes.items())
    async with hub.books() as tx:
        months = await published_months(tx, hub.village.id)
    assert len(months) == sum(outcome == "released" for outcome in outcomes.values()) == 13
    warnings = [text for text in await hub.told("周文书") if "2027年的放假安排" in text]
    assert len(warnings) == 1


async def test_over_the_spring_festival_the_day_is_the_first_one_worked(hub: Hub) -> None:
    hub.clock.now = local("2026-02-01T00:00").astimezone(UTC)
    await lawyer_day(hub, MONTHLY)
    await subscribe(hub, "陈伯")
    assert [day.day for day in await ahead(hub)] == [date(2026, 2, 24), date(2026, 3, 17)]
    assert await tick(hub, "2026-02-16T18:00") == []
    assert [item.step for item in await tick(hub, "2026-02-23T18:00")] == [Step.REMIND_DAY_BEFORE]


async def test_a_crash_between_the_row_and_the_words_loses_and_repeats_nothing(
    hub: Hub, crashing: Callable[[bool], None]
) -> None:
    await lawyer_day(hub)
    await subscribe(hub, "陈伯")
    crashing(True)
    assert await tick(hub, "2026-11-23T18:00") == []
    assert await steps_taken(hub) == Counter()
    assert await hub.told("陈伯") == []
    crashing(False)
    assert len(await tick(hub, "2026-11-23T18:01")) == 1
    assert await tick(hub, "2026-11-23T18:02") == []
    assert len(await hub.told("陈伯")) == 1


async def test_what_fails_does_not_keep_back_the_rest(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    await lawyer_day(hub)
    await subscribe(hub, "陈伯")
    take = store.actions.occurrences.take_step

    async def bad_disclosure(tx: Transaction, one: Any, outcome: Any) -> int | None:
        if one.occurrence.series.kind is SeriesKind.DISCLOSURE:
            raise ValueError("a row that nobody can read")
        return await take(tx, one, outcome)

    await tick(hub, "2026-11-18T12:00")
    monkeypatch.setattr(notifier.steps, "take_step", bad_disclosure)
    with capture_logs() as logs:
        released = await tick(hub, "2026-12-07T18:30")
    assert {item.kind for item in released} == {"service_day"}
    assert "due.release_failed" in [entry["event"] for entry in logs]


@pytest.mark.parametrize(
    ("at", "verdicts"),
    [
        ("2026-11-23T17:59", []),
        ("2026-11-23T18:00", [Verdict.RELEASE]),
        ("2026-11-23T20:59", [Verdict.RELEASE]),
        ("2026-11-23T21:00", [Verdict.ASK_CADRE]),
        ("2026-11-24T08:59", [Verdict.RELEASE]),
        ("2026-11-24T09:00", [Verdict.ASK_CADRE]),
    ],
)
async def test_late_within_its_bound_goes_out_and_past_it_the_cadre_is_asked(
    hub: Hub, at: str, verdicts: list[Verdict]
) -> None:
    await lawyer_day(hub)
    await subscribe(hub, "陈伯")
    await release(hub.database, RENDERER, hub.clock())
    released = await tick(hub, at)
    assert [item.verdict for item in released] == verdicts
    assert len(await hub.told("陈伯")) == verdicts.count(Verdict.RELEASE)
    asked = [text for text in await hub.told("周文书") if "现在补发吗" in text]
    assert len(asked) == verdicts.count(Verdict.ASK_CADRE)


async def test_a_missed_reminder_goes_out_when_the_cadre_says_so(hub: Hub) -> None:
    await lawyer_day(hub)
    await subscribe(hub, "陈伯")
    await tick(hub, "2026-11-23T21:30")
    [answer] = await hub.text("周文书", "1")
    assert "马上发" in answer
    assert len(await tick(hub, hub.clock() + MINUTE)) == 1
    assert await tick(hub, hub.clock() + MINUTE) == []
    [reminder] = await hub.told("陈伯")
    assert "11月24日9点,王律师" in reminder


async def test_a_missed_reminder_is_dropped_when_the_cadre_says_no(hub: Hub) -> None:
    await lawyer_day(hub)
    await subscribe(hub, "陈伯")
    await tick(hub, "2026-11-23T21:30")
    [answer] = await hub.text("周文书", "2")
    assert "不发了" in answer
    assert await tick(hub, hub.clock() + MINUTE) == []
    assert await hub.told("陈伯") == []


async def test_of_a_day_that_is_over_the_cadre_hears_and_is_asked_nothing(hub: Hub) -> None:
    await lawyer_day(hub)
    await subscribe(hub, "陈伯")
    await tick(hub, "2026-11-24T15:00")
    [told] = [text for text in await hub.told("周文书") if "王律师" in text]
    assert "日子已经过了" in told
    assert "回数字" not in told


async def test_a_reminder_that_nobody_wants_troubles_no_cadre(hub: Hub) -> None:
    await lawyer_day(hub)
    assert await tick(hub, "2026-11-23T21:30") == []
    assert not [text for text in await hub.told("周文书") if "王律师" in text]


async def test_the_cadre_is_chased_while_the_disclosure_is_empty_and_asked_on_its_day(hub: Hub) -> None:
    await release(hub.database, RENDERER, hub.clock())
    assert [item.step for item in await tick(hub, "2026-12-07T09:00")] == [Step.CHASE]
    assert "12月10日要公布11月的账" in "".join(await hub.told("周文书"))
    assert [item.step for item in await tick(hub, "2026-12-09T16:00")] == [Step.CHASE_AGAIN]
    [item] = await tick(hub, "2026-12-10T09:00")
    assert (item.step, item.verdict) == (Step.PUBLISH, Verdict.ASK_CADRE)
    assert "一条都没录" in (await hub.told("周文书"))[-1]
    residents = await hub.told("陈伯")
    await enter(hub, date(2026, 11, 1))
    await hub.text("周文书", "1")
    [item] = await tick(hub, hub.clock() + MINUTE)
    assert item.verdict is Verdict.RELEASE
    assert len(await hub.told("陈伯")) == len(residents) + 1
    assert await tick(hub, hub.clock() + MINUTE) == []


async def test_a_filled_disclosure_chases_nobody_and_is_published_on_the_day_even_if_late(hub: Hub) -> None:
    await release(hub.database, RENDERER, hub.clock())
    await enter(hub, date(2026, 11, 1))
    assert await tick(hub, "2026-12-07T09:00") == []
    [item] = await tick(hub, "2026-12-12T20:00")
    assert (item.step, item.verdict, item.due) == (Step.PUBLISH, Verdict.RELEASE, local("2026-12-10T09:00"))
    assert not [text for text in await hub.told("周文书") if "还没录" in text]


async def test_the_disclosure_day_follows_the_setting_of_the_area_above(hub: Hub) -> None:
    await release(hub.database, RENDERER, hub.clock())
    assert hub.village.parent_id
    async with hub.books() as tx:
        await change_setting(tx, hub.village.parent_id, "disclosure_day", 15, actor="test")
    await enter(hub, date(2026, 11, 1))
    await tick(hub, "2026-12-01T08:00")
    assert await tick(hub, "2026-12-10T09:00") == []
    assert [item.step for item in await tick(hub, "2026-12-15T09:00")] == [Step.PUBLISH]


async def test_after_an_outage_only_the_latest_step_goes_out(hub: Hub) -> None:
    await release(hub.database, RENDERER, hub.clock())
    [item] = await tick(hub, "2026-12-09T17:00")
    assert item.step is Step.CHASE_AGAIN
    outcomes = {key[2]: key[3] for key in await steps_taken(hub)}
    assert outcomes == {"chase": "overtaken", "chase_again": "released"}


async def test_a_preview_shows_what_would_go_out_and_keeps_nothing(hub: Hub) -> None:
    await lawyer_day(hub)
    await subscribe(hub, "陈伯")
    shown = await preview(hub.database, local("2026-11-23T18:00"))
    [item] = [one for one in shown if one.kind == "service_day"]
    assert (item.village_name, item.due, item.verdict) == ("榕溪村", local("2026-11-23T18:00"), Verdict.RELEASE)
    assert await steps_taken(hub) == Counter()
    assert [one.step for one in await tick(hub, "2026-11-23T18:00")] == [Step.REMIND_DAY_BEFORE]


async def test_a_day_off_of_the_village_moves_a_day_and_whoever_booked_is_asked(hub: Hub) -> None:
    await lawyer_day(hub, Recurrence("FREQ=WEEKLY;BYDAY=TU", date(2026, 11, 17), HolidayRule.NEXT))
    [day, *_] = await ahead(hub)
    contact = await hub.contact_of("陈伯")
    async with hub.books() as tx:
        await book_slot(tx, day.id, 1, contact, hub.residents["陈伯"])
        await change_setting(tx, hub.village.id, "own_days", {"2026-11-24": False}, actor="test")
    await tick(hub, "2026-11-19T08:00")
    assert "改到11月25日" in (await hub.told("陈伯"))[-1]
    assert await tick(hub, "2026-11-23T18:00") == []
    assert [item.step for item in await tick(hub, "2026-11-24T18:00")] == [Step.REMIND_DAY_BEFORE]


async def test_an_ended_series_calls_its_days_off(hub: Hub) -> None:
    series_id = await lawyer_day(hub)
    [day, *_] = await ahead(hub)
    contact = await hub.contact_of("陈伯")
    async with hub.books() as tx:
        await book_slot(tx, day.id, 1, contact, None)
        changed = await end_series(tx, series_id, "换律师了", actor="test")
    assert [one.contact_id for each in changed for one in each.bookings] == [contact.id]
    assert await ahead(hub) == []
    assert await tick(hub, "2026-11-23T18:00") == []
    await lawyer_day(hub)


@pytest.mark.parametrize(
    ("day", "key"),
    [
        (date(2026, 12, 1), "day_taken"),
        (date(2026, 11, 24), "day_taken"),
        (date(2026, 11, 18), "day_out_of_reach"),
        (date(2027, 6, 1), "day_out_of_reach"),
    ],
)
async def test_a_day_is_not_moved_where_it_cannot_be(hub: Hub, day: date, key: str) -> None:
    await lawyer_day(hub)
    [next_one, *_] = await ahead(hub)
    with pytest.raises(Refusal, match=rf"service_day\.{key}"):
        async with hub.books() as tx:
            await move_occurrence(tx, next_one.id, day, actor="test")


async def test_a_day_is_called_off_once_and_with_a_reason(hub: Hub) -> None:
    await lawyer_day(hub)
    [day, *_] = await ahead(hub)
    with pytest.raises(Refusal, match=r"service_day\.reason_missing"):
        async with hub.books() as tx:
            await cancel_occurrence(tx, day.id, " ", actor="test")
    async with hub.books() as tx:
        await cancel_occurrence(tx, day.id, "出庭", actor="test")
    with pytest.raises(Refusal, match=r"service_day\.cancelled"):
        async with hub.books() as tx:
            await cancel_occurrence(tx, day.id, "出庭", actor="test")


async def test_a_ticket_lapses_a_week_after_the_last_word(hub: Hub) -> None:
    contact = await hub.contact_of("陈伯")
    async with hub.books() as tx:
        report = Report(Category.OTHER, "", "路灯坏了")
        silent = await submit_ticket(tx, hub.village, report, contact)
        spoken = await submit_ticket(tx, hub.village, report, contact)
        for one in (silent, spoken):
            await resolve_ticket(tx, one, hub.staff["周文书"], "修好了")
    hub.clock.pass_time(days=6)
    async with hub.books() as tx:
        await add_to_ticket(tx, spoken, contact, "晚上又不亮了", ())
    for days, states in ((0, ("resolved", "resolved")), (1, ("closed", "resolved")), (6, ("closed", "closed"))):
        hub.clock.pass_time(days=days)
        async with hub.books() as tx:
            await lapse_quiet_tickets(tx, tx.now)
            found = [(await ticket_by_id(tx, one.id)).state for one in (silent, spoken)]
        assert tuple(found) == tuple(map(TicketState, states))


@asynccontextmanager
async def scheduler(hub: Hub, *chores: Any) -> AsyncIterator[Scheduler]:
    running = Scheduler(hub.database, RENDERER, chores, hub.clock)
    running.start()
    try:
        yield running
    finally:
        running.stop()


async def test_the_scheduler_ticks_at_once_and_does_its_chores_though_one_fails(hub: Hub) -> None:
    done = asyncio.Event()

    async def broken(_tx: Transaction, _now: datetime) -> None:
        raise ValueError("not today")

    async def chore(_tx: Transaction, now: datetime) -> None:
        assert now == hub.clock()
        done.set()

    with capture_logs() as logs:
        async with scheduler(hub, broken, chore):
            await asyncio.wait_for(done.wait(), 5)
    assert [(entry["event"], entry["chore"]) for entry in logs] == [("scheduler.chore_failed", "broken")]


@pytest.mark.parametrize("stores", ["postgresql"], indirect=True)
async def test_a_chore_that_another_process_does_holds_up_no_other_chore(hub: Hub) -> None:
    held, done, end = asyncio.Event(), asyncio.Event(), asyncio.Event()
    calls: list[str] = []

    async def long(_tx: Transaction, _now: datetime) -> None:
        calls.append("long")
        held.set()
        await end.wait()

    async def short(_tx: Transaction, _now: datetime) -> None:
        calls.append("short")
        done.set()

    async with asyncio.timeout(10), scheduler(hub, long, short):
        await held.wait()
        async with scheduler(hub, long, short):
            await done.wait()
        assert calls == ["long", "short"]
        end.set()

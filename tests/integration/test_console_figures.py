"""Figures at the console: what is counted, what is not, and what may be taken along."""

import io
import time
import zipfile
from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from store.actions.areas import change_setting
from store.actions.tickets import reopen_ticket
from store.domain.figures import Period, Reached, Turnout
from store.domain.tickets import Category
from store.queries.areas import area_by_id
from store.queries.figures import figures_of
from store.queries.tickets import ticket_by_id
from store.tables import (
    audit_entries,
    casts,
    entitlements,
    matters,
    notice_figures,
    notices,
    ticket_events,
    tickets,
)
from tests.hub import NOON, Hub
from tests.integration.console_parts import Browser, signed_in
from tests.integration.office_parts import opened_at, settle, tell

YEAR = Period(date(2025, 12, 1), 12)
HOSTILE = "=cmd|' /C calc'!A0"


@pytest.fixture
async def people(hub: Hub) -> list[str]:
    """Six who live in group 3, beside those that are there."""
    names = [f"村民{number}" for number in range(6)]
    for number, name in enumerate(names):
        await hub.add_household(3, (name, f"+861390000720{number}"))
    return names


@pytest.fixture
async def browser(hub: Hub) -> AsyncIterator[Browser]:
    async with signed_in(hub, "李书记") as opened:
        yield opened


async def test_tickets_are_counted_by_month_category_and_place(hub: Hub, people: list[str]) -> None:
    for number, name in enumerate(people):
        ticket = await tell(hub, name, Category.INFRASTRUCTURE)
        await settle(hub, ticket, hours=30 if number == 0 else 1, rating="dissatisfied" if number == 1 else "satisfied")
    await tell(hub, "黄明", Category.REHABILITATION, group=1)
    hub.clock.pass_time(days=3)
    async with hub.books() as tx:
        figures = await figures_of(tx, hub.village, YEAR)
    month = figures.by_month[date(2026, 11, 1)]
    assert (month.tickets, month.due, month.kept, month.satisfied, month.dissatisfied) == (7, 7, 5, 5, 1)
    assert figures.total.kept_percent == 71
    assert figures.by_category.cells == {}
    assert figures.by_category.rest.tickets == 7
    assert {hub.groups[1].id} == set(figures.by_place.cells)
    assert figures.total_before.tickets == 0


async def test_complaints_and_visits_are_not_counted(hub: Hub, people: list[str]) -> None:
    for name in people:
        await tell(hub, name, Category.OTHER, about_staff=True, accused="李书记")
    async with hub.books() as tx:
        await tx.run(tickets.update().where(tickets.c.id == 0).values(contact_id=None))
        assert (await figures_of(tx, hub.village, YEAR)).total.tickets == 0


async def test_a_ticket_opened_again_waits_for_a_new_answer(hub: Hub) -> None:
    ticket_id, contact = await tell(hub, "陈伯", Category.INFRASTRUCTURE), await hub.contact_of("陈伯")
    await settle(hub, await tell(hub, "林嫂", Category.INFRASTRUCTURE))
    await settle(hub, ticket_id, rating="")
    hub.clock.pass_time(hours=2)
    async with hub.books() as tx:
        await reopen_ticket(tx, await ticket_by_id(tx, ticket_id), contact)
    hub.clock.pass_time(days=5)
    async with hub.books() as tx:
        total = (await figures_of(tx, hub.village, YEAR)).total
    assert (total.tickets, total.due, total.kept) == (2, 2, 1)


async def test_a_month_begins_at_the_villages_midnight(hub: Hub) -> None:
    ticket = await tell(hub, "陈伯", Category.OTHER)
    await opened_at(hub, ticket, NOON.replace(day=1, hour=0) - timedelta(hours=8))
    async with hub.books() as tx:
        assert (await figures_of(tx, hub.village, Period(date(2026, 11, 1), 1))).total.tickets == 1
        await change_setting(tx, hub.village.id, "zone", "UTC", actor="test")
        assert (await figures_of(tx, hub.village, Period(date(2026, 11, 1), 1))).total.tickets == 0


async def settled_notice(hub: Hub, households: int, proven: int) -> None:
    async with hub.books() as tx:
        notice_id = await tx.insert(
            notices,
            area_id=hub.village.id,
            number=households,
            text="停水",
            audience={},
            audience_area_id=hub.village.id,
            fallback_minutes=0,
            fallback_unknown=False,
            asks="",
            choices=[],
            state="approved",
            frozen_hash="",
            plan_hash="",
            needs_town=False,
            drafted_by=hub.staff["周文书"].id,
            refusal="",
            drafted_at=tx.now,
            decided_at=tx.now,
            closed_at=tx.now,
        )
        await tx.insert(notice_figures, notice_id=notice_id, households=households, proven=proven)


async def counted_matter(hub: Hub, title: str, voters: int, roll: int) -> None:
    async with hub.books() as tx:
        matter_id = await tx.insert(
            matters,
            area_id=hub.village.id,
            title=title,
            plan="",
            state="counted",
            held_as="consultation",
            named=True,
            roll="adults",
            rule="",
            roll_size=roll,
            cast_count=voters + 1,
            chain_head="",
            outcome="",
            proposed_at=tx.now,
            closed_at=tx.now,
        )
        for number in range(voters):
            entitlement = await tx.insert(entitlements, matter_id=matter_id, kind="person")
            for again in range(2 if number == 0 else 1):
                await tx.insert(
                    casts,
                    matter_id=matter_id,
                    entitlement_id=entitlement,
                    sequence=number * 2 + again,
                    choice=1,
                    receipt=f"{number}{again}",
                    nonce="",
                    channel="sms",
                    chain="",
                    at=tx.now,
                )


async def test_reach_and_turnout_are_of_what_is_over(hub: Hub) -> None:
    await settled_notice(hub, 400, 399)
    await settled_notice(hub, 100, 1)
    await counted_matter(hub, "装路灯", 3, 8)
    async with hub.books() as tx:
        village = await figures_of(tx, hub.village, YEAR)
        town = await figures_of(tx, await area_by_id(tx, hub.village.parent_id or 0), YEAR)
    assert village.reach == Reached(2, 500, 400)
    assert village.turnouts == (Turnout("装路灯", 1, 8, 3),)
    assert town.turnout_by_place[hub.village.id] == Turnout("", 1, 8, 3)
    assert town.reach_by_place[hub.village.id] == Reached(2, 500, 400)


async def test_the_page_shows_pictures_and_tables_and_nobodys_name(
    hub: Hub, browser: Browser, people: list[str]
) -> None:
    for name in people:
        await settle(hub, await tell(hub, name, Category.ENVIRONMENT))
    await settled_notice(hub, 400, 399)
    page = await browser.get("/console/figures?from=2026-11&to=2026-11")
    for shown in ("数字 · 榕溪村", "环境卫生", "99%", "100%", '<svg xmlns="', "<table>"):
        assert shown in page.text
    assert not any(name in page.text for name in people)


@pytest.mark.parametrize("kind", ["xlsx", "pdf"])
async def test_what_is_taken_along_says_the_same_and_leaves_a_trace(hub: Hub, browser: Browser, kind: str) -> None:
    await counted_matter(hub, HOSTILE, 6, 8)
    await browser.get("/console/figures")
    fields = browser.hidden(f"/console/figures/{kind}")
    for _ in range(2):
        async with browser.client.post(f"/console/figures/{kind}", data=fields) as response:
            assert (response.status, response.headers["X-Content-Type-Options"]) == (200, "nosniff")
            body = await response.read()
    if kind == "pdf":
        assert body.startswith(b"%PDF-")
    else:
        book = CalamineWorkbook.from_filelike(io.BytesIO(body))
        assert HOSTILE in [row[0] for row in book.get_sheet_by_name("投票有多少人来").to_python()]
        with zipfile.ZipFile(io.BytesIO(body)) as parts:
            assert not any(b"<f>" in parts.read(name) for name in parts.namelist())
    async with hub.books() as tx:
        rows = await tx.all(select(audit_entries.c.actor).where(audit_entries.c.action == "figures.exported"))
    assert [row.actor for row in rows] == [f"staff:{hub.staff['李书记'].id}"]


async def test_a_town_sees_its_villages_side_by_side(hub: Hub) -> None:
    await hub.neighbour_village("竹坑村")
    async with signed_in(hub, "赵工") as browser:
        page = await browser.get("/console/figures")
        assert all(name in page.text for name in ("榕溪镇", "榕溪村", "竹坑村"))
        village = await browser.get(f"/console/figures?area={hub.village.id}")
        assert "数字 · 榕溪村" in village.text


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
async def test_a_large_village_is_counted_within_the_time_that_a_page_has(hub: Hub) -> None:
    contact = await hub.contact_of("陈伯")
    row = {
        "village_id": hub.village.id,
        "area_id": hub.groups[0].id,
        "category": "environment",
        "state": "closed",
        "subject": "",
        "place": "",
        "urgent": False,
        "about_staff": False,
        "accused": [],
        "contact_id": contact.id,
        "rating": "satisfied",
        "answered_by_sms": False,
    }
    async with hub.books() as tx:
        times = [tx.now - timedelta(minutes=20 * number) for number in range(5_000)]
        rows = [
            {**row, "number": number, "opened_at": at, "due_at": at + timedelta(hours=8)}
            for number, at in enumerate(times)
        ]
        ids = await tx.insert_for_ids(tickets, rows)
        said = [{"ticket_id": key, "event": "ticket.answered", "detail": {}} for key in ids]
        await tx.insert_many(ticket_events, [{**one, "at": at} for one, at in zip(said, times, strict=True)])
    async with hub.books() as tx:
        began = time.perf_counter()
        figures = await figures_of(tx, hub.village, YEAR)
        taken = time.perf_counter() - began
    assert (figures.total.tickets, figures.total.kept) == (5_000, 5_000)
    assert taken < 0.3

"""Whom no message reached is told at the door, and what the officer says closes the ledger."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from notifier.visiting import follow_up
from store.actions.visits import open_visits
from store.domain.audiences import AudienceKind
from store.domain.people import Role
from store.domain.reach import Outcome
from store.domain.tickets import TicketState
from store.queries.notices import notice_by_id
from store.queries.reach import reach_of
from store.tables import emergency_rolls, notice_visits, notices, ticket_events, ticket_messages, tickets
from tests.acceptance.test_ledger import choose, set_states
from tests.acceptance.test_notices import WATER, last_heard, sent_to_village
from tests.hub import RENDERER, Hub


async def tick(hub: Hub) -> None:
    hub.clock.pass_time(minutes=11)
    async with hub.books() as tx:
        await follow_up(tx, RENDERER)


async def count_visits(hub: Hub) -> int:
    async with hub.books() as tx:
        return int(await tx.scalar(select(func.count()).select_from(notice_visits)))


async def is_closed(hub: Hub) -> bool:
    async with hub.books() as tx:
        return await tx.scalar(select(notices.c.closed_at)) is not None


async def missed_two(hub: Hub) -> None:
    """陈伯's phone was dead and 覃奶奶 has none; the others got it."""
    await hub.add_household(2, ("覃奶奶", ""))
    await sent_to_village(hub)
    await set_states(hub, 陈伯="failed", 林嫂="delivered", 黄明="delivered")


async def test_two_visits_close_the_ledger(hub: Hub) -> None:
    await missed_two(hub)
    await tick(hub)
    assert "1户没送到,请您上门说一声" in await last_heard(hub, "黄水生")
    assert "1户没送到" in await last_heard(hub, "周文书")
    [listed] = await hub.text("黄水生", "上门")
    assert "1三组陈伯" in listed
    [shown] = await hub.text("黄水生", "1")
    assert "三组陈伯" in shown
    assert "停水" in shown
    [reported] = await hub.text("黄水生", "告诉了")
    assert "记下了:三组陈伯告诉了" in reported
    assert not await is_closed(hub)

    await hub.text("周文书", "上门")
    await hub.text("周文书", "1")
    reported, *_ = await hub.text("周文书", "2")
    assert "二组覃奶奶没人在" in reported
    assert await is_closed(hub)
    closed = await last_heard(hub, "周文书")
    assert "都有了下落:共4户,收到2,上门告诉1,合起来75.0%" in closed
    assert "没人在1" in closed


async def test_a_visit_ticket_is_told_once_and_asks_nobody_whether_he_agrees(hub: Hub) -> None:
    await missed_two(hub)
    await tick(hub)
    await tick(hub)
    assert await count_visits(hub) == 2
    heard = len(await hub.told("陈伯"))
    await hub.text("黄水生", "上门")
    await hub.text("黄水生", "1")
    await hub.text("黄水生", "不肯听")
    async with hub.books() as tx:
        [row] = await tx.all(select(tickets).where(tickets.c.assignee_id == hub.staff["黄水生"].id))
        lines = await tx.all(select(ticket_messages.c.text).where(ticket_messages.c.ticket_id == row.id))
        events = await tx.all(select(ticket_events.c.event).where(ticket_events.c.ticket_id == row.id))
        reach = await reach_of(tx, 1)
    assert row.state == TicketState.CLOSED
    assert lines[0].text == WATER
    assert [event.event for event in events] == ["ticket.submitted", "ticket.visited"]
    assert reach.count(Outcome.REFUSED) == 1
    assert len(await hub.told("陈伯")) == heard


async def test_a_visit_stands_in_the_office_list_and_can_be_passed_on(hub: Hub) -> None:
    await missed_two(hub)
    await tick(hub)
    [todo] = await hub.text("黄水生", "待办")
    assert "26001" in todo
    [shown] = await hub.text("黄水生", "1")
    assert "三组陈伯" in shown
    [whom] = await hub.text("黄水生", "4")
    place = next(word[0] for word in whom.partition("回数字:")[2].split() if word[1:] == "李书记")
    await hub.text("黄水生", place)
    [listed] = await hub.text("李书记", "上门")
    assert "三组陈伯" in listed
    [none] = await hub.text("黄水生", "上门")
    assert "没有要您上门的" in none


async def test_a_second_report_is_refused(hub: Hub) -> None:
    await missed_two(hub)
    await tick(hub)
    await hub.text("黄水生", "上门")
    await hub.text("黄水生", "1")
    async with hub.books() as tx:
        number = await tx.scalar(select(tickets.c.number).where(tickets.c.assignee_id == hub.staff["黄水生"].id))
    await hub.text("李书记", str(number))
    await hub.text("李书记", "1")
    [refused] = await hub.text("黄水生", "2")
    assert "记下了" not in refused
    [done] = await hub.text("黄水生", str(number))
    assert "告诉了" in done


async def test_nobody_is_visited_while_it_may_still_arrive(hub: Hub) -> None:
    hub.clock.pass_time(hours=10)
    await hub.add_household(2, ("覃奶奶", ""))
    await sent_to_village(hub)
    await tick(hub)
    assert await count_visits(hub) == 0


@pytest.mark.parametrize(("hours", "visits"), [(23, 0), (25, 1)])
async def test_what_stays_in_doubt_counts_as_not_reached_after_a_day(hub: Hub, hours: int, visits: int) -> None:
    await sent_to_village(hub)
    await set_states(hub, 陈伯="unknown", 林嫂="delivered", 黄明="delivered")
    hub.clock.pass_time(hours=hours)
    await tick(hub)
    assert await count_visits(hub) == visits


async def test_a_cadre_sends_somebody_before_that(hub: Hub) -> None:
    await sent_to_village(hub)
    await set_states(hub, 陈伯="unknown", 林嫂="delivered", 黄明="delivered")
    [opened] = await choose(hub, "周文书", "派人上门")
    assert "没送到的1户" in opened
    assert "请您上门说一声" in await last_heard(hub, "黄水生")
    [ledger] = await hub.text("周文书", "通知26001")
    assert "派人上门" not in ledger


async def test_a_ledger_without_visits_closes_when_no_receipt_can_come_any_more(hub: Hub) -> None:
    await sent_to_village(hub)
    await set_states(hub, 陈伯="sent", 林嫂="delivered", 黄明="delivered")
    await tick(hub)
    assert not await is_closed(hub)
    hub.clock.pass_time(hours=72)
    await tick(hub)
    assert await is_closed(hub)
    assert "没有回执1" in await last_heard(hub, "周文书")


async def test_a_cancelled_notice_sends_nobody_round(hub: Hub) -> None:
    hub.clock.pass_time(hours=10)
    await sent_to_village(hub)
    await choose(hub, "周文书", "不发了")
    await hub.text("周文书", "1")
    await tick(hub)
    assert await count_visits(hub) == 0
    assert await is_closed(hub)


async def test_a_late_receipt_spares_the_percentage(hub: Hub) -> None:
    """Somebody was sent, and the message had arrived after all: reached counts before the door."""
    await missed_two(hub)
    await tick(hub)
    await set_states(hub, 陈伯="delivered")
    async with hub.books() as tx:
        reach = await reach_of(tx, 1)
    assert (reach.proven, reach.visits) == (3, 1)


async def test_a_visit_to_a_household_in_hardship_is_for_who_works_with_it(hub: Hub) -> None:
    """Whom such a notice is for is a secret, and so is who of them was not reached."""
    await missed_two(hub)
    async with hub.books() as tx:
        notice = await notice_by_id(tx, 1)
        audience = replace(notice.audience, kind=AudienceKind.HARDSHIP)
        rounds = await open_visits(tx, replace(notice, audience=audience), "system")
    assert [(one.staff_id, one.households) for one in rounds] == [(hub.staff["周文书"].id, 2)]
    [todo] = await hub.text("黄水生", "待办")
    assert "陈伯" not in todo
    assert "没有要办的事" in todo
    [listed] = await hub.text("周文书", "上门")
    assert "三组陈伯" in listed


async def test_an_emergency_follows_its_own_roll_to_the_doors(hub: Hub) -> None:
    await missed_two(hub)
    async with hub.books() as tx:
        await tx.insert(
            emergency_rolls,
            notice_id=1,
            area_id=hub.village.id,
            opened_by=hub.staff["周文书"].id,
            opened_at=tx.now,
            calls_at=tx.now,
        )
    await tick(hub)
    assert await count_visits(hub) == 0


async def test_officers_of_the_neighbour_village_go_nowhere(hub: Hub) -> None:
    other = await hub.neighbour_village("竹溪村")
    await other.add_officer("蓝网格", "+8613900007032", (Role.GRID_OFFICER, other.village))
    await missed_two(hub)
    await tick(hub)
    assert await other.told("蓝网格") == []
    [none] = await other.text("蓝网格", "上门")
    assert "没有要您上门的" in none

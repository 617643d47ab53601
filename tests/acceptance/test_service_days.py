"""Asking when the lawyer comes, booking, changing, being reminded; and the same days seen from the office."""

import asyncio
from datetime import UTC, date, datetime, time

import pytest
from sqlalchemy.exc import IntegrityError

from notifier.due import release
from notifier.render import Renderer
from store.actions.bookings import book_slot
from store.actions.series import ServiceHours, add_series
from store.domain.errors import Refusal
from store.domain.occurrences import ServiceKind
from store.domain.people import Role
from store.domain.recurrence import Recurrence
from store.domain.series import Series
from store.queries.areas import settings_for
from store.queries.service_days import service_days_ahead
from store.tables import bookings
from tests.hub import Hub

LAWYER = "FREQ=WEEKLY;BYDAY=TU"


async def lawyer_day(hub: Hub, *, ends: time = time(11), minutes: int = 20) -> Series:
    """王律师 receives every Tuesday from 9; the hub's now is Wednesday, 18 November 2026, noon."""
    async with hub.books() as tx:
        return await add_series(
            tx,
            hub.village.id,
            ServiceKind.LAWYER,
            Recurrence(LAWYER, date(2026, 11, 17)),
            ServiceHours(time(9), ends, minutes),
            host="王律师",
            place="村委会二楼",
            actor="test",
        )


async def police_day(hub: Hub) -> Series:
    async with hub.books() as tx:
        return await add_series(
            tx,
            hub.village.id,
            ServiceKind.POLICE,
            Recurrence("FREQ=WEEKLY;BYDAY=TH", date(2026, 11, 17)),
            ServiceHours(time(9), time(11), 0),
            host="韦警官",
            place="村警务室",
            actor="test",
        )


def local(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}:00+08:00").astimezone(UTC)


async def tick(hub: Hub, at: str) -> None:
    hub.clock.now = local(at)
    await release(hub.database, Renderer(), hub.clock())


async def test_nothing_planned_is_said_so(hub: Hub) -> None:
    [answer] = await hub.text("陈伯", "律师什么时候来")
    assert "没有排接待的日子" in answer


async def test_a_resident_books_and_says_what_it_is_about(hub: Hub) -> None:
    await lawyer_day(hub)
    [offer] = await hub.text("陈伯", "律师什么时候来")
    assert "王律师11月24日在村委会二楼接待,免费" in offer
    assert "1上午9:00 2上午9:20" in offer
    [booked] = await hub.text("陈伯", "2")
    assert "约好了:11月24日9点20,王律师,村委会二楼。您排第1个" in booked
    [noted] = await hub.text("陈伯", "我想问宅基地分给哥哥了怎么办")
    assert "编号1001" in noted
    told = (await hub.told("周文书"))[-1]
    assert "1001 法律政策" in told
    assert "宅基地" not in told
    await hub.text("周文书", "1001")
    assert "王律师 #1] 我想问宅基地" in (await hub.told("周文书"))[-1]


async def test_several_services_are_asked_for_by_name(hub: Hub) -> None:
    await lawyer_day(hub)
    await police_day(hub)
    [listed] = await hub.text("陈伯", "接待日")
    assert "韦警官11月19日9点在村警务室" in listed
    assert "王律师11月24日9点在村委会二楼" in listed
    [walk_in] = await hub.text("陈伯", "民警")
    assert "直接来就行" in walk_in
    [subscribed] = await hub.text("陈伯", "1")
    assert "民警接待日前一天和当天早上都提醒您" in subscribed


async def test_a_booking_is_changed_and_given_back(hub: Hub) -> None:
    await lawyer_day(hub)
    await hub.text("黄明", "预约律师")
    await hub.text("黄明", "1")
    assert "等您" in (await hub.text("黄明", "1"))[0]
    [listed] = await hub.text("黄明", "我的预约")
    assert "1我约的11-24 9:00" in listed
    [mine] = await hub.text("黄明", "1")
    assert "排第1个" in mine
    await hub.text("黄明", "1")
    [changed] = await hub.text("黄明", "2")
    assert "改好了:11月24日9点40" in changed
    await hub.text("黄明", "我的预约")
    await hub.text("黄明", "1")
    [freed] = await hub.text("黄明", "2")
    assert "不给您留了" in freed
    [offer] = await hub.text("陈伯", "约律师")
    assert "上午9:40" in offer


async def test_other_times_go_on_to_the_next_day(hub: Hub) -> None:
    await lawyer_day(hub, ends=time(10), minutes=30)
    [first] = await hub.text("陈伯", "律师")
    assert "11月24日" in first
    assert "3别的时间" in first
    [second] = await hub.text("陈伯", "3")
    assert "12月1日" in second
    [booked] = await hub.text("陈伯", "1")
    assert "12月1日9点" in booked


async def test_on_a_shared_phone_it_is_asked_who_comes(hub: Hub) -> None:
    await lawyer_day(hub)
    await hub.text("林嫂", "律师")
    [who] = await hub.text("林嫂", "1")
    assert "您是哪一位" in who
    [booked] = await hub.text("林嫂", "林强")
    assert "您排第1个" in booked
    await hub.text("周文书", "律师接待")
    assert "林强" in (await hub.told("周文书"))[-1]


async def test_a_guest_may_book(hub: Hub) -> None:
    await lawyer_day(hub)
    await hub.say(hub.chat, "guest-1", "律师")
    [booked] = await hub.say(hub.chat, "guest-1", "1")
    assert "约好了" in booked.text
    [listed] = [one.text for one in await hub.say(hub.sms, hub.numbers["李书记"], "接待")]
    assert "未登记的人" in listed


async def test_who_booked_is_reminded_as_promised_and_may_stay_away(hub: Hub) -> None:
    await lawyer_day(hub)
    for name, slot in (("黄明", "1"), ("周文书", "1"), ("陈伯", "1")):
        await hub.text(name, "预约")
        await hub.text(name, slot)
    before = len(await hub.told("陈伯"))
    await tick(hub, "2026-11-23T18:00")
    [reminder] = (await hub.told("陈伯"))[before:]
    assert reminder == "【榕溪村】明天9点,王律师在村委会二楼接待,免费。您排第3个,约9点40分。能来回1,来不了回2。"
    [kept] = await hub.text("陈伯", "1")
    assert "给您留着" in kept
    [freed] = await hub.text("黄明", "来不了")
    assert "不给您留了" in freed
    await tick(hub, "2026-11-24T07:30")
    assert "今天9点" in (await hub.told("陈伯"))[-1]
    assert "您排第2个,约9点40分" in (await hub.told("陈伯"))[-1]
    assert "今天" not in (await hub.told("黄明"))[-1]


async def test_a_subscriber_is_reminded_until_he_has_had_enough(hub: Hub) -> None:
    await lawyer_day(hub)
    await hub.text("陈伯", "律师")
    await hub.text("陈伯", "6")
    await tick(hub, "2026-11-23T18:00")
    assert (await hub.told("陈伯"))[-1].endswith("明天9点,王律师在村委会二楼接待,免费。要约时间,回“预约”。")
    await hub.text("陈伯", "律师")
    await hub.text("陈伯", "6")
    told = len(await hub.told("陈伯"))
    await tick(hub, "2026-11-24T07:30")
    assert len(await hub.told("陈伯")) == told


async def test_who_opted_out_gets_no_reminder_that_he_only_subscribed_to(hub: Hub) -> None:
    await lawyer_day(hub)
    await hub.text("陈伯", "律师")
    await hub.text("陈伯", "6")
    await hub.text("陈伯", "00")
    told = len(await hub.told("陈伯"))
    await tick(hub, "2026-11-23T18:00")
    assert len(await hub.told("陈伯")) == told


async def test_a_full_day_and_a_slot_just_taken(hub: Hub) -> None:
    await lawyer_day(hub, ends=time(10), minutes=30)
    await hub.text("陈伯", "律师")
    await hub.text("黄明", "律师")
    await hub.text("黄明", "1")
    [taken] = await hub.text("陈伯", "1")
    assert "刚被别人约走" in taken
    [booked] = await hub.text("陈伯", "2")
    assert "9点30" in booked
    [again] = await hub.text("黄明", "我的预约")
    assert "我约的" in again


async def test_the_office_sees_who_comes_masked_unless_it_receives(hub: Hub) -> None:
    await lawyer_day(hub)
    await hub.add_officer("王律师", "+8613900007021", (Role.LEGAL_ADVISER, hub.village))
    await hub.text("黄明", "律师")
    await hub.text("黄明", "1")
    [masked] = await hub.text("李书记", "律师接待")
    assert "9点黄*," in masked
    [whole] = await hub.text("王律师", "接待")
    assert "9点黄明," in whole


async def test_a_day_is_called_off_and_those_who_booked_hear_why(hub: Hub) -> None:
    await lawyer_day(hub)
    await hub.text("黄明", "律师")
    await hub.text("黄明", "1")
    await hub.text("李书记", "律师接待")
    await hub.text("李书记", "1")
    [done] = await hub.text("李书记", "王律师那天要出庭")
    assert "已告诉约了的1位" in done
    assert "11月24日9点王律师的接待取消了:王律师那天要出庭" in (await hub.told("黄明"))[-1]
    [offer] = await hub.text("陈伯", "律师")
    assert "12月1日" in offer
    told = len(await hub.told("黄明"))
    await tick(hub, "2026-11-23T18:00")
    assert len(await hub.told("黄明")) == told


async def test_a_day_is_moved_with_its_bookings_and_reminded_of_anew(hub: Hub) -> None:
    await lawyer_day(hub)
    await hub.text("黄明", "律师")
    await hub.text("黄明", "2")
    await hub.text("李书记", "律师接待")
    await hub.text("李书记", "2")
    [unclear] = await hub.text("李书记", "过几天")
    assert "没看懂" in unclear
    [taken] = await hub.text("李书记", "12月1日")
    assert "已经有过安排" in taken
    [done] = await hub.text("李书记", "11月26日")
    assert "改到11月26日" in done
    assert "11月24日王律师的接待改到11月26日,还在村委会二楼。您排第1个,约9点20分" in (await hub.told("黄明"))[-1]
    [kept] = await hub.text("黄明", "1")
    assert "11月26日9点20" in kept
    told = len(await hub.told("黄明"))
    await tick(hub, "2026-11-23T18:00")
    assert len(await hub.told("黄明")) == told
    await tick(hub, "2026-11-25T18:00")
    assert "明天9点" in (await hub.told("黄明"))[-1]


async def test_only_those_in_charge_call_a_day_off(hub: Hub) -> None:
    await lawyer_day(hub)
    await hub.text("黄水生", "律师接待")
    await hub.text("黄水生", "1")
    [refused] = await hub.text("黄水生", "不想开门")
    assert "接待的人或者村里管事的" in refused


async def test_of_two_who_book_one_slot_at_the_same_time_exactly_one_gets_it(hub: Hub) -> None:
    series = await lawyer_day(hub)
    async with hub.books() as tx:
        [day, *_] = await service_days_ahead(tx, await settings_for(tx, hub.village.id), tx.now)
    refusals: list[str] = []
    people = [await hub.contact_of(name) for name in ("陈伯", "黄明", "周文书", "李书记")]

    async def book(index: int) -> bool:
        try:
            async with hub.books() as tx:
                await book_slot(tx, day.id, 1, people[index], None)
        except Refusal as refusal:
            refusals.append(refusal.key)
            return False
        return True

    assert sorted(await asyncio.gather(*map(book, range(len(people))))) == [False, False, False, True]
    assert set(refusals) == {"service_day.slot_taken"}
    with pytest.raises(IntegrityError):
        async with hub.books() as tx:
            await tx.insert(bookings, occurrence_id=day.id, slot=1, contact_id=people[0].id, booked_at=tx.now)
    assert day.series == series


async def test_a_second_series_of_a_service_is_refused(hub: Hub) -> None:
    await lawyer_day(hub)
    with pytest.raises(Refusal, match=r"service_day\.exists"):
        await lawyer_day(hub)

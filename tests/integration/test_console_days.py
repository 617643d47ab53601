"""Service days at the console: the month, series, one day with its bookings, and the calendar that others read."""

import re
from datetime import UTC, date, datetime

from icalendar import Calendar
from sqlalchemy import select

from store.domain.people import Role
from store.queries.service_days import service_days_ahead
from store.tables import audit_entries, bookings, occurrences
from tests.acceptance.test_service_days import lawyer_day
from tests.hub import Hub
from tests.integration.console_parts import Browser, a_browser, signed_in
from tests.unit.test_rhythms import FORM

TUESDAY, NEXT_TUESDAY = date(2026, 11, 24), date(2026, 12, 1)


async def path_of(hub: Hub, day: date = TUESDAY) -> str:
    async with hub.books() as tx:
        found = await tx.scalar(select(occurrences.c.id).where(occurrences.c.day == day))
    return f"/console/days/{hub.village.id}/day/{found}"


async def booked(hub: Hub) -> list[int]:
    async with hub.books() as tx:
        rows = await tx.all(select(bookings.c.slot).where(bookings.c.cancelled_at.is_(None)).order_by(bookings.c.slot))
    return [row.slot for row in rows]


async def book_by_hand(browser: Browser, path: str, slot: int, phone: str, name: str = "") -> str:
    await browser.get(path)
    return (await browser.press(f"{path}/book", slot=str(slot), phone=phone, name=name)).text


async def test_a_series_is_set_up_changed_and_ended_and_whoever_booked_hears(hub: Hub) -> None:
    village = f"/console/days/{hub.village.id}"
    async with signed_in(hub, "周文书") as browser:
        assert (await browser.get("/console/days")).path == village
        assert "还没有排过接待日" in browser.page.text
        await browser.get(f"{village}/new")
        wrong = await browser.press(f"{village}/new", service="lawyer", **{**FORM, "ends": "08:00"})
        assert (wrong.status, 'value="王律师"' in wrong.text) == (409, True)
        form = {**browser.hidden(f"{village}/new"), "service": "lawyer", **FORM, "every": "week", "weekday": "2"}
        added = await browser.post(f"{village}/new", form)
        assert "排上了" in added.text
        assert "每周二" in added.text
        assert "没有再做一遍" in (await browser.post(f"{village}/new", form)).text
        assert "已经排了日子" in (await browser.post(f"{village}/new", {**form, "form": "x"})).text
        path = await path_of(hub)
        assert "约好了" in await book_by_hand(browser, path, 1, "13900007001")
        page = await browser.get(village)
        [series] = re.findall(rf'href="({village}/series/\d+)"', page.text)
        await browser.get(series)
        hours = await browser.press(f"{series}/change", **{**FORM, "every": "week", "weekday": "2", "starts": "10:00"})
        assert (hours.status, "有1个人约了时间" in hours.text) == (409, True)
        moved = await browser.press(f"{series}/change", **{**FORM, "every": "week", "weekday": "2", "place": "祠堂"})
        assert "告诉了1个人" in moved.text
        assert "地点在祠堂" in (await hub.told("陈伯"))[-1]
        await browser.get(series)
        rule = await browser.press(f"{series}/change", **{**FORM, "every": "week", "weekday": "3", "place": "祠堂"})
        assert "告诉了1个人" in rule.text
        assert "取消了" in (await hub.told("陈伯"))[-1]
        await browser.get(series)
        assert (await browser.press(f"{series}/end", text="")).status == 409
        ended = await browser.press(f"{series}/end", text="律师调走了")
        assert "停掉了" in ended.text
        assert "还没有排过接待日" in ended.text
    async with hub.books() as tx:
        written = {row.action for row in await tx.all(select(audit_entries.c.action))}
    assert {"series.added", "series.changed", "series.ended"} <= written


async def test_one_day_is_booked_moved_held_elsewhere_and_called_off(hub: Hub) -> None:
    await lawyer_day(hub)
    path = await path_of(hub)
    async with signed_in(hub, "周文书") as browser:
        assert "约好了" in await book_by_hand(browser, path, 2, "139 0000 7002", "林强")
        assert "09:20</strong> 林强" in browser.page.text
        assert "村里替您约好了:11月24日9点20" in (await hub.told("林强"))[-1]
        for slot, phone, said in (
            ("2", "13900007003", "刚被别人约走了"),
            ("1", "12", "手机号不对"),
            ("x", "13900007003", "没有这个时间"),
        ):
            await browser.get(path)
            refused = await browser.press(f"{path}/book", slot=slot, phone=phone, name="")
            assert (refused.status, said in refused.text) == (409, True), said
            assert f'value="{phone}"' in refused.text
        await browser.get(path)
        assert "告诉了1个人" in (await browser.press(f"{path}/place", place="三组祠堂")).text
        assert "地点在三组祠堂" in (await hub.told("林强"))[-1]
        await browser.get(path)
        assert (await browser.press(f"{path}/move", to="someday")).status == 409
        moved = await browser.press(f"{path}/move", to="2026-11-26")
        assert "日子改了" in moved.text
        assert "改到11月26日" in (await hub.told("林强"))[-1]
        assert await booked(hub) == [2]
        off = await browser.press(f"{path}/call-off", text="律师出庭")
        assert "告诉了1个人" in off.text
        assert "律师出庭" in (await hub.told("林强"))[-1]
        assert f"{path}/book" not in off.text
    assert await booked(hub) == []


async def test_a_slot_is_given_back_once(hub: Hub) -> None:
    await lawyer_day(hub)
    path = await path_of(hub)
    async with signed_in(hub, "周文书") as browser:
        await book_by_hand(browser, path, 1, "13900007001")
        again = browser.hidden(f"{path}/give-back")
        given = await browser.post(f"{path}/give-back", again)
        assert "取消了他的预约" in given.text
        assert "不给您留了" in (await hub.told("陈伯"))[-1]
        assert "没有再做一遍" in (await browser.post(f"{path}/give-back", again)).text
        other = await path_of(hub, NEXT_TUESDAY)
        await book_by_hand(browser, other, 1, "13900007001")
        foreign = {**browser.hidden(f"{other}/give-back"), "form": "z"}
        assert (await browser.post(f"{path}/give-back", foreign)).status == 404
    assert await booked(hub) == [1]


async def test_names_are_whole_for_those_who_receive(hub: Hub) -> None:
    await lawyer_day(hub)
    path = await path_of(hub)
    async with signed_in(hub, "周文书") as clerk:
        await book_by_hand(clerk, path, 1, "13900007002", "林强")
        assert "林强" in (await clerk.get(f"{path}/print")).text
    for name, whole in (("李书记", False), ("黄水生", False)):
        async with signed_in(hub, name) as browser:
            for page in (await browser.get(path), await browser.get(f"{path}/print")):
                assert ("林强" in page.text, "林*" in page.text) == (whole, not whole), name


async def test_the_month_shows_what_is_on_each_day(hub: Hub) -> None:
    await lawyer_day(hub)
    async with signed_in(hub, "黄水生") as browser:
        november = await browser.get(f"/console/days/{hub.village.id}")
        assert "11月24日 周二" in november.text
        assert "今天" in november.text
        december = await browser.get(f"/console/days/{hub.village.id}?month=2026-12")
        assert "12月29日 周二" in december.text
        assert f"/console/days/{hub.village.id}/new" not in december.text
        for odd in ("2026-99", "x", "9999-12", "0001-01"):
            assert (await browser.get(f"/console/days/{hub.village.id}?month={odd}")).status == 200, odd


async def test_a_lawyers_own_calendar_follows_and_is_taken_back(hub: Hub) -> None:
    await lawyer_day(hub)
    await hub.add_officer("王律师", "+8613900007020", (Role.LEGAL_ADVISER, hub.village))
    async with signed_in(hub, "王律师") as browser:
        await browser.get("/console/days/feed")
        shown = await browser.press("/console/days/feed/new")
        [address] = re.findall(r"/console/calendar/[\w-]{43}\.ics", shown.text)
        assert address not in (await browser.get("/console/days/feed")).text
        async with a_browser(hub) as calendar:  # signs in nowhere
            answer = await calendar.get(address)
            assert (answer.status, answer.headers["Content-Type"].split(";")[0]) == (200, "text/calendar")
            events = Calendar.from_ical(answer.text).walk("VEVENT")
            first = next(one for one in events if one.decoded("dtstart") == datetime(2026, 11, 24, 1, tzinfo=UTC))
            assert "榕溪村 律师接待日（约了0人）" in str(first["summary"])
            replaced = await browser.press("/console/days/feed/new")
            [newer] = re.findall(r"/console/calendar/[\w-]{43}\.ics", replaced.text)
            assert (await calendar.get(address)).status == 404
            assert (await calendar.get(newer)).status == 200
            await browser.get("/console/days/feed")
            assert "地址停掉了" in (await browser.press("/console/days/feed/end")).text
            assert (await calendar.get(newer)).status == 404


async def test_a_feed_names_nobody_and_knows_only_his_own_service(hub: Hub) -> None:
    await lawyer_day(hub)
    path = await path_of(hub)
    async with signed_in(hub, "周文书") as clerk:
        await book_by_hand(clerk, path, 1, "13900007002", "林强")
        await clerk.get("/console/days/feed")
        shown = await clerk.press("/console/days/feed/new")
        [mine] = re.findall(r"/console/calendar/[\w-]{43}\.ics", shown.text)
        content = (await clerk.get(mine)).text
        assert ("约了1人" in content, "林" in content) == (True, False)
    async with a_browser(hub) as browser:
        await browser.sign_in("李书记")
        await browser.get("/console/days/feed")
        shown = await browser.press("/console/days/feed/new")
        [his] = re.findall(r"/console/calendar/[\w-]{43}\.ics", shown.text)
        assert "VEVENT" not in (await browser.get(his)).text
    async with hub.books() as tx:
        from store.queries.areas import settings_for

        settings = await settings_for(tx, hub.village.id)
        assert len(await service_days_ahead(tx, settings, hub.clock())) > 3


async def test_who_serves_two_villages_finds_each_ones_days_in_it_alone(hub: Hub) -> None:
    other = await hub.neighbour_village("竹坑村")
    series = await lawyer_day(hub)
    day = await path_of(hub)
    village, next_one = (f"/console/days/{one.village.id}" for one in (hub, other))
    async with signed_in(hub, "赵工") as browser:
        assert (await browser.get(next_one)).status == 200
        for odd in (
            f"{village}/day/99999",
            f"{village}/series/99999",
            f"{next_one}/day/{day.rsplit('/')[-1]}",
            f"{next_one}/series/{series.id}",
        ):
            assert (await browser.get(odd)).status == 404, odd

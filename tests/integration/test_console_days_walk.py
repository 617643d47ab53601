"""Every address of the service days as every role."""

import pytest
from sqlalchemy import select

from store.domain.people import Role
from store.tables import bookings, occurrences, series
from tests.acceptance.test_service_days import lawyer_day
from tests.hub import Hub
from tests.integration.console_parts import a_browser, give_password
from tests.integration.test_console_days import path_of
from tests.unit.test_rhythms import FORM

ADDRESSES = frozenset(
    {
        "/console/days",
        "/console/days/feed",
        "/console/days/feed/{action}",
        "/console/calendar/{token}.ics",
        "/console/days/{village}",
        "/console/days/{village}/new",
        "/console/days/{village}/series/{series}",
        "/console/days/{village}/series/{series}/{action}",
        "/console/days/{village}/day/{day}",
        "/console/days/{village}/day/{day}/print",
        "/console/days/{village}/day/{day}/{action}",
    }
)
ACTIONS = ("call-off", "move", "place", "book", "give-back")

# Who sees a day, who arranges it, who keeps the series.
SEEN = {
    "周文书": (True, True, True),
    "李书记": (True, True, True),
    "赵工": (True, True, True),
    "王律师": (True, True, False),
    "何监委": (True, False, False),
    "黄水生": (True, False, False),
    "隔壁文书": (False, False, False),
}


@pytest.mark.parametrize("name", SEEN)
async def test_a_walk_of_the_service_days(hub: Hub, name: str) -> None:
    other = await hub.neighbour_village("竹坑村")
    await other.add_officer("隔壁文书", "+8613900007082", (Role.FRONT_DESK, other.village))
    await hub.add_officer("王律师", "+8613900007020", (Role.LEGAL_ADVISER, hub.village))
    hub.staff |= other.staff
    hub.numbers |= other.numbers
    kept = await lawyer_day(hub)
    day = await path_of(hub)
    sees, arranges, keeps = SEEN[name]
    village = f"/console/days/{hub.village.id}"
    one = f"{village}/series/{kept.id}"
    async with a_browser(hub) as browser:
        await give_password(hub, name)
        await browser.sign_in(name)
        assert (await browser.get("/console/days")).status == 200
        assert (await browser.get("/console/days/feed")).status == 200
        fields = browser.hidden("/console/sign-out")
        for path, allowed in (
            (village, sees),
            (day, sees),
            (f"{day}/print", sees),
            (f"{village}/new", keeps),
            (one, keeps),
        ):
            assert (await browser.get(path)).status == (200 if allowed else 404), path
        for odd in (
            f"{village}/day/99999",
            f"{village}/series/99999",
            f"/console/days/{other.village.id}/day/{day.rsplit('/')[-1]}",
        ):
            assert (await browser.get(odd)).status == 404, odd
        if not arranges:
            for action in ACTIONS:
                sent = {
                    **fields,
                    "text": "不该有的",
                    "to": "2026-11-26",
                    "place": "别处",
                    "slot": "1",
                    "phone": "13900007001",
                }
                answer = await browser.post(f"{day}/{action}", sent)
                assert answer.status == (409 if sees else 404), action
        if not keeps:
            for path in (f"{village}/new", f"{one}/change", f"{one}/end"):
                sent = {**fields, **FORM, "service": "police", "text": "不该有的"}
                assert (await browser.post(path, sent)).status == 404, path
    if arranges or keeps:
        return
    async with hub.books() as tx:
        assert await tx.first(select(bookings)) is None
        assert await tx.first(select(occurrences).where(occurrences.c.cancelled_at.is_not(None))) is None
        assert [row.ended_at for row in await tx.all(select(series))] == [None]


async def test_a_stranger_is_led_to_the_door(hub: Hub) -> None:
    kept = await lawyer_day(hub)
    day = await path_of(hub)
    village = f"/console/days/{hub.village.id}"
    async with a_browser(hub) as browser:
        for path in ("/console/days", "/console/days/feed", village, f"{village}/new", day, f"{day}/print"):
            assert (await browser.get(path)).path == "/console/sign-in", path
        for path in (f"{day}/call-off", f"{village}/new", f"{village}/series/{kept.id}/end", "/console/days/feed/new"):
            assert (await browser.post(path, {"text": "我写的"})).status == 401, path
        assert (await browser.get(f"/console/calendar/{'x' * 43}.ics")).status == 404

"""Every address of the notices as every role: nobody finds what his role may not see, and nothing breaks."""

from dataclasses import dataclass

import pytest
from sqlalchemy import select

from console.notices.acting import ACTIONS
from notifier.approving import release
from notifier.notices import preview_notice
from store.actions.notices import ask_readers, draft_notice, submit_notice
from store.actions.visits import open_visits
from store.domain.answers import ATTENDING
from store.domain.areas import Area
from store.domain.audiences import Audience, AudienceKind
from store.domain.notices import Notice
from store.domain.people import Role
from store.queries.access import may_see_notice
from store.queries.notice_lists import NoticesShown, list_notices
from store.queries.people import staff_by_id
from store.tables import notice_visits, notices, tickets
from tests.hub import RENDERER, Hub
from tests.integration.console_parts import a_browser, also_on_postgresql

LIST = "/console/notices"
PAGES = ("", "/change", "/ledger", "/answers", "/group", "/group.png", "/code.png", "/visits")
TAKEN = ("reach.xlsx", "reach.pdf", "answers.xlsx")

# What each may see of: a question to group 3 that is out, a notice to the village that waits, one to homes in hardship.
SEEN = {
    "周文书": {"asked", "waiting", "hardship"},
    "李书记": {"asked", "waiting", "hardship"},
    "黄水生": {"asked"},
    "一组网格员": set[str](),
    "何监委": {"asked", "waiting", "hardship"},
    "赵工": {"asked", "waiting", "hardship"},
    "隔壁文书": set[str](),
    "": set[str](),
}
# Who may read by name whom it went to, and who may take that out of the house.
READS = {name: {"asked"} & about for name, about in SEEN.items()} | {"周文书": {"asked", "hardship"}}
TAKES = READS | {"何监委": set[str](), "黄水生": set[str]()}


@dataclass(frozen=True)
class Case:
    notices: dict[str, Notice]
    ticket_id: int


@pytest.fixture
async def case(hub: Hub) -> Case:
    other = await hub.neighbour_village("竹坑村")
    await hub.add_officer("一组网格员", "+8613900007016", (Role.GRID_OFFICER, hub.groups[0]))
    await other.add_officer("隔壁文书", "+8613900007082", (Role.FRONT_DESK, other.village))
    hub.staff |= other.staff
    hub.numbers |= other.numbers
    await hub.add_household(3, ("覃奶奶", ""))
    clerk = hub.staff["周文书"]
    async with hub.books() as tx:

        async def draft(kind: AudienceKind, area: Area, text: str) -> Notice:
            return await draft_notice(tx, hub.village, Audience(kind, area), clerk, text)

        async def out(notice: Notice) -> Notice:
            plan = await preview_notice(tx, RENDERER, notice)
            await release(tx, RENDERER, notice, clerk, plan.frozen)
            return notice

        asked = await draft(AudienceKind.GROUP, hub.groups[2], "ASKED-text")
        asked = await out(await ask_readers(tx, asked, clerk, ATTENDING))
        hardship = await out(await draft(AudienceKind.HARDSHIP, hub.village, "HARDSHIP-text"))
        waiting = await draft(AudienceKind.VILLAGE, hub.village, "WAITING-text")
        plan = await preview_notice(tx, RENDERER, waiting)
        waiting = await submit_notice(tx, waiting, clerk, plan, plan.frozen)
        await open_visits(tx, asked, "test")
        ticket_id = int(await tx.scalar(select(tickets.c.id)))
    return Case({"asked": asked, "waiting": waiting, "hardship": hardship}, ticket_id)


@pytest.mark.parametrize(("stores", "name"), also_on_postgresql(SEEN, "周文书", "黄水生"), indirect=["stores"])
async def test_a_walk_of_all_addresses(hub: Hub, case: Case, name: str) -> None:
    before = await standing(hub)
    async with a_browser(hub) as browser:
        if name:
            await browser.sign_in(name)
        found = [await browser.get(f"{LIST}?show={one}") for one in (*NoticesShown, "no-such")]
        found += [await browser.get(f"{LIST}{below}") for below in ("/new", "/new?village=99999", "/visits", "/99999")]
        for about, notice in case.notices.items():
            path = f"{LIST}/{notice.id}"
            sees, reads = about in SEEN[name], about in READS[name]
            for below in PAGES:
                # A picture is no text, and is asked for by its status alone.
                async with browser.client.get(f"{path}{below}") as response:
                    status = response.status
                assert status < 500, (about, below)
                if not name:
                    continue  # led to the sign-in
                shown = reads if below in {"/ledger", "/answers", "/visits"} else sees
                if not shown:
                    assert status == 404, (about, below)
                elif below == "" or (about != "waiting" and below in {"/ledger", "/group", "/group.png"}):
                    assert status == 200, (about, below)
            found.append(await browser.get(path))
            found.append(await browser.get(f"{path}/group"))
            await browser.get(f"{LIST}/visits")
            fields = browser.hidden("/console/sign-out") if name else {}
            for file in TAKEN:
                status = (await browser.client.post(f"{path}/{file}", data=fields)).status
                takes = about in TAKES[name] and (about == "asked" or file != "answers.xlsx")
                assert status == (401 if not name else 200 if takes else 404), (about, file)
            for action in (*ACTIONS, "posted", "change", "no-such") if not sees else ():
                page = await browser.post(f"{path}/{action}", {**fields, "text": "不该有的", "other": "某群"})
                found.append(page)
                assert page.status in ({401, 404} if not name else {404}), (about, action)
        everything = "".join(page.text for page in found)
        assert all(page.status < 500 for page in found)
    assert {about for about in case.notices if f"{about.upper()}-text" in everything} == SEEN[name]
    assert ("困难户" in everything) == (name == "周文书")
    assert await standing(hub) == before


async def standing(hub: Hub) -> list[tuple[object, ...]]:
    async with hub.books() as tx:
        listed = await tx.all(select(notices.c.id, notices.c.text, notices.c.state, notices.c.paused_at))
        posted = await tx.all(select(notice_visits.c.id, notice_visits.c.outcome))
    return [tuple(row) for row in (*listed, *posted)]


@pytest.mark.parametrize(("stores", "name"), also_on_postgresql(SEEN, "黄水生"), indirect=["stores"])
async def test_a_door_is_reported_by_who_serves_there(hub: Hub, case: Case, name: str) -> None:
    async with a_browser(hub) as browser:
        fields = {"outcome": "told"}
        if name:
            await browser.sign_in(name)
            await browser.get(f"{LIST}/visits")
            fields |= browser.hidden("/console/sign-out")
        page = await browser.post(f"{LIST}/visits/{case.ticket_id}", fields)
        serves = name not in {"", "隔壁文书", "一组网格员"}
        assert page.status == (200 if serves else 401 if not name else 404)
    async with hub.books() as tx:
        assert await tx.scalar(select(notice_visits.c.outcome)) == ("told" if serves else "")


async def test_the_list_shows_what_the_rule_allows(hub: Hub, case: Case) -> None:
    """The condition in SQL and the rule for one notice are two writings of the same thing."""
    async with hub.books() as tx:
        for officer in hub.staff.values():
            person = await staff_by_id(tx, officer.id)
            listed = {
                line.notice.id for shown in NoticesShown for line in (await list_notices(tx, person, shown)).lines
            }
            allowed = {notice.id for notice in case.notices.values() if may_see_notice(person, notice)}
            assert listed == allowed, person.name

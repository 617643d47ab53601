"""The tickets as every role: nobody finds what his role may not see, and nothing breaks."""

from dataclasses import dataclass

import pytest
from sqlalchemy import select

from store.actions.tickets import submit_ticket
from store.domain.people import Role
from store.domain.tickets import Category, Report, Ticket
from store.queries.access import may_see_ticket
from store.queries.people import staff_by_id
from store.queries.ticket_lists import Shown, Wanted, list_tickets
from store.queries.tickets import barred_from
from store.tables import tickets
from tests.hub import Hub
from tests.integration.console_parts import a_browser, also_on_postgresql

ACTIONS = ("accept", "answer", "note", "pass-on", "return", "resolve", "number", "merge", "link", "fill")

# What each may see of: a lamp in group 3, rubbish in group 1, a dispute in group 3, a complaint about 黄水生, a theft.
SEEN = {
    "周文书": {"lamp", "rubbish", "dispute", "theft"},
    "李书记": {"lamp", "rubbish"},
    "黄水生": {"lamp"},
    "一组网格员": {"rubbish"},
    "何监委": {"lamp", "rubbish", "complaint"},
    "赵工": {"lamp", "rubbish", "complaint"},
    "隔壁文书": set[str](),
    "": set[str](),
}


@dataclass(frozen=True)
class Cases:
    """Tickets by what they are about."""

    tickets: dict[str, Ticket]

    def paths(self) -> dict[str, str]:
        return {name: f"/console/tickets/{ticket.id}" for name, ticket in self.tickets.items()}


@pytest.fixture
async def cases(hub: Hub) -> Cases:
    other = await hub.neighbour_village("竹坑村")
    await hub.add_officer("一组网格员", "+8613900007016", (Role.GRID_OFFICER, hub.groups[0]))
    await other.add_officer("隔壁文书", "+8613900007082", (Role.FRONT_DESK, other.village))
    hub.staff |= other.staff
    hub.numbers |= other.numbers
    reports = {
        "lamp": (Report(Category.INFRASTRUCTURE, "路灯", "LAMP-text", "LAMP-place"), 3, []),
        "rubbish": (Report(Category.ENVIRONMENT, "垃圾", "RUBBISH-text", "RUBBISH-place"), 1, []),
        "dispute": (Report(Category.DISPUTE, "", "DISPUTE-text"), 3, []),
        "complaint": (Report(Category.OTHER, "", "COMPLAINT-text", about_staff=True), 3, [hub.staff["黄水生"].id]),
        "theft": (Report(Category.SECURITY, "", "THEFT-text"), 3, []),
    }
    contact = await hub.contact_of("陈伯")
    async with hub.books() as tx:
        made = {
            name: await submit_ticket(
                tx,
                hub.village,
                report,
                contact,
                resident_id=hub.residents["陈伯"],
                area=hub.groups[group - 1],
                accused=accused,
            )
            for name, (report, group, accused) in reports.items()
        }
    return Cases(made)


@pytest.mark.parametrize(
    ("stores", "name"), also_on_postgresql(SEEN, "周文书", "黄水生", "何监委"), indirect=["stores"]
)
async def test_a_walk_of_all_addresses(hub: Hub, cases: Cases, name: str) -> None:
    async with a_browser(hub) as browser:
        if name:
            assert (await browser.sign_in(name)).path == "/console/today"
        found = [await browser.get(f"/console/tickets?show={one}") for one in (*Shown, "no-such")]
        found += [await browser.get(f"/console/tickets?q={word}") for word in ("text", "陈伯", "1004", "COMPLAINT")]
        found += [await browser.get(path) for path in ("/console/tickets/new", "/console/tickets/99999", "/console/x")]
        found += [
            await browser.get(path)
            for path in ("/console/today", "/console/account", "/console/tickets/replies", "/console/kept")
        ]
        found += [await browser.get(f"/console/tickets?area={hub.groups[0].id}&who=none&due=week&category=dispute")]
        for about, path in cases.paths().items():
            page = await browser.get(path)
            found.append(page)
            may = about in SEEN[name]
            assert page.status == (200 if may or not name else 404), about
            if not may:
                heard = await browser.get(f"{path}/news?since=0")
                found.append(heard)
                assert heard.status == (404 if name else 204), about
            fields = browser.hidden("/console/sign-out") if name and may else {}
            for action in ACTIONS if not may else ():
                answer = await browser.post(
                    f"{path}/{action}", {**fields, "text": "不该有的", "to": "1", "number": "1001"}
                )
                found.append(answer)
                assert answer.status in ({401} if not name else {403, 404}), (about, action)
        everything = "".join(page.text for page in found)
        assert all(page.status < 500 for page in found)
    shown = {about for about in cases.tickets if f"{about.upper()}-text" in everything}
    assert shown == SEEN[name]
    async with hub.books() as tx:
        assert {row.state for row in await tx.all(select(tickets.c.state))} == {"received"}


async def test_a_foreign_ticket_is_not_acted_on_even_with_a_good_token(hub: Hub, cases: Cases) -> None:
    """The form of a page that one may see, sent to a ticket that one may not."""
    async with a_browser(hub) as browser:
        await browser.sign_in("黄水生")
        await browser.get(cases.paths()["lamp"])
        fields = browser.hidden(f"{cases.paths()['lamp']}/answer")
        for about in ("rubbish", "dispute", "complaint", "theft"):
            for action in ACTIONS:
                to = {**fields, "text": "不该有的", "to": str(hub.staff["周文书"].id)}
                assert (await browser.post(f"{cases.paths()[about]}/{action}", to)).status == 404, (about, action)


async def test_a_hidden_sender_is_not_named_nor_found_but_by_the_handler(hub: Hub, cases: Cases) -> None:
    await hub.add_officer("另一个治安员", "+8613900007017", (Role.SECURITY, hub.village))
    async with a_browser(hub) as browser:
        await browser.sign_in("另一个治安员")
        page = await browser.get(cases.paths()["theft"])
        assert ("不露姓名" in page.text, "陈伯" in page.text) == (True, False)
        assert "THEFT" not in (await browser.get("/console/tickets?q=陈伯")).text
        fields = browser.hidden("/console/sign-out")
        refused = await browser.post(f"{cases.paths()['theft']}/number", fields)
        assert (refused.status, "13900007001" in refused.text) == (409, False)


async def test_the_list_shows_exactly_what_the_rule_allows(hub: Hub, cases: Cases) -> None:
    """The condition in SQL and the rule for one ticket are two writings of the same thing."""
    async with hub.books() as tx:
        for person in hub.staff.values():
            listed = await list_tickets(tx, await staff_by_id(tx, person.id), Wanted())
            allowed = {
                ticket.id
                for ticket in cases.tickets.values()
                if may_see_ticket(person, ticket, barred=await barred_from(tx, ticket))
            }
            assert {line.ticket.id for line in listed.lines} == allowed, person.name

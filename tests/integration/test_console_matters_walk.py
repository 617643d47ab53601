"""Every address of the matters as every role."""

import pytest
from sqlalchemy import select

from store.domain.people import Role
from store.queries.matters import matter_with_code
from store.tables import entitlements, matters, paper_entries
from tests.acceptance.test_matters import voting
from tests.hub import Hub
from tests.integration.console_parts import a_browser, give_password

ADDRESSES = frozenset(
    {
        "/console/matters",
        "/console/matters/{village}",
        "/console/matters/{village}/new",
        "/console/matters/{village}/{matter}",
        "/console/matters/{village}/{matter}/{action}",
        "/console/matters/{village}/{matter}/roll",
        "/console/matters/{village}/{matter}/roll/{vote}",
    }
)
ACTIONS = ("publish", "turn-down", "open", "close", "decide", "carry-out")

# Who sees a matter, who runs it, who enters ballots from paper.
SEEN = {
    "周文书": (True, True, True),
    "李书记": (True, True, True),
    "赵工": (True, True, True),
    "何监委": (True, False, True),
    "黄水生": (True, False, False),
    "隔壁文书": (False, False, False),
}


async def open_matter(hub: Hub) -> tuple[str, int]:
    """The path of a matter that is voted on, and one vote of its roll."""
    code = await voting(hub)
    async with hub.books() as tx:
        matter = await matter_with_code(tx, hub.village.id, code)
        vote = await tx.scalar(select(entitlements.c.id).limit(1))
    assert matter
    return f"/console/matters/{hub.village.id}/{matter.id}", int(vote)


@pytest.mark.parametrize("name", SEEN)
async def test_a_walk_of_the_matters(hub: Hub, name: str) -> None:
    other = await hub.neighbour_village("竹坑村")
    await other.add_officer("隔壁文书", "+8613900007082", (Role.FRONT_DESK, other.village))
    hub.staff |= other.staff
    hub.numbers |= other.numbers
    path, vote = await open_matter(hub)
    sees, runs, enters = SEEN[name]
    village = f"/console/matters/{hub.village.id}"
    async with a_browser(hub) as browser:
        await give_password(hub, name)
        await browser.sign_in(name)
        assert (await browser.get("/console/matters")).status == 200
        fields = browser.hidden("/console/sign-out")
        pages = (
            (village, sees),
            (f"{village}?show=over", sees),
            (f"{village}?show=over&before=x", sees),
            (path, sees),
            (f"{village}/new", runs),
            (f"{path}/roll", enters),
            (f"{path}/roll?after=99999999999999999999", enters),
            (f"{path}/roll/{vote}", enters),
        )
        for page, allowed in pages:
            assert (await browser.get(page)).status == (200 if allowed else 404), page
        foreign = path.replace(village, f"/console/matters/{other.village.id}")
        for odd in (f"{village}/99999", f"{path}/roll/99999", foreign, f"{foreign}/roll"):
            assert (await browser.get(odd)).status == 404, odd
        if not runs:
            for action in ACTIONS:
                answer = await browser.post(f"{path}/{action}", {**fields, "text": "不该有的", "sure": "1"})
                assert answer.status == (409 if sees else 404), action
            assert (await browser.post(f"{village}/new", {**fields, "text": "不该有的"})).status == 404
        if not enters:
            assert (await browser.post(f"{path}/roll/{vote}", {**fields, "choice": "agree"})).status == 404
    async with hub.books() as tx:
        assert [row.state for row in await tx.all(select(matters.c.state))] == ["voting"]
        assert await tx.first(select(paper_entries)) is None


async def test_a_stranger_is_led_to_the_door(hub: Hub) -> None:
    path, vote = await open_matter(hub)
    village = f"/console/matters/{hub.village.id}"
    async with a_browser(hub) as browser:
        for page in ("/console/matters", village, f"{village}/new", path, f"{path}/roll", f"{path}/roll/{vote}"):
            assert (await browser.get(page)).path == "/console/sign-in", page
        for page in (f"{village}/new", f"{path}/close", f"{path}/roll/{vote}"):
            assert (await browser.post(page, {"text": "我写的", "choice": "agree"})).status == 401, page

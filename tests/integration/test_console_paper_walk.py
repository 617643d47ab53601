"""Every address of the month's page as every role."""

from datetime import date

import pytest

from store.actions.disclosures import add_item
from store.domain.people import Role
from tests.hub import Hub
from tests.integration.console_parts import a_browser, also_on_postgresql
from tests.integration.test_public_pages import DITCH, RENT, disclose

# Who sees what is out, who what is not out yet, who writes answers.
SEEN = {
    "周文书": (True, True, True),
    "李书记": (True, True, True),
    "何监委": (True, True, True),
    "赵工": (True, True, False),
    "黄水生": (True, False, False),
    "隔壁文书": (False, False, False),
}


def _files(path: str) -> list[str]:
    return [path, f"{path}/usual.pdf", f"{path}/large.pdf", f"{path}/1.png"]


@pytest.mark.parametrize(("stores", "name"), also_on_postgresql(SEEN, "周文书", "黄水生"), indirect=["stores"])
async def test_a_walk_of_the_months_page(hub: Hub, name: str) -> None:
    other = await hub.neighbour_village("竹坑村")
    await other.add_officer("隔壁文书", "+8613900007082", (Role.FRONT_DESK, other.village))
    hub.staff |= other.staff
    hub.numbers |= other.numbers
    await disclose(hub, DITCH)
    async with hub.books() as tx:
        await add_item(tx, hub.village, date(2026, 11, 1), RENT, hub.staff["周文书"])
    sees_published, sees_draft, answers = SEEN[name]
    village = f"/console/paper/{hub.village.id}"
    async with a_browser(hub) as browser:
        await browser.sign_in(name)
        for allowed, month in ((sees_published, "2026-10"), (sees_draft, "2026-11")):
            for path in _files(f"{village}/{month}"):
                async with browser.client.get(path) as answer:
                    assert answer.status == (200 if allowed else 404), path
        assert (await browser.get(village)).status == (200 if sees_published else 404)
        assert ("2026年11月" in browser.page.text) == sees_draft
        assert (await browser.get(f"{village}/answers")).status == (200 if answers else 404)
        fields = browser.hidden("/console/sign-out") if browser.page.status == 200 else {}
        written = await browser.post(f"{village}/answers", {**fields, "item": "1", "text": "不该有的"})
        assert written.status == (200 if answers else 404 if fields else 403)
        for odd in ("/console/paper/99999", f"{village}/2026-13", f"{village}/2020-01", f"{village}/2026-10/9.png"):
            assert (await browser.get(odd)).status == 404, odd
        assert (await browser.get("/console/paper")).status == 200
        assert ("竹坑村" in browser.page.text) == (name in {"隔壁文书", "赵工"})

"""The audit chain at the console: read in plain words, checked, taken along; and the long work behind it."""

import io
import re

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select, text

from store.actions.areas import change_setting
from store.actions.kept_files import forget_files
from store.domain.audit_search import AuditSearch
from store.domain.tickets import Category
from store.queries import audit_book
from store.queries.people import staff_by_id
from store.tables import audit_entries, files, progress, staff, tasks
from tests.hub import Hub
from tests.integration.console_parts import Browser, signed_in
from tests.integration.office_parts import run_jobs, settle, tell


async def entries(hub: Hub, name: str, **given: str) -> list[tuple[str, str, str]]:
    async with hub.books() as tx:
        person = await staff_by_id(tx, hub.staff[name].id)
        found = await audit_book.search_book(tx, person, hub.village, AuditSearch.of(given))
    return [(line.actor or line.actor_kind, line.action, line.subject) for line in found.lines]


async def pressed(hub: Hub, browser: Browser, what: str) -> str:
    """The path of the task that came of a press."""
    await browser.get("/console/audit")
    answer = await browser.press(f"/console/audit/{what}")
    assert re.fullmatch(r"/console/jobs/\d+", answer.path), answer.text
    assert "正在办" in answer.text
    await run_jobs(hub)
    return answer.path


async def test_it_says_who_did_what_to_what_and_names_no_villager(hub: Hub) -> None:
    await settle(hub, await tell(hub, "陈伯", Category.INFRASTRUCTURE))
    async with signed_in(hub, "何监委") as browser:
        page = await browser.get("/console/audit")
    plain = re.sub(r"<[^>]+>|\s+", " ", page.text)
    for shown in ("周文书 回了话 · 编号1001的事", "一位乡亲 说了一件事 · 编号1001的事", "何监委 登录了"):
        assert shown in re.sub(r" +", " ", plain)
    assert "陈伯" not in page.text


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"kind": "setting"}, [("console", "setting.changed", "landline")]),
        ({"who": "villager"}, [("contact", "ticket.confirmed", "1001"), ("contact", "ticket.submitted", "1001")]),
        (
            {"number": "1001", "who": "villager"},
            [("contact", "ticket.confirmed", "1001"), ("contact", "ticket.submitted", "1001")],
        ),
        ({"number": "4711"}, []),
        ({"until": "2026-11-17"}, []),
        ({"since": "2026-11-18", "kind": "setting"}, [("console", "setting.changed", "landline")]),
        ({"since": "nonsense", "who": "staff:x", "kind": "%", "number": "-1", "until": "2026-11-17"}, []),
    ],
)
async def test_one_looks_by_time_actor_action_and_number(
    hub: Hub, given: dict[str, str], found: list[tuple[str, str, str]]
) -> None:
    async with hub.books() as tx:
        await change_setting(tx, hub.village.id, "landline", "6999999", actor="console")
    await settle(hub, await tell(hub, "陈伯", Category.OTHER))
    everything = await entries(hub, "何监委", **given)
    assert [one for one in everything if one[1] != "contact.verified" and one[0] != "test"] == found


async def test_one_officer_is_found_alone(hub: Hub) -> None:
    await settle(hub, await tell(hub, "陈伯", Category.OTHER))
    found = await entries(hub, "何监委", who=f"staff:{hub.staff['周文书'].id}")
    assert [action for _, action, _ in found] == ["ticket.resolved", "ticket.answered"]


async def test_a_complaint_leaves_no_trace_for_whom_it_is_about(hub: Hub) -> None:
    await tell(hub, "陈伯", Category.OTHER, about_staff=True, accused="李书记")
    await tell(hub, "林嫂", Category.OTHER, about_staff=True, accused="何监委")
    assert [one[2] for one in await entries(hub, "李书记", kind="ticket")] == []
    assert [one[2] for one in await entries(hub, "何监委", kind="ticket")] == ["1001"]
    assert [one[2] for one in await entries(hub, "赵工", kind="ticket")] == ["1002", "1001"]


async def test_pages_follow_one_another_without_a_gap(hub: Hub) -> None:
    for number in range(7):
        async with hub.books() as tx:
            await change_setting(tx, hub.village.id, "landline", f"612345{number}", actor="console")
    async with hub.books() as tx:
        person = await staff_by_id(tx, hub.staff["何监委"].id)
        whole = [line.id for line in (await audit_book.search_book(tx, person, hub.village, AuditSearch())).lines]
        seen: list[int] = []
        after = 0
        while True:
            page = await audit_book.search_book(tx, person, hub.village, AuditSearch(), after, most=5)
            seen += [line.id for line in page.lines]
            after = page.after
            if not after:
                break
    assert seen == whole
    assert len(seen) > 10


async def test_a_whole_chain_is_followed_and_said_to_be_whole(hub: Hub) -> None:
    async with signed_in(hub, "何监委") as browser:
        path = await pressed(hub, browser, "verify")
        page = await browser.get(path)
        assert "一条没少，也没人改过" in page.text
        assert 'hx-trigger="every 3s"' not in page.text
        assert "查记录有没有被动过" in (await browser.get("/console/jobs")).text
    assert ("何监委", "audit.verified", "榕溪村") in await entries(hub, "何监委")


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
async def test_a_touched_chain_is_found_out(hub: Hub) -> None:
    async with hub.books() as tx:
        await tx.run(text("DROP TRIGGER audit_entries_no_update"))
        mine = audit_entries.c.area_id == hub.village.id
        await tx.run(audit_entries.update().where(mine, audit_entries.c.sequence == 3).values(actor="nobody"))
    async with signed_in(hub, "何监委") as browser:
        page = await browser.get(await pressed(hub, browser, "verify"))
    assert "从第3条起对不上" in page.text


async def test_the_book_is_taken_along_as_text(hub: Hub) -> None:
    await settle(hub, await tell(hub, "陈伯", Category.OTHER))
    async with signed_in(hub, "何监委") as browser:
        path = await pressed(hub, browser, "export")
        page = await browser.get(path)
        assert "存好了" in page.text
        async with browser.client.get(f"{path}/file") as response:
            assert (response.status, "attachment" in response.headers["Content-Disposition"]) == (200, True)
            rows = CalamineWorkbook.from_filelike(io.BytesIO(await response.read())).get_sheet_by_index(0).to_python()
    assert rows[0] == ["什么时候", "谁", "做了什么", "对什么"]
    assert ["周文书", "回了话", "编号1001的事"] in [row[1:] for row in rows]
    assert ("何监委", "audit.exported", "榕溪村") in await entries(hub, "何监委")


async def test_a_file_is_not_to_be_had_for_ever(hub: Hub) -> None:
    async with signed_in(hub, "何监委") as browser:
        path = await pressed(hub, browser, "export")
        hub.clock.pass_time(days=7.1)
        await browser.sign_in("何监委")
        assert (await browser.get(f"{path}/file")).status == 404
        assert "取回文件" not in (await browser.get("/console/jobs")).text


async def test_a_file_that_is_not_to_be_had_any_more_leaves_the_disk_and_a_younger_one_stays(hub: Hub) -> None:
    async with signed_in(hub, "何监委") as browser:
        await pressed(hub, browser, "export")
        [old] = hub.files.all_paths()
        hub.clock.pass_time(days=7)
        await browser.sign_in("何监委")
        await pressed(hub, browser, "export")
        for _ in range(2):
            async with hub.books() as tx:
                await forget_files(tx, hub.files, tx.now)
        [young] = hub.files.all_paths()
        async with hub.books() as tx:
            assert await tx.all(select(files.c.sha256)) == [(young.name,)]
            assert [row.file for row in await tx.all(select(tasks.c.file).order_by(tasks.c.id))] == ["", young.name]
    assert young != old
    said = [action for _, action, _ in await entries(hub, "何监委")]
    assert said.count("audit.exported") == 2


async def test_a_task_is_seen_by_whoever_asked_for_it_alone(hub: Hub) -> None:
    async with signed_in(hub, "何监委") as browser:
        path = await pressed(hub, browser, "export")
    async with signed_in(hub, "李书记") as other:
        for address in (path, f"{path}/file", "/console/jobs/99999", "/console/jobs/99999/file"):
            assert (await other.get(address)).status == 404
        assert "没有在办的活" in (await other.get("/console/jobs")).text


async def test_a_double_press_asks_for_one_task_and_a_job_run_twice_ends_once(hub: Hub) -> None:
    async with signed_in(hub, "何监委") as browser:
        await browser.get("/console/audit")
        fields = browser.hidden("/console/audit/verify")
        first = await browser.post("/console/audit/verify", fields)
        assert (await browser.post("/console/audit/verify", fields)).path == "/console/jobs?done=already"
        await run_jobs(hub)
        await run_jobs(hub)
    assert first.path.startswith("/console/jobs/")
    async with hub.books() as tx:
        rows = await tx.all(select(progress.c.done, progress.c.total, progress.c.finished_at))
        verified = await tx.all(select(audit_entries.c.id).where(audit_entries.c.action == "audit.verified"))
    assert [(row.done == row.total, row.finished_at is not None) for row in rows] == [(True, True)]
    assert len(verified) == 1


async def test_an_export_of_somebody_who_left_office_ends(hub: Hub) -> None:
    async with signed_in(hub, "何监委") as browser:
        await browser.get("/console/audit")
        await browser.press("/console/audit/export")
    async with hub.books() as tx:
        await tx.run(staff.update().where(staff.c.id == hub.staff["何监委"].id).values(ended_at=tx.now))
    await run_jobs(hub)
    async with hub.books() as tx:
        assert await tx.scalar(select(tasks.c.outcome)) == "failed"

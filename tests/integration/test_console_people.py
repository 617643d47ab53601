"""The roster at the console: found, changed, brought in and taken out."""

import asyncio
import io
import re
import time

import pytest
from aiohttp import FormData
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from notifier.roster_jobs import roster_job
from store.actions.roster_uploads import KEPT_FOR, forget_uploads
from store.domain.audiences import Audience, AudienceKind
from store.domain.deliberation import RollKind
from store.domain.jobs import JobArguments
from store.queries.matters import roll_size_of
from store.queries.membership import people_meant
from store.tables import (
    audit_entries,
    contact_holders,
    contacts,
    household_proxies,
    households,
    progress,
    residents,
    roster_uploads,
    tags,
)
from tests.hub import Hub
from tests.integration.console_parts import Answer, Browser, signed_in

HOSTILE = "<script>alert(1)</script>"
SHEET = "组,户号,姓名,与户主关系,出生日期,联系电话,备注\n"


async def facts(hub: Hub, action: str) -> list[tuple[str, str]]:
    async with hub.books() as tx:
        rows = await tx.all(select(audit_entries).where(audit_entries.c.action == action).order_by(audit_entries.c.id))
    return [(row.actor, row.subject) for row in rows]


async def resident(hub: Hub, name: str) -> object:
    async with hub.books() as tx:
        return await tx.first(select(residents).where(residents.c.name == name))


async def found(browser: Browser, words: str, **asked: str) -> list[str]:
    query = "&".join(f"{name}={value}" for name, value in {"q": words, **asked}.items())
    page = await browser.get(f"/console/people?{query}")
    assert page.status == 200
    return re.findall(r'href="/console/people/\d+"><strong>([^<]+)</strong>', page.text)


async def open_person(browser: Browser, hub: Hub, name: str) -> str:
    path = f"/console/people/{hub.residents[name]}"
    await browser.get(path)
    return path


async def bring(browser: Browser, content: bytes, name: str = "花名册.csv") -> Answer:
    await browser.get("/console/people/import")
    form = FormData(browser.hidden("/console/people/import"), quote_fields=False)
    form.add_field("file", content, filename=name)
    async with browser.client.post("/console/people/import", data=form) as response:
        browser.page = Answer(response.status, response.url.path_qs, await response.text(), response.headers)
    return browser.page


async def test_people_are_found_by_name_initials_number_home_group_and_tag(hub: Hub) -> None:
    async with hub.books() as tx:
        number = await tx.scalar(
            select(households.c.number)
            .join(residents, residents.c.household_id == households.c.id)
            .where(residents.c.name == "林嫂")
        )
    async with signed_in(hub, "周文书") as browser:
        await browser.get("/console/people/lists")
        await browser.press(f"/console/people/lists/{hub.village.id}/add-tag", name="种植户")
        path = await open_person(browser, hub, "林强")
        tag = re.findall(r'name="tag-(\d+)"', browser.page.text)[0]
        await browser.press(f"{path}/tag", **{f"tag-{tag}": "1"})
        assert "种植户" in browser.page.text
        for words, names in (
            ("陈", ["陈伯"]),
            ("cb", ["陈伯"]),
            ("LQ", ["林强"]),
            ("13900007002", ["林嫂", "林强"]),
            ("139 0000 7002", ["林嫂", "林强"]),
            (str(number), ["林嫂", "林强"]),
            ("一组", ["黄明", "黄老太"]),
            ("一组 黄明", ["黄明"]),
            ("种植户", ["林强"]),
            ("%", []),
            (HOSTILE, []),
        ):
            assert await found(browser, words) == names, words
        assert await found(browser, "", show="unreached") == ["黄老太"]
        assert await found(browser, "", tag=tag) == ["林强"]
        assert await found(browser, "", group=str(hub.groups[0].id)) == ["黄明", "黄老太"]


async def test_a_number_is_masked_until_it_is_asked_for(hub: Hub) -> None:
    async with signed_in(hub, "周文书") as browser:
        path = await open_person(browser, hub, "陈伯")
        assert ("139****7001" in browser.page.text, "13900007001" in browser.page.text) == (True, False)
        [contact] = re.findall(r'name="contact" value="(\d+)"', browser.page.text)[:1]
        shown = await browser.press(f"{path}/show-number", contact=contact)
        assert "13900007001" in shown.text
        await open_person(browser, hub, "林嫂")
        foreign = await browser.press(f"/console/people/{hub.residents['林嫂']}/show-number", contact=contact)
        assert (foreign.status, "7001" in foreign.text) == (404, False)
    assert await facts(hub, "contact.shown") == [(f"staff:{hub.staff['周文书'].id}", f"contact:{contact}")]


async def test_a_person_is_changed_and_what_was_typed_is_kept_on_refusal(hub: Hub) -> None:
    async with signed_in(hub, "周文书") as browser:
        path = await open_person(browser, hub, "陈伯")
        refused = await browser.press(f"{path}/edit", name="", birth="1950-03-02", relation="本人")
        assert (refused.status, "请写姓名" in refused.text, 'value="本人"' in refused.text) == (409, True, True)
        late = await browser.press(f"{path}/edit", name="陈伯", birth="2050-01-01")
        assert "这个生日不对" in late.text
        done = await browser.press(
            f"{path}/edit", name=f"曾{HOSTILE}", sex="male", birth="1950-03-02", away_place="东莞", is_head="1"
        )
        assert ("改好了" in done.text, HOSTILE in done.text, "东莞" in done.text) == (True, False, True)
        assert await found(browser, "zs") == ["曾&lt;script&gt;alert(1)&lt;/script&gt;"]
        assert await found(browser, "", show="away") != []
    assert len(await facts(hub, "resident.changed")) == 1


async def test_numbers_are_added_taken_away_and_revived(hub: Hub) -> None:
    async with signed_in(hub, "周文书") as browser:
        path = await open_person(browser, hub, "黄老太")
        wrong = await browser.press(f"{path}/add-number", number="12")
        assert (wrong.status, "不像电话号码" in wrong.text) == (409, True)
        fields = {**browser.hidden(f"{path}/add-number"), "number": "13900007033"}
        await browser.post(f"{path}/add-number", fields)
        assert "139****7033" in browser.page.text
        again = await browser.post(f"{path}/add-number", fields)
        assert "刚才已经按过了" in again.text
        [contact] = re.findall(r'name="contact" value="(\d+)"', browser.page.text)[:1]
        async with hub.books() as tx:
            await tx.run(contacts.update().where(contacts.c.id == int(contact)).values(dead_at=tx.now))
        await browser.get(path)
        assert "打不通了" in browser.page.text
        revived = await browser.press(f"{path}/revive-number", contact=contact)
        assert ("往这个号发" in revived.text, "打不通了" in revived.text) == (True, False)
        removed = await browser.press(f"{path}/remove-number", contact=contact)
        assert ("139****7033" in removed.text, "不再算他的" in removed.text) == (False, True)


async def test_a_home_with_its_members_group_and_proxy(hub: Hub) -> None:
    async with signed_in(hub, "周文书") as browser:
        await browser.get("/console/people/homes/new")
        new = "/console/people/homes/new"
        taken = await browser.press(new, household="", name="李四")
        assert (taken.status, 'value="李四"' in taken.text) == (409, True)
        home = await browser.press(
            new, household="三8", group=str(hub.groups[2].id), name="李四", is_head="1", number="13900007044"
        )
        assert ("这一户添上了" in home.text, "李四" in home.text, "139****7044" in home.text) == (True, True, True)
        path = home.path.partition("?")[0]
        await browser.press(f"{path}/add", name="李小妹", relation="女", registered="1")
        assert "李小妹" in browser.page.text
        await browser.press(f"{path}/regroup", group=str(hub.groups[0].id))
        assert "一组" in browser.page.text
        await browser.press(f"{path}/proxy", number="13900007001")
        assert "代收人记下了" in browser.page.text
        async with hub.books() as tx:
            assert await tx.scalar(select(func.count()).select_from(household_proxies)) == 1
        await browser.press(f"{path}/no-proxy")
        for member in ("李四", "李小妹"):
            row = await resident(hub, member)
            assert row.group_id == hub.groups[0].id  # type: ignore[attr-defined]
        assert "户主" in browser.page.text
        person = await open_person(browser, hub, "陈伯")
        gone = await browser.press(f"{person}/move", household="没有")
        assert (gone.status, "没有这个户号" in gone.text) == (404, True)
        moved = await browser.press(f"{person}/move", household="三8")
        assert ("搬过去了" in moved.text, "一组" in moved.text) == (True, True)


async def test_who_has_gone_hears_no_more_and_is_not_deleted(hub: Hub) -> None:
    await hub.text("陈伯", "三组晒谷场边的路灯坏了")
    async with signed_in(hub, "周文书") as browser:
        path = await open_person(browser, hub, "陈伯")
        refused = await browser.press(f"{path}/gone")
        assert "请选是迁走了，还是去世了" in refused.text
        gone = await browser.press(f"{path}/gone", why="died")
        assert "去世了" in gone.text
        assert await found(browser, "陈伯") == []
        async with hub.books() as tx:
            today = tx.now.date()
            assert await people_meant(tx, Audience(AudienceKind.GROUP, hub.groups[2]), today) == 2
            assert await roll_size_of(tx, RollKind.ADULTS, hub.village.id, None, today) == 4
        assert await found(browser, "陈伯", show="gone") == ["陈伯"]
        async with hub.books() as tx:
            held = select(func.count()).select_from(contact_holders)
            assert await tx.scalar(held.where(contact_holders.c.resident_id == hub.residents["陈伯"])) == 0
        assert "陈伯" in (await browser.get("/console/tickets?q=1001")).text
        await browser.get(path)
        back = await browser.press(f"{path}/back")
        assert "又在册了" in back.text
        assert await found(browser, "陈伯") == ["陈伯"]


async def test_a_grid_officer_sees_and_changes_his_own_grid_only(hub: Hub) -> None:
    async with signed_in(hub, "黄水生") as browser:
        assert await found(browser, "") == ["陈伯", "林嫂", "林强"]
        assert "2户" in browser.page.text
        assert (await browser.get(f"/console/people/{hub.residents['黄明']}")).status == 404
        path = await open_person(browser, hub, "陈伯")
        fields = browser.hidden(f"{path}/edit")
        foreign = await browser.post(f"/console/people/{hub.residents['黄明']}/edit", {**fields, "name": "别人"})
        assert foreign.status == 404
        await browser.get(path)
        row = await resident(hub, "黄明")
        async with hub.books() as tx:
            number = await tx.scalar(select(households.c.number).where(households.c.id == row.household_id))  # type: ignore[attr-defined]
        moved = await browser.press(f"{path}/move", household=str(number))
        assert (moved.status, "没有这个户号" in moved.text) == (404, True)


async def test_a_sheet_is_shown_kept_and_taken_over_once(hub: Hub) -> None:
    lines = "三组,,陈伯,户主,1960-01-01,13900007001,党员、低保\n三组,19,新来的,户主,1990-13-40,13900007077,\n"
    async with signed_in(hub, "周文书") as browser:
        shown = await bring(browser, (SHEET + lines).encode())
        assert shown.path.startswith("/console/people/import/")
        for words in ("要添1人", "还没有写进册子", "新来的", "1990", "没有这一天", "黄老太", "党员"):
            assert words in shown.text, words
        assert await resident(hub, "新来的") is None
        path = shown.path
        async with hub.books() as tx:
            sealed = await tx.scalar(select(roster_uploads.c.content))
        assert "新来的".encode() not in sealed
        await browser.get("/console/people")
        await browser.press("/console/sign-out")
        await browser.sign_in("周文书")
        assert "等您看过再定" in (await browser.get("/console/people/import")).text
        await browser.get(path)
        refused = await browser.press(f"{path}/take", **{"flag-hardship": "1"})
        assert refused.status == 409
        taken = await browser.press(f"{path}/take", **{"flag-hardship": "1"}, reason="发低保金")
        assert "写好了：添了1人，改了1人" in taken.text
        assert (await browser.get(path)).text.count("写好了") == 1
        over = await browser.post(f"{path}/take", {**browser.hidden("/console/sign-out"), "reason": "again"})
        assert (over.status, "已经定过了" in over.text) == (409, True)
    row = await resident(hub, "陈伯")
    assert (row.flags, row.party_member) == (["hardship"], True)  # type: ignore[attr-defined]
    async with hub.books() as tx:
        assert await tx.scalar(select(roster_uploads.c.content)) is None


async def test_a_large_sheet_is_written_by_the_job(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.actions.roster_uploads.LARGE", 20)
    lines = "".join(f"三组,{n},村{chr(0x4E00 + n)},户主,1970-01-01,,\n" for n in range(21))
    queue: list[tuple[str, JobArguments]] = []

    class Queue:
        async def defer(self, job: str, arguments: JobArguments, _lock: str = "") -> None:
            queue.append((job, arguments))

    hub.database.queue = Queue()
    async with signed_in(hub, "周文书") as browser:
        path = (await bring(browser, (SHEET + lines).encode())).path
        begun = await browser.press(f"{path}/take")
        assert ("21人里看了0人" in begun.text, 'hx-trigger="every 2s"' in begun.text) == (True, True)
        assert await resident(hub, "村七") is None
        [(_, arguments)] = queue
        for _ in range(2):
            await roster_job(hub.database, hub.clock)(arguments)
        assert "写好了：添了21人" in (await browser.get(path)).text
    async with hub.books() as tx:
        assert await tx.scalar(select(progress.c.finished_at)) is not None


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
async def test_how_far_a_large_sheet_is_read_is_seen_on_its_page(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("notifier.roster_jobs.TELLS_EVERY_SECONDS", 0.02)
    lines = "".join(f"三组,{n},村{chr(0x4E00 + n)},户主,1970-01-01,,\n" for n in range(2000))
    async with signed_in(hub, "周文书") as browser:
        path = (await bring(browser, (SHEET + lines).encode())).path
        await browser.press(f"{path}/take")
        job = roster_job(hub.database, hub.clock)({"subject": int(path.rpartition("/")[2])})
        written, seen = asyncio.ensure_future(job), list[str]()
        while not written.done():
            seen += re.findall(r"2000人里看了(\d+)人", (await browser.get(path)).text)
        await written
    read = [int(one) for one in seen]
    assert read == sorted(read)
    assert [one for one in read if 0 < one < 2000]


async def test_files_that_are_none_and_files_that_nobody_took(hub: Hub) -> None:
    async with signed_in(hub, "周文书") as browser:
        assert (await bring(browser, b"")).status == 409
        assert (await bring(browser, b"PK\x03\x04 nothing", "x.xlsx")).status == 409
        assert (await bring(browser, "甲,乙\n1,2\n".encode())).status == 409
        path = (await bring(browser, (SHEET + "三组,19,新来的,户主,,,\n").encode())).path
        hub.clock.pass_time(days=KEPT_FOR.days + 1)
        async with hub.books() as tx:
            await forget_uploads(tx, tx.now)
            assert await tx.scalar(select(roster_uploads.c.content)) is None
        await browser.sign_in("周文书")
        assert "没有用" in (await browser.get(path)).text


async def test_the_export_is_audited_text_and_reads_back_unchanged(hub: Hub) -> None:
    await hub.add_household(2, ("=cmd()", "+8613900007099"))
    async with signed_in(hub, "周文书") as browser:
        await browser.get("/console/people")
        fields = browser.hidden("/console/people/export")
        async with browser.client.post("/console/people/export", data=fields) as response:
            assert response.status == 200
            content = await response.read()
        rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
        assert "=cmd()" in [row[2] for row in rows]
        assert len(rows) == 7
        again = await bring(browser, content, "花名册.xlsx")
        assert "要添0人，要改0人，没变5人" in again.text
    assert await facts(hub, "roster.exported") == [(f"staff:{hub.staff['周文书'].id}", f"area:{hub.village.id}")]


async def test_groups_and_tags_are_named(hub: Hub) -> None:
    lists = f"/console/people/lists/{hub.village.id}"
    async with signed_in(hub, "周文书") as browser:
        await browser.get("/console/people/lists")
        await browser.press(f"{lists}/add-group", name="新屋组")
        assert "新屋组" in browser.page.text
        assert (await browser.press(f"{lists}/add-group", name="新屋组")).status == 409
        await browser.press(f"{lists}/rename-group", group=str(hub.groups[0].id), name="桥头组")
        assert "桥头组" in browser.page.text
        for word in ("低保户", "吸毒人员", ""):
            assert (await browser.press(f"{lists}/add-tag", name=word)).status == 409, word
        await browser.press(f"{lists}/add-tag", name="民兵")
        async with hub.books() as tx:
            tag = await tx.scalar(select(tags.c.id))
        await browser.press(f"{lists}/rename-tag", tag=str(tag), name="老民兵")
        assert "老民兵" in browser.page.text
        await browser.press(f"{lists}/drop-tag", tag=str(tag))
        assert "老民兵" not in browser.page.text


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
async def test_a_page_of_a_large_village_is_quick_and_goes_on(hub: Hub) -> None:
    async with hub.books() as tx:
        row = {"area_id": hub.village.id, "group_id": hub.groups[1].id}
        homes = await tx.insert_for_ids(households, [{**row, "number": f"大{n}"} for n in range(1250)])
        blank = dict.fromkeys(("sex", "relation", "away_place"), "")
        marks = dict.fromkeys(("registered", "away", "party_member", "representative", "collective_member"), False)
        people = [
            {**row, **blank, **marks, "household_id": homes[n // 4], "name": f"村{n}民", "is_head": n % 4 == 0}
            for n in range(5000)
        ]
        await tx.insert_many(residents, [{**one, "flags": []} for one in people])
    async with signed_in(hub, "周文书") as browser:
        await browser.get("/console/people")
        begun = time.perf_counter()
        page = await browser.get("/console/people?q=村")
        assert time.perf_counter() - begun < 0.3
        names = re.findall(r"<strong>(村\d+民)</strong>", page.text)
        assert names == [f"村{n}民" for n in range(50)]
        following = re.findall(r'href="(\?[^"]*after=[^"]*)"', page.text)[0].replace("&amp;", "&")
        page = await browser.get(f"/console/people{following}")
        assert re.findall(r"<strong>(村\d+民)</strong>", page.text)[0] == "村50民"
        assert (await browser.get("/console/people?after=9999999999999999999.x")).status == 200

"""Marks for care, two rows that are one person, and what a person may ask of his data."""

import io
import re
from collections.abc import Iterable
from datetime import date, timedelta

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from store.actions.ballots import cast_ballot
from store.actions.flags import end_flags_that_ran_out
from store.actions.matters import Publication, close_matter, open_voting, propose_matter, publish_matter
from store.actions.paper_ballots import enter_paper_ballot
from store.actions.tickets import submit_ticket, use_safe_contact
from store.domain.ballots import Choice
from store.domain.deliberation import RollKind
from store.domain.people import ContactKind, Role
from store.domain.personal_data import ERASED
from store.domain.tickets import Category, Report
from store.queries.matters import entitlements_of, matter_by_id
from store.queries.people import ADDRESS, contact_at, names_standing_in
from store.queries.rolls import roll_page
from store.tables import (
    audit_entries,
    casts,
    contacts,
    inbound_messages,
    person_requests,
    resident_flags,
    residents,
    tickets,
)
from tests.hub import Hub
from tests.integration.console_parts import Browser, signed_in


async def row_of(hub: Hub, name: str) -> dict[str, object]:
    async with hub.books() as tx:
        row = await tx.first(select(residents).where(residents.c.id == hub.residents[name]))
    return dict(row._mapping)


async def facts(hub: Hub, action: str) -> list[str]:
    async with hub.books() as tx:
        rows = await tx.all(select(audit_entries.c.subject).where(audit_entries.c.action == action))
    return [row.subject for row in rows]


def path_of(hub: Hub, name: str) -> str:
    return f"/console/people/{hub.residents[name]}"


async def an_open_vote(hub: Hub, voters: Iterable[str] = (), roll: RollKind = RollKind.ADULTS) -> int:
    contact = await hub.contact_of("林嫂")
    person = hub.staff["李书记"]
    async with hub.books() as tx:
        proposed = await propose_matter(tx, hub.village, "鱼塘续包5年,年租8万", contact)
        what = Publication("鱼塘续包", "续包5年,年租8万,每年年初交齐。", None, named=True)
        published = await publish_matter(tx, proposed, what, person)
        matter = await open_voting(tx, published, roll, tx.now + timedelta(days=9), person)
        for name in voters:
            await cast_ballot(
                tx, matter.id, hub.residents[name], Choice.AGREE, actor=f"contact:{contact.id}", channel="simulator"
            )
    return matter.id


async def merged(browser: Browser, hub: Hub, kept: str, gone: str) -> str:
    path = f"{path_of(hub, kept)}/merge"
    page = await browser.get(f"{path}?with={hub.residents[gone]}")
    if "就是同一个人" not in page.text:
        return page.text
    return (await browser.press(path)).text


async def test_a_mark_has_a_purpose_a_last_day_and_a_log_of_who_looked(hub: Hub) -> None:
    path = f"{path_of(hub, '陈伯')}/flags"
    last = (hub.clock() + timedelta(days=30)).date().isoformat()
    async with signed_in(hub, "周文书") as browser:
        await browser.get(path)
        for fields, said in (
            ({"flag": "care", "purpose": "", "until": last}, "请写记这个做什么用"),
            ({"flag": "care", "purpose": "台风天上门接", "until": "2029-01-01"}, "最长一年"),
            ({"flag": "care", "purpose": "台风天上门接", "until": "2026-11-18"}, "最长一年"),
            ({"flag": "illness", "purpose": "x", "until": last}, "请选记哪一个"),
        ):
            refused = await browser.press(f"{path}/set", **fields)
            assert (refused.status, said in refused.text) == (409, True), fields
        done = await browser.press(f"{path}/set", flag="care", purpose="台风天上门接", until=last)
        for words in ("台风天上门接", last, "周文书", "看了照顾记号"):
            assert words in done.text, words
        assert (await row_of(hub, "陈伯"))["flags"] == ["care"]
        await browser.press(f"{path}/set", flag="hardship", purpose="发低保金", until=last)
        ended = await browser.press(f"{path}/end", flag="hardship")
        assert "消掉了" in ended.text
        assert (await row_of(hub, "陈伯"))["flags"] == ["care"]
    hub.clock.pass_time(days=32)
    async with hub.books() as tx:
        await end_flags_that_ran_out(tx, tx.now)
        assert await tx.scalar(select(resident_flags.c.id).where(resident_flags.c.ended_at.is_(None))) is None
    assert (await row_of(hub, "陈伯"))["flags"] == []
    assert set(await facts(hub, "flags.shown")) == {f"resident:{hub.residents['陈伯']}"}


async def test_two_rows_become_one_person(hub: Hub) -> None:
    await hub.add_household(2, ("陈伯", "+8613900007055"))
    async with hub.books() as tx:
        ids = sorted(row.id for row in await tx.all(select(residents.c.id).where(residents.c.name == "陈伯")))
    hub.residents |= {"陈伯": ids[0], "陈伯2": ids[1]}
    hub.numbers["陈伯"] = "+8613900007001"
    contact = await contact_of_number(hub, "+8613900007055")
    async with hub.books() as tx:
        report = Report(Category.ENVIRONMENT, "垃圾", "垃圾没人收")
        await submit_ticket(tx, hub.village, report, contact, resident_id=ids[1])
        await tx.run(residents.update().where(residents.c.id == ids[1]).values(sex="male"))
    async with signed_in(hub, "周文书") as browser:
        offered = await browser.get(f"{path_of(hub, '陈伯')}/merge")
        assert f"?with={ids[1]}" in offered.text
        told = await browser.get(f"{path_of(hub, '陈伯')}/merge?with={ids[1]}")
        assert ("按下去会这样" in told.text, "电话和订的消息转过去（1个）" in told.text) == (True, True)
        done = await browser.press(f"{path_of(hub, '陈伯')}/merge")
        assert ("并好了" in done.text, "139****7055" in done.text) == (True, True)
        left = await browser.get(path_of(hub, "陈伯2"))
        assert ("是同一人" in left.text, path_of(hub, "陈伯") in left.text) == (True, True)
        again = await browser.get(f"{path_of(hub, '陈伯')}/merge?with={ids[1]}")
        assert (again.status, "不能并" in again.text) == (409, True)
    async with hub.books() as tx:
        assert await tx.scalar(select(tickets.c.resident_id)) == ids[0]
    kept, gone = await row_of(hub, "陈伯"), await row_of(hub, "陈伯2")
    assert (kept["sex"], gone["gone"], gone["merged_into_id"]) == ("male", "merged", ids[0])
    assert await facts(hub, "resident.merged") == [f"resident:{ids[0]}"]


async def contact_of_number(hub: Hub, number: str):  # type: ignore[no-untyped-def]  # noqa: ANN201
    async with hub.books() as tx:
        return await contact_at(tx, hub.village.id, ContactKind.PHONE, tx.keyring.index(number, context=ADDRESS))


@pytest.mark.parametrize(
    ("voters", "is_closed", "said"),
    [
        (("林嫂", "林强"), False, "两个名字都投过票"),
        (("林嫂", "林强"), True, "两个名字都投过票"),
        (("林强",), False, "还在投票"),
        (("林强",), True, "并好了"),
        (("林嫂",), False, "并好了"),
        ((), False, "并好了"),
    ],
)
async def test_votes_keep_two_apart_or_stay_as_they_are(
    hub: Hub, voters: tuple[str, ...], said: str, *, is_closed: bool
) -> None:
    matter_id = await an_open_vote(hub, voters)
    async with hub.books() as tx:
        if is_closed:
            await close_matter(tx, await matter_by_id(tx, matter_id), actor="test")
        before = [tuple(row) for row in await tx.all(select(casts))]
        await tx.run(residents.update().where(residents.c.name == "林强").values(name="林嫂", initials="ls"))
    async with signed_in(hub, "周文书") as browser:
        assert said in await merged(browser, hub, "林嫂", "林强")
    async with hub.books() as tx:
        assert [tuple(row) for row in await tx.all(select(casts))] == before


async def test_a_vote_that_only_the_other_has_goes_over(hub: Hub) -> None:
    async with hub.books() as tx:
        await tx.run(residents.update().where(residents.c.name == "林嫂").values(registered=False))
    matter_id = await an_open_vote(hub)
    async with signed_in(hub, "周文书") as browser:
        assert "并好了" in await merged(browser, hub, "林嫂", "林强")
    async with hub.books() as tx:
        held = await entitlements_of(tx, matter_id, [hub.residents["林嫂"]])
        assert list(held) == [hub.residents["林嫂"]]


@pytest.mark.parametrize(
    ("roll", "kept", "homes_left"),
    [(RollKind.ADULTS, "林嫂", ()), (RollKind.HOUSEHOLDS, "陈伯", ("林嫂",))],
)
async def test_who_is_on_an_open_roll_twice_stays_there_once(
    hub: Hub, roll: RollKind, kept: str, homes_left: tuple[str, ...]
) -> None:
    matter_id = await an_open_vote(hub, [kept], roll)
    async with hub.books() as tx:
        before = (await matter_by_id(tx, matter_id)).roll_size
        chain = [tuple(row) for row in await tx.all(select(casts))]
    async with signed_in(hub, "周文书") as browser:
        told = await browser.get(f"{path_of(hub, kept)}/merge?with={hub.residents['林强']}")
        assert "并掉的这个划掉" in told.text
        assert "并好了" in (await browser.press(f"{path_of(hub, kept)}/merge")).text
    async with hub.books() as tx:
        after = await matter_by_id(tx, matter_id)
        lines = (await roll_page(tx, matter_id)).lines
        held = await entitlements_of(tx, matter_id, [hub.residents[name] for name in (kept, "林强", *homes_left)])
        assert [tuple(row) for row in await tx.all(select(casts))] == chain
    assert set(held) == {hub.residents[name] for name in (kept, *homes_left)}
    assert after.roll_size == len(lines) == before - (not homes_left)
    assert await facts(hub, "roll.struck") == [f"matter:{matter_id}"]


async def test_a_paper_that_one_person_has_entered_is_a_vote_of_the_other(hub: Hub) -> None:
    matter_id = await an_open_vote(hub)
    async with hub.books() as tx:
        matter = await matter_by_id(tx, matter_id)
        [mine] = (await roll_page(tx, matter_id, "林强")).lines
        await enter_paper_ballot(tx, matter, mine, Choice.AGREE, hub.staff["周文书"])
    async with signed_in(hub, "周文书") as browser:
        assert "还在投票" in await merged(browser, hub, "林嫂", "林强")


async def test_what_is_kept_is_shown_printed_and_taken_along(hub: Hub) -> None:
    await hub.text("陈伯", "三组晒谷场边的路灯坏了")
    contact = await hub.contact_of("陈伯")
    async with hub.books() as tx:
        report = Report(Category.OTHER, "", "SECRET-complaint", about_staff=True)
        accused = [hub.staff["黄水生"].id]
        await submit_ticket(
            tx, hub.village, report, contact, resident_id=hub.residents["陈伯"], accused=accused, area=hub.groups[2]
        )
    path = f"{path_of(hub, '陈伯')}/kept"
    async with signed_in(hub, "周文书") as browser:
        await browser.get(path)
        page = await browser.get(path)
        for words in ("13900007001", "路灯坏了", "看了册子里记的全部", "周文书", "要留：村里登记选民"):
            assert words in page.text, words
        assert "SECRET" not in page.text
        async with browser.client.post(f"{path}/export", data=browser.hidden(f"{path}/export")) as response:
            content = await response.read()
        cells = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
        assert ["怎么找到他", "13900007001"] in cells
    assert len(await facts(hub, "person.shown")) == 3


async def test_a_request_is_taken_down_and_answered_in_time(hub: Hub) -> None:
    path = f"{path_of(hub, '陈伯')}/kept"
    async with signed_in(hub, "周文书") as browser:
        await browser.get(path)
        await browser.press(f"{path}/request", kind="delete", said="别再记我外面的地方")
        assert "30天内要回他" in browser.page.text
        hub.clock.pass_time(days=31)
        await browser.sign_in("周文书")
        late = await browser.get("/console/people/requests")
        assert ("别再记我外面的地方" in late.text, "过时了" in late.text) == (True, True)
        async with hub.books() as tx:
            request_id = await tx.scalar(select(person_requests.c.id))
        answer = f"/console/people/requests/{request_id}"
        assert (await browser.press(answer, text="")).status == 409
        done = await browser.press(answer, text="删掉了，电话告诉他了")
        assert ("答复记下了" in done.text, "过时了" in done.text) == (True, False)


async def test_what_nothing_holds_is_deleted_when_he_asks(hub: Hub) -> None:
    await hub.text("陈伯", "你好")
    path = f"{path_of(hub, '陈伯')}/kept"
    async with signed_in(hub, "周文书") as browser:
        await browser.get(path)
        unsure = await browser.press(f"{path}/erase")
        assert (unsure.status, "请先勾上" in unsure.text) == (409, True)
        await browser.press(f"{path}/erase", sure="1")
        assert ("能删的都删了" in browser.page.text, "13900007001" in browser.page.text) == (True, False)
        assert (await row_of(hub, "陈伯"))["name"] == "陈伯"  # he lives here
        assert await contact_of_number(hub, "+8613900007001") is None
        await browser.get(path_of(hub, "陈伯"))
        await browser.press(f"{path_of(hub, '陈伯')}/gone", why="moved")
        await browser.get(path)
        await browser.press(f"{path}/erase", sure="1")
        assert "陈伯" not in browser.page.text
    async with hub.books() as tx:
        assert await tx.scalar(select(contacts.c.id).where(contacts.c.dead_at.is_not(None))) is not None
        came_from = tx.keyring.index("+8613900007001", context=ADDRESS)
        assert await tx.scalar(select(inbound_messages.c.id)) is not None
        still = select(inbound_messages.c.id).where(inbound_messages.c.address_index == came_from)
        assert await tx.scalar(still) is None


@pytest.mark.parametrize("hidden", [True, False])
async def test_why_something_stays_is_the_same_for_a_ticket_in_secret(hub: Hub, hidden: bool) -> None:  # noqa: FBT001
    contact = await hub.contact_of("陈伯")
    async with hub.books() as tx:
        report = Report(Category.OTHER, "", "SECRET-complaint", about_staff=hidden)
        accused = [hub.staff["周文书"].id] if hidden else []
        await submit_ticket(tx, hub.village, report, contact, resident_id=hub.residents["陈伯"], accused=accused)
    path = f"{path_of(hub, '陈伯')}/kept"
    async with signed_in(hub, "周文书") as browser:
        await browser.get(path_of(hub, "陈伯"))
        await browser.press(f"{path_of(hub, '陈伯')}/gone", why="moved")
        await browser.get(path)
        page = await browser.press(f"{path}/erase", sure="1")
        reasons = re.findall("要留：([^<（]+)", page.text)
        assert ("SECRET" in page.text) == (not hidden)
    assert reasons == ["村里办事还要用", "村里办事还要用", *reasons[2:]], "the name and the number"
    assert reasons[2:] == ["村务档案", "证明通知到没到，发出去的字里没有他的号码", "流水里只有编号，没有姓名和电话"]
    assert (await row_of(hub, "陈伯"))["name"] == "陈伯"
    assert await contact_of_number(hub, "+8613900007001") is not None


async def test_a_dash_where_a_name_stood_is_nobodys_name(hub: Hub) -> None:
    async with hub.books() as tx:
        gone = residents.c.id == hub.residents["陈伯"]
        await tx.run(residents.update().where(gone).values(name=ERASED))
        said = "林嫂领了低保——三个月"
        assert await names_standing_in(tx, hub.village.id, said) == {"林嫂"}


async def test_where_a_ticket_of_another_is_answered_stays(hub: Hub) -> None:
    """Somebody had the answer sent to a neighbour's telephone, out of reach of whoever reads along on his own."""
    for name in ("陈伯", "林嫂"):
        await hub.text(name, "你好")
    safe = await hub.contact_of("陈伯")
    asker = await hub.contact_of("林嫂")
    async with hub.books() as tx:
        report = Report(Category.OTHER, "", "家里的事")
        ticket = await submit_ticket(tx, hub.village, report, asker)
        await use_safe_contact(tx, ticket, safe)
    path = f"{path_of(hub, '陈伯')}/kept"
    async with signed_in(hub, "周文书") as browser:
        await browser.get(path)
        await browser.press(f"{path}/erase", sure="1")
        assert "能删的都删了" in browser.page.text
    assert await contact_of_number(hub, "+8613900007001") is not None


async def test_a_shared_number_stays_with_the_other(hub: Hub) -> None:
    path = f"{path_of(hub, '林强')}/kept"
    async with signed_in(hub, "周文书") as browser:
        await browser.get(path)
        await browser.press(f"{path}/erase", sure="1")
    contact = await hub.contact_of("林嫂")
    assert contact.holders == (hub.residents["林嫂"],)


async def test_marks_are_not_on_the_paper_of_who_may_not_see_them(hub: Hub) -> None:
    await hub.add_officer("登记员", "+8613900007019", (Role.POPULATION, hub.village))
    async with signed_in(hub, "周文书") as browser:
        path = f"{path_of(hub, '陈伯')}/flags"
        await browser.get(path)
        until = (hub.clock() + timedelta(days=30)).date().isoformat()
        await browser.press(f"{path}/set", flag="hardship", purpose="发低保金", until=until)
    async with signed_in(hub, "登记员") as browser:
        page = await browser.get(f"{path_of(hub, '陈伯')}/kept")
        assert (page.status, "低保" in page.text, "看了照顾记号" in page.text) == (200, False, False)
        assert (await browser.get(path)).status == 404


async def test_the_assessment_counts_who_is_known_to_be_under_fourteen(hub: Hub) -> None:
    """Their data is sensitive personal information (Personal Information Protection Law, Art. 28 and 31)."""
    today = hub.clock().date()
    born: dict[str, dict[str, object]] = {
        "陈伯": {"birth_year": today.year - 13, "birth": None},
        "林嫂": {"birth_year": today.year - 14, "birth": None},  # perhaps
        "林强": {"birth_year": None, "birth": date(today.year - 14, today.month, today.day) + timedelta(days=1)},
        "黄明": {"birth_year": None, "birth": date(today.year - 14, today.month, today.day)},
    }
    async with hub.books() as tx:
        for name, values in born.items():
            await tx.run(residents.update().where(residents.c.id == hub.residents[name]).values(**values))
    async with signed_in(hub, "周文书") as browser:
        assert "不满14岁的2人" in (await browser.get("/console/people/assessment")).text


async def test_the_papers_are_filled_from_the_books(hub: Hub) -> None:
    async with signed_in(hub, "周文书") as browser:
        assert "最长一年" in (await browser.get("/console/people/retention")).text
        page = await browser.get("/console/people/assessment")
        for words in ("5人", "第55条", "6123456", "网格员", "电话 "):
            assert words in page.text, words
        assert not re.search(r"[a-z]+_[a-z]+", re.sub(r"<[^>]+>", "", page.text))

"""One notice from its draft to the closing of its ledger, played through the real program.

`banyan serve` runs as a process of its own on SQLite; SMS and their receipts go through a real Kannel, Telegram through
the strict Bot API server of these tests, web chat over HTTP. What stands for time passing: the process is stopped, and
started again with its clock ahead by the minutes that are to have gone by. Nothing in the store is moved.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
import pytest

from store.sheets import read_sheet
from tests.acceptance.test_story import Village, Visitor, a_village, until
from tests.fakes.kannel import UNROUTABLE_PREFIX, RealKannel, missing_programs
from tests.real_parts import require_real_part

POWER_CUT = "周六8点到12点全村停电检修,请先备好开水。"
CHEN, WU, LIN, HUANG = (f"+861390000710{number}" for number in (1, 2, 3, 4))
QIN = f"{UNROUTABLE_PREFIX}90000007105"
SECRETARY = "+8613900007990"
OFFICER_CHAT, CLERK_CHAT, LIN_CHAT = 7001, 7002, 7003
ROSTER = f"""榕溪镇榕溪村居民花名册(2026年)
户号,姓名,与户主关系,性别,出生日期,联系电话,组别,户籍
1,陈伯,户主,男,1951-03-08,{CHEN},2组,户籍
1,陈小妹,女儿,女,1984-07-15,,2组,户籍
2,吴英,户主,女,1979-11-02,{WU},2组,户籍
3,林强,户主,男,1990-05-20,{LIN},2组,户籍
4,黄明,户主,男,1968-01-30,{HUANG},2组,户籍
5,覃奶奶,户主,女,1942-09-12,{QIN},1组,户籍
6,韦叔,户主,男,1957-12-01,,1组,户籍
"""
FALLBACK_MINUTES = 30
LOOKED_AT_AGAIN_MINUTES = 10
STEPS = (
    "SELECT residents.name, CASE deliveries.state WHEN 'skipped' THEN deliveries.reason ELSE deliveries.state END"
    " FROM deliveries JOIN residents ON residents.id = deliveries.resident_id"
    " WHERE deliveries.notice_id IS NOT NULL ORDER BY deliveries.id"
)
SHEET = [
    "1组,5,覃奶奶,上门告诉了,,短信,+88****7105,,,,有",
    "1组,6,韦叔,上门没人在,,,,,,,有",
    "2组,1,陈伯,收到,,短信,139****7101,有,有,,",
    "2组,2,吴英,收到,,网页聊天,,,有,,",
    "2组,3,林强,收到,,聊天软件,,有,,,",
    "2组,4,黄明,收到,,短信,139****7104,有,有,,",
]
"""The report, its moments (发出, 送到, 回1, 上门) only as there or not."""
NOT_SENT_TO = re.compile(r"没送到的2户:(没发出去1、没有电话1|没有电话1、没发出去1)。")


@dataclass(frozen=True, slots=True)
class Story:
    """The village, its page of web chat that is opened, and the notice's number."""

    village: Village
    session: aiohttp.ClientSession
    number: str

    async def after(self, minutes: int) -> None:
        """Stop the program; start it with its clock that much ahead of the true one."""
        assert await self.village.stop() == 0
        await self.village.serve(ahead=timedelta(minutes=minutes))

    async def reaches(self, **steps: Sequence[str]) -> None:
        """Wait until the named households' rows stand so, in the order in which they were written."""
        last: dict[str, list[str]] = {}

        def stand() -> bool:
            last.clear()
            for name, step in self.village.rows(STEPS):
                last.setdefault(str(name), []).append(str(step))
            return all(last.get(name) == list(wanted) for name, wanted in steps.items())

        try:
            await until(stand, "the steps")
        except TimeoutError:
            raise AssertionError(f"not {steps} but {last}") from None

    async def certificate(self) -> str:
        return await self.village.in_telegram(CLERK_CHAT, f"送达{self.number}", "合起来")


@pytest.mark.kannel
async def test_a_broadcast_is_followed_to_the_closing_of_its_ledger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = missing_programs()
    require_real_part("Kannel", present=not missing, reason=f"apt install kannel (missing: {missing})")
    async with a_village(tmp_path, monkeypatch) as village:
        kannel = RealKannel(inbound_url="http://127.0.0.1:1/")
        inbound, codes = _set_up(village, kannel.send_url)
        kannel.call(inbound)
        async with kannel, aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
            village.kannel = kannel
            await village.serve()
            await _staff_link_their_phones(village, codes)
            await _residents_come_by_chat(village, session)
            story = Story(village, session, await _drafted_in_telegram(village))
            await _approved_by_sms(story)
            await _it_goes_out(story)
            await _the_ledger_of_the_first_hour(story)
            await story.after(FALLBACK_MINUTES + 1)
            await _an_sms_follows_the_unread_chat(story)
            await story.after(FALLBACK_MINUTES + LOOKED_AT_AGAIN_MINUTES + 5)
            await _the_officer_goes_round(story)
            await _the_ledger_is_closed(story)
            _the_sheet_says_it_too(story)
            assert "Unbroken" in village.run("verify")
            assert await village.stop() == 0


def _set_up(village: Village, send_url: str) -> tuple[str, dict[str, str]]:
    """Store, roster, channels and staff from the command line; the address for Kannel, and the link codes."""
    roster = village.folder / "roster.csv"
    roster.write_text(ROSTER)
    village.run("init")
    village.run("import-roster", str(roster))
    village.run("set", "landline", "6123456")
    village.have_no_night()
    village.run("channel", "add", "web_chat", "chat")
    village.run("channel", "add", "telegram", "bot", f"token={village.bots.token}", f"base_url={village.bots.base_url}")
    kannel = (f"send_url={send_url}", "username=hub", "password=hubpw", "sender=10690", "per_second=100")
    inbound = _found(r"inbound: (\S+)", village.run("channel", "add", "kannel", "sms", *kannel))
    offices = {
        "何组长": ("--role", "grid_officer", "--group", "1"),
        "周文书": ("--role", "front_desk"),
        "李书记": ("--role", "party_branch"),
    }
    added = {name: village.run("staff", "add", name, *office) for name, office in offices.items()}
    return inbound, {name: _found(r"关联(\d{8})", printed) for name, printed in added.items()}


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    assert match, text
    return match[1]


async def _staff_link_their_phones(village: Village, codes: dict[str, str]) -> None:
    await village.in_telegram(OFFICER_CHAT, f"/start {codes['何组长']}", "何组长")
    await village.in_telegram(CLERK_CHAT, f"关联{codes['周文书']}", "周文书")
    await village.by_sms(SECRETARY, f"关联{codes['李书记']}", "李书记")


async def _residents_come_by_chat(village: Village, session: aiohttp.ClientSession) -> None:
    """林强 by Telegram; 吴英 and 黄明 by web chat, proved by a code. 黄明 never opens his page again."""
    village.bots.user_shares_contact(LIN_CHAT, LIN)
    await village.telegram_says(LIN_CHAT, "认识您了")
    await _proves_his_number(village, session, WU, "吴*")
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as other:
        await _proves_his_number(village, other, HUANG, "黄*")


async def _proves_his_number(village: Village, session: aiohttp.ClientSession, number: str, name: str) -> None:
    async with session.get(_door(village)) as page:
        visitor = Visitor(session, str(page.url).split("#")[0])
    await visitor.says("绑定", "手机号")
    await visitor.says(number.removeprefix("+86"), "登记过")
    code = _found(r"验证码\D*(\d{6})", await village.sms_says(number, "验证码"))
    await visitor.says(code, name)


def _door(village: Village) -> str:
    return f"http://127.0.0.1:{village.port}/chat/1/"


async def _drafted_in_telegram(village: Village) -> str:
    """The plan with its price stands before the clerk, who shortens the wait; the notice's number."""
    await village.in_telegram(CLERK_CHAT, "发通知", "发给谁")
    await village.in_telegram(CLERK_CHAT, "1", "写通知的内容")
    plan = await village.in_telegram(CLERK_CHAT, POWER_CUT, "共6户")
    assert "短信1条一份。全村共6户7人:聊天收3,短信收2,联系不上1。" in plan
    assert "约0.10元,聊天里2小时没看到就补短信,最多再加0.15元。" in plan
    assert "要另一位干部批了才发。" in plan
    sooner = await village.in_telegram(CLERK_CHAT, "半小时后补短信", "共6户")
    assert f"聊天里{FALLBACK_MINUTES}分钟没看到就补短信" in sooner
    submitted = await village.in_telegram(CLERK_CHAT, "1", "送去批了")
    assert "已告诉李书记" in submitted
    return _found(r"通知(\d{5})号", submitted)


async def _approved_by_sms(story: Story) -> None:
    asked = await story.village.sms_says(SECRETARY, POWER_CUT)
    assert asked.startswith(f"【榕溪村】周文书写了通知{story.number}号,给全村6户,约0.10元。")
    await story.village.by_sms(SECRETARY, "1", f"通知{story.number}号批了")
    await story.village.telegram_says(CLERK_CHAT, f"您写的通知{story.number}号批了")


async def _it_goes_out(story: Story) -> None:
    """陈伯 gets an SMS with a receipt, 林强 a message, 吴英 opens her page; Kannel has no way to 覃奶奶."""
    village = story.village
    assert await village.sms_says(CHEN, POWER_CUT) == f"【榕溪村】{POWER_CUT}"
    assert POWER_CUT in await village.telegram_says(LIN_CHAT, POWER_CUT)
    await story.reaches(
        陈伯=["delivered"],
        吴英=["queued", "held"],
        林强=["sent", "held"],
        黄明=["queued", "held"],
        覃奶奶=["failed"],
        韦叔=["no_contact"],
    )
    async with story.session.get(_door(village)) as page:
        assert POWER_CUT in await page.text()
    await story.reaches(吴英=["delivered", "held"])


async def _the_ledger_of_the_first_hour(story: Story) -> None:
    proof = await story.certificate()
    assert "共6户。收到的3户,上门告诉的0户,合起来50.0%。" in proof
    assert NOT_SENT_TO.search(proof)
    assert "还没有全部落实。" in proof


async def _an_sms_follows_the_unread_chat(story: Story) -> None:
    """To 黄明 alone: the others' second steps are dropped, for the first ones arrived."""
    assert await story.village.sms_says(HUANG, POWER_CUT) == f"【榕溪村】{POWER_CUT}"
    await story.reaches(
        吴英=["delivered", "reached"],
        林强=["sent", "reached"],
        黄明=["queued", "delivered"],
    )
    kannel = story.village.kannel
    assert kannel
    sent = [sms.receiver for sms in kannel.handset_received if sms.text == f"【榕溪村】{POWER_CUT}"]
    assert sent == [CHEN, HUANG]


async def _the_officer_goes_round(story: Story) -> None:
    """何组长 hears of two doors. At one he tells it; at the other nobody is in, which is an outcome too."""
    village, number = story.village, story.number
    await village.telegram_says(OFFICER_CHAT, f"通知{number}号有2户没送到,请您上门说一声。")
    proof = await story.certificate()
    assert "收到的4户,上门告诉的0户,合起来66.6%。" in proof
    assert NOT_SENT_TO.search(proof)
    assert "有人正要上门的2户。" in proof
    doors = await village.in_telegram(OFFICER_CHAT, "上门", "要上门的2家")
    assert {f"1组覃奶奶 通知{number}号", f"1组韦叔 通知{number}号"} <= set(doors.splitlines())
    assert POWER_CUT in await village.in_telegram(OFFICER_CHAT, "1", "请上门告诉")
    await village.in_telegram(OFFICER_CHAT, "告诉了", "还有1家")
    await village.in_telegram(OFFICER_CHAT, "1", "请上门告诉")
    await village.in_telegram(OFFICER_CHAT, "没人在", "都走完了,辛苦")


async def _the_ledger_is_closed(story: Story) -> None:
    figures = f"通知{story.number}号都有了下落:共6户,收到4,上门告诉1,合起来83.3%。上门没人在1。"
    await story.village.telegram_says(CLERK_CHAT, figures)
    proof = await story.certificate()
    assert "共6户。收到的4户,上门告诉的1户,合起来83.3%。" in proof
    assert "上门没人在的1户。" in proof
    assert "都有了下落。" in proof
    assert "没送到的" not in proof


def _the_sheet_says_it_too(story: Story) -> None:
    file = story.village.folder / "report.xlsx"
    story.village.run("notice-report", story.number, str(file))
    [summary, *_], [to, *_], [closed, *_], _, _, *rows = [[str(cell) for cell in row] for row in read_sheet(file)]
    assert summary == f"通知{story.number}号:共6户,收到4户,上门告诉1户,合83.3%"
    assert to == "发给:榕溪村 全村"
    assert closed.startswith("落实完毕 ")
    assert [",".join([*row[:7], *("有" if moment else "" for moment in row[7:])]) for row in rows] == SHEET
    first, followed = (datetime.strptime(row[7], "%Y-%m-%d %H:%M") for row in rows if row[2] in {"陈伯", "黄明"})  # noqa: DTZ007 - only their distance counts
    assert followed - first >= timedelta(minutes=FALLBACK_MINUTES)

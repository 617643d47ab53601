"""What a notice proves and what was answered to it, as sheets: whoever takes one leaves that fact behind."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from notifier.render import Renderer
from store.database import Transaction
from store.domain.audiences import whom
from store.domain.notices import Notice
from store.domain.people import ContactKind
from store.domain.phones import masked_number
from store.domain.reach import Outcome, Reach
from store.domain.settings import LANGUAGES
from store.queries.answers import answer_rows
from store.queries.areas import settings_for
from store.queries.certificate import ReachedHousehold, households_reached
from store.queries.reach import reach_of

REACH_HEADINGS = ("组", "户号", "户主", "结果", "原因", "方式", "号码", "发出", "送到", "回1", "上门")
_ANSWER_HEADINGS = ("小组", "户主", "回复", "时间")
ANSWERS_ABOVE = 2
"""Lines above the answers: what they are not, and the headings."""
_NO_VOTE = "这是问一问,不是投票,也不作决定。"
_LANGUAGE = LANGUAGES[0]


@dataclass(frozen=True, slots=True)
class Report:
    """The certificate: what it says in all, line by line, and a row a household under `REACH_HEADINGS`."""

    summary: Sequence[str]
    rows: Sequence[Sequence[str]]

    @property
    def lines(self) -> list[Sequence[str]]:
        return [*([line] for line in self.summary), [], REACH_HEADINGS, *self.rows]


async def reach_report(tx: Transaction, renderer: Renderer, notice: Notice, actor: str) -> Report:
    """Read it, and leave the fact that it was."""
    zone = (await settings_for(tx, notice.village_id)).zone
    rows = [_row(one, zone, renderer) async for one in households_reached(tx, notice.id)]
    # A sheet goes from hand to hand: a mark by which people were chosen is not on it.
    to = f"发给:{notice.village_name} {renderer.whom(whom(notice.audience, discreet=True), _LANGUAGE)}"
    counts, *more = _summary(notice.number, await reach_of(tx, notice.id), zone)
    summary = [counts, to, *more]
    tx.audit(notice.village_id, actor, "notice.report_exported", f"notice:{notice.id}", len(rows))
    return Report(summary, rows)


async def answers_lines(tx: Transaction, notice: Notice, actor: str) -> list[Sequence[str]]:
    """Everybody who was told, what he answered and when, under headings; and the fact that it was read."""
    zone = (await settings_for(tx, notice.village_id)).zone
    rows = [
        (group, name, answer or "没回", moment_cell(at, zone))
        for group, name, answer, at in await answer_rows(tx, notice)
    ]
    tx.audit(notice.village_id, actor, "notice.answers_exported", f"notice:{notice.id}", len(rows))
    return [[_NO_VOTE], _ANSWER_HEADINGS, *rows]


def moment_cell(at: datetime | None, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}" if at else ""


def _summary(number: int, reach: Reach, zone: ZoneInfo) -> list[str]:
    percent = f"{reach.percent}%"
    told = reach.count(Outcome.TOLD)
    lines = [f"通知{number}号:共{reach.households}户,收到{reach.proven - told}户,上门告诉{told}户,合{percent}"]
    lines += [f"{one.by_name} {moment_cell(one.at, zone)} 发到“{one.group_name}”,不算送到" for one in reach.postings]
    return [*lines, f"落实完毕 {moment_cell(reach.closed_at, zone)}" if reach.closed_at else "还没有全部落实"]


def _row(one: ReachedHousehold, zone: ZoneInfo, renderer: Renderer) -> list[str]:
    return [
        one.group,
        one.number,
        one.name,
        renderer.word(_LANGUAGE, "reach", one.outcome),
        renderer.word(_LANGUAGE, "skipped", one.reason) if one.reason else "",
        renderer.word(_LANGUAGE, "channel", one.channel) if one.channel else "",
        masked_number(one.address) if one.channel == ContactKind.PHONE else "",
        *(moment_cell(at, zone) for at in (one.sent_at, one.delivered_at, one.confirmed_at, one.visited_at)),
    ]

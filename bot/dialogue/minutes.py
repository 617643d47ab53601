"""A meeting's count as it is typed in one message: 11月20日开会 应到586 到会410 委托33 同意402 反对30 弃权11."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from store.domain.ballots import Attendance, Tally
from store.domain.deliberation import Minutes
from store.domain.matters import MatterSubject
from store.domain.normal import normal
from store.domain.rules import DecisionRule

_COUNTS = {
    "roll": "应到",
    "present": "到会|实到",
    "represented": "委托",
    "agree": "(?<!不)(?:同意|赞成)",
    "disagree": "不同意|不赞成|反对",
    "abstain": "弃权",
}
_DAYS = {
    "held": "开会|会议",
    "notice": "通知",
    "party": "党组织|支部",
    "authorised": "授权",
    "legality": "审查",
    "approved": "批准",
}
_DAY = r"(?:(?P<year>\d{4})[年\-/.])?(?P<month>\d{1,2})[月\-/.](?P<day>\d{1,2})[日号]?"
_BETWEEN = r"(?:研究|召开|日期|发出|发了|[ :,。;是于在])*"
_REQUIRED = ("held", "roll", "present", "agree")


@dataclass(frozen=True, slots=True)
class Typed:
    """What was found in a message; `lacking` names what it must still say."""

    counts: Mapping[str, int]
    days: Mapping[str, date]

    @property
    def lacking(self) -> tuple[str, ...]:
        return tuple(name for name in _REQUIRED if name not in self.counts and name not in self.days)


def read_minutes(text: str, today: date) -> Typed:
    """Never raises. A day without a year is the last such day up to today; it may stand before its word or behind."""
    said = normal(text)
    counts = {name: int(found[1]) for name, words in _COUNTS.items() if (found := _count(words, said))}
    days = {name: day for name, words in _DAYS.items() if (day := _day(words, said, today))}
    return Typed(counts, days)


def minutes_of(typed: Typed, rule: DecisionRule, subject: MatterSubject) -> Minutes:
    """Only where nothing is lacking."""
    counts, days = typed.counts, typed.days
    return Minutes(
        rule=rule,
        subject=subject,
        held_on=days["held"],
        roll_size=counts["roll"],
        attendance=Attendance(present=counts["present"], represented=counts.get("represented", 0)),
        tally=Tally(agree=counts["agree"], disagree=counts.get("disagree", 0), abstain=counts.get("abstain", 0)),
        notice_given_on=days.get("notice"),
        party_discussed_on=days.get("party"),
        authorised_on=days.get("authorised"),
        legality_reviewed_on=days.get("legality"),
        approved_on=days.get("approved"),
    )


def _count(words: str, said: str) -> re.Match[str] | None:
    return re.search(rf"(?:{words})[ :]*(\d{{1,6}})", said)


def _day(words: str, said: str, today: date) -> date | None:
    found = re.search(rf"{_DAY} ?(?:{words})", said) or re.search(rf"(?:{words}){_BETWEEN}{_DAY}", said)
    if found is None:
        return None
    years = [int(found["year"])] if found["year"] else [today.year, today.year - 1]
    days = [day for year in years if (day := _real(year, int(found["month"]), int(found["day"])))]
    return next((day for day in days if day <= today), None)


def _real(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.minutes import minutes_of, read_minutes
from bot.dialogue.moments import read_moment
from store.domain.ballots import Attendance, Tally
from store.domain.deliberation import minutes_from_json, minutes_to_json
from store.domain.matters import MatterSubject, Missing
from store.domain.rules import RULES, DecisionRule, EntitlementKind, RuleCode, rule_for

TODAY = date(2026, 11, 25)
NOON = datetime(2026, 11, 18, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
ASSEMBLY = rule_for(RuleCode.VILLAGERS_ASSEMBLY, EntitlementKind.PERSON)
READJUSTMENT = rule_for(RuleCode.LAND_READJUSTMENT, EntitlementKind.PERSON)
WHOLE = "11月20日开会 应到586 到会410 委托33 同意402 反对30 弃权11"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("28日18点", datetime(2026, 11, 28, 18)),  # noqa: DTZ001 - the zone is NOON's
        ("28号下午6点止", datetime(2026, 11, 28, 18)),  # noqa: DTZ001
        ("明天晚上8点半", datetime(2026, 11, 19, 20, 30)),  # noqa: DTZ001
        ("11月28日18:05", datetime(2026, 11, 28, 18, 5)),  # noqa: DTZ001
        ("1月3日9点", datetime(2027, 1, 3, 9)),  # noqa: DTZ001
        ("今天中午12点", datetime(2026, 11, 18, 12)),  # noqa: DTZ001
    ],
)
def test_a_moment(text: str, expected: datetime) -> None:
    assert read_moment(text, NOON) == expected.replace(tzinfo=NOON.tzinfo)


@pytest.mark.parametrize("text", ["", "过几天", "28日", "18点", "明天25点", "31月2日8点", "28日18点到20点"])
def test_no_moment(text: str) -> None:
    assert read_moment(text, NOON) is None


@pytest.mark.parametrize(
    "text",
    [
        WHOLE,
        "应到586,到会410,委托33,同意402,不同意30,弃权11,开会11月20日",
        "２０２６年１１月２０日会议：应到５８６ 实到４１０ 委托３３ 赞成４０２ 反对３０ 弃权１１",
        "11月20日 开会 应到 586 到会 410 委托 33 不同意 30 同意 402 弃权 11",
    ],
)
def test_a_meetings_count_in_one_message(text: str) -> None:
    typed = read_minutes(text, TODAY)
    minutes = minutes_of(typed, ASSEMBLY, MatterSubject.GENERAL)
    assert not typed.lacking
    assert minutes.held_on == date(2026, 11, 20)
    assert (minutes.roll_size, minutes.attendance) == (586, Attendance(present=410, represented=33))
    assert minutes.tally == Tally(agree=402, disagree=30, abstain=11)


def test_what_is_lacking_is_named() -> None:
    assert read_minutes("同意402 反对30", TODAY).lacking == ("held", "roll", "present")
    assert read_minutes("不同意30", TODAY).lacking == ("held", "roll", "present", "agree")


def test_days_of_papers_lie_in_the_past() -> None:
    typed = read_minutes(f"{WHOLE} 党组织12月1日研究 11月5日通知 3月12日授权 2026年11月24日批准", TODAY)
    assert typed.days == {
        "held": date(2026, 11, 20),
        "notice": date(2026, 11, 5),
        "party": date(2025, 12, 1),
        "authorised": date(2026, 3, 12),
        "approved": date(2026, 11, 24),
    }


@pytest.mark.parametrize(
    ("rule", "subject", "papers", "missing"),
    [
        (ASSEMBLY, MatterSubject.GENERAL, "", (Missing.NOTICE,)),
        (ASSEMBLY, MatterSubject.GENERAL, "11月11日通知", (Missing.NOTICE,)),
        (ASSEMBLY, MatterSubject.GENERAL, "11月10日通知", ()),
        (ASSEMBLY, MatterSubject.VILLAGERS_INTERESTS, "11月10日通知", (Missing.PARTY_DISCUSSION,)),
        (ASSEMBLY, MatterSubject.VILLAGE_RULES, "11月10日通知 党组织11月1日研究", (Missing.LEGALITY_REVIEW,)),
        (READJUSTMENT, MatterSubject.GENERAL, "", ()),
    ],
)
def test_what_the_law_wants_of_a_meeting(
    rule: DecisionRule, subject: MatterSubject, papers: str, missing: tuple[Missing, ...]
) -> None:
    assert minutes_of(read_minutes(f"{WHOLE} {papers}", TODAY), rule, subject).missing == missing


@pytest.mark.parametrize(
    ("rule", "papers", "undecided_for"),
    [
        (ASSEMBLY, "", ()),
        (READJUSTMENT, "", (Missing.APPROVAL,)),
        (READJUSTMENT, "11月24日批准", ()),
        (rule_for(RuleCode.NON_MEMBERS_BENEFITS, EntitlementKind.PERSON), "", (Missing.PASSED,)),
    ],
)
def test_what_keeps_a_matter_undecided(rule: DecisionRule, papers: str, undecided_for: tuple[Missing, ...]) -> None:
    minutes = minutes_of(read_minutes(f"{WHOLE} {papers}", TODAY), rule, MatterSubject.GENERAL)
    assert minutes.undecided_for == undecided_for


@pytest.mark.parametrize("rule", [rule for rules in RULES.values() for rule in rules if rule.binding])
def test_minutes_come_back_from_the_store_as_they_were(rule: DecisionRule) -> None:
    typed = read_minutes(f"{WHOLE} 11月5日通知 党组织11月1日研究 3月12日授权 11月3日审查 11月24日批准", TODAY)
    minutes = minutes_of(typed, rule, MatterSubject.VILLAGE_RULES)
    assert minutes_from_json(minutes_to_json(minutes)) == minutes


@given(st.text(max_size=60))
def test_whatever_is_typed_is_read_without_an_error(text: str) -> None:
    read_minutes(text, TODAY)
    read_moment(text, NOON)

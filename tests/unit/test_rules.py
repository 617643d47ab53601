from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.domain.refused_subjects import RefusedSubject, refuse_reason
from store.domain.rules import (
    RULES,
    Comparison,
    DecisionRule,
    Denominator,
    EntitlementKind,
    Heading,
    HeldAs,
    RuleCode,
    RuleRefused,
    Threshold,
    rule_for,
    rule_from_json,
    rule_to_json,
)

EVERY_RULE = [rule for variants in RULES.values() for rule in variants]
BINDING_RULES = [rule for rule in EVERY_RULE if rule.binding]
ADVISORY_RULES = [rule for rule in EVERY_RULE if not rule.binding]

shares = st.fractions(min_value=Fraction(1, 100), max_value=1, max_denominator=100)
thresholds = st.builds(Threshold, shares, st.sampled_from(Comparison), st.just(Denominator.ROLL))


def rule_id(rule: DecisionRule) -> str:
    return rule.name_key


@pytest.mark.parametrize(
    ("share", "comparison", "base", "needed"),
    [
        (Fraction(1, 2), Comparison.MORE_THAN, 586, 294),
        (Fraction(1, 2), Comparison.MORE_THAN, 587, 294),
        (Fraction(1, 2), Comparison.AT_LEAST, 586, 293),
        (Fraction(1, 2), Comparison.AT_LEAST, 587, 294),
        (Fraction(2, 3), Comparison.AT_LEAST, 586, 391),
        (Fraction(2, 3), Comparison.AT_LEAST, 600, 400),
        (Fraction(2, 3), Comparison.MORE_THAN, 600, 401),
        (Fraction(3, 4), Comparison.AT_LEAST, 586, 440),
        (Fraction(2, 3), Comparison.AT_LEAST, 1, 1),
        (Fraction(2, 3), Comparison.AT_LEAST, 0, 1),
        (Fraction(1, 2), Comparison.MORE_THAN, 0, 1),
    ],
)
def test_needed(share: Fraction, comparison: Comparison, base: int, needed: int) -> None:
    assert Threshold(share, comparison, Denominator.ROLL).needed(base) == needed


@given(threshold=thresholds, base=st.integers(1, 10**18))
def test_needed_is_the_least_number_that_satisfies_the_share_exactly(threshold: Threshold, base: int) -> None:
    def satisfies(count: int) -> bool:
        left = count * threshold.share.denominator
        right = threshold.share.numerator * base
        return left > right if threshold.comparison is Comparison.MORE_THAN else left >= right

    needed = threshold.needed(base)
    assert satisfies(needed)
    assert not satisfies(needed - 1)


@pytest.mark.parametrize(
    ("code", "unit", "quorum", "passing"),
    [
        ("villagers-assembly", "person", "more_than 1/2 roll", "more_than 1/2 attending"),
        ("villagers-assembly", "household", "at_least 2/3 roll", "more_than 1/2 attending"),
        ("representatives-assembly", "representative", "at_least 2/3 roll", "more_than 1/2 attending"),
        ("group-meeting", "person", "at_least 2/3 roll", "more_than 1/2 attending"),
        ("group-meeting", "household", "at_least 2/3 roll", "more_than 1/2 attending"),
        ("collective-assembly", "person", "at_least 2/3 roll", "at_least 2/3 roll"),
        ("collective-representatives", "representative", "", "at_least 2/3 roll"),
        ("non-members-benefits", "person", "", "at_least 3/4 roll"),
        ("land-contract", "person", "", "at_least 2/3 roll"),
        ("land-contract", "representative", "", "at_least 2/3 roll"),
        ("land-readjustment", "person", "", "at_least 2/3 roll"),
        ("land-readjustment", "representative", "", "at_least 2/3 roll"),
        ("one-matter-levy", "representative", "at_least 2/3 roll", "more_than 1/2 attending"),
        ("party-meeting", "person", "at_least 2/3 roll", "at_least 1/2 roll"),
        ("council-opinion", "person", "", ""),
        ("consultation", "person", "", ""),
        ("consultation", "household", "", ""),
    ],
)
def test_what_each_rule_asks(code: str, unit: str, quorum: str, passing: str) -> None:
    rule = rule_for(RuleCode(code), EntitlementKind(unit))
    assert written(rule.quorum) == quorum
    assert written(rule.passing) == passing


def written(threshold: Threshold | None) -> str:
    return "" if threshold is None else f"{threshold.comparison} {threshold.share} {threshold.of}"


def test_a_rule_is_not_counted_by_another_unit() -> None:
    with pytest.raises(RuleRefused) as refusal:
        rule_for(RuleCode.COLLECTIVE_ASSEMBLY, EntitlementKind.HOUSEHOLD)
    assert refusal.value.params == {"code": "collective-assembly", "unit": "household"}


def test_every_code_has_a_rule_and_every_variant_its_own_name() -> None:
    assert set(RULES) == set(RuleCode)
    assert all(RULES.values())
    assert len({rule.name_key for rule in EVERY_RULE}) == len(EVERY_RULE)


@pytest.mark.parametrize("rule", BINDING_RULES, ids=rule_id)
def test_what_binds_is_held_at_a_meeting_and_waits_for_a_reviewer(rule: DecisionRule) -> None:
    assert HeldAs.CONSULTATION not in rule.may_be_held_as
    assert rule.passing is not None
    assert rule.needs_legal_review is (rule.reviewed_by == "")


@pytest.mark.parametrize("rule", ADVISORY_RULES, ids=rule_id)
def test_what_advises_has_no_threshold(rule: DecisionRule) -> None:
    assert rule.heading in {Heading.CONSULTATION, Heading.COUNCIL_OPINION}
    assert (rule.quorum, rule.passing) == (None, None)
    assert HeldAs.CONSULTATION in rule.may_be_held_as


def test_a_consultation_is_nothing_else() -> None:
    for rule in RULES[RuleCode.CONSULTATION]:
        assert rule.may_be_held_as == {HeldAs.CONSULTATION}


@pytest.mark.parametrize(
    ("code", "days"), [("villagers-assembly", 10), ("collective-assembly", 10), ("representatives-assembly", 0)]
)
def test_notice_days(code: str, days: int) -> None:
    assert {rule.notice_days for rule in RULES[RuleCode(code)]} == {days}


def test_a_rule_names_its_law() -> None:
    rule = rule_for(RuleCode.VILLAGERS_ASSEMBLY, EntitlementKind.PERSON)
    assert (rule.law, rule.article, rule.law_version) == ("村民委员会组织法", "21-22", "2018-12-29")
    assert rule.effective_from == date(2018, 12, 29)


@pytest.mark.parametrize("rule", EVERY_RULE, ids=rule_id)
def test_a_frozen_rule_comes_back_the_same(rule: DecisionRule) -> None:
    text = rule_to_json(rule)
    assert rule_from_json(text) == rule
    assert rule_to_json(rule_from_json(text)) == text


@pytest.mark.parametrize(
    ("title", "subject", "article"),
    [
        ("村委会换届选举投票", RefusedSubject.ELECTION, "15"),
        ("推选村主任", RefusedSubject.ELECTION, "15"),
        ("推选新的村民代表", RefusedSubject.ELECTION, "15"),
        ("三组选个组长", RefusedSubject.ELECTION, "15"),
        ("投票选下一届村委会", RefusedSubject.ELECTION, "15"),
        ("海选支书", RefusedSubject.ELECTION, "15"),
        ("改选理事会", RefusedSubject.ELECTION, "15"),
        ("增补两名村委委员", RefusedSubject.ELECTION, "15"),
        ("村 主 任 候 选 人", RefusedSubject.ELECTION, "15"),
        ("推選村主任", RefusedSubject.ELECTION, "15"),
        ("罢免村主任", RefusedSubject.RECALL, "16"),
        ("罷免村委會主任", RefusedSubject.RECALL, "16"),
        ("撤换三组组长", RefusedSubject.RECALL, "16"),
        ("要求李主任下台", RefusedSubject.RECALL, "16"),
        ("把会计换掉", RefusedSubject.RECALL, "16"),
        ("换个村长", RefusedSubject.RECALL, "16"),
        ("评议村干部", RefusedSubject.APPRAISAL_OF_OFFICERS, "33"),
        ("村干部年终民主评议", RefusedSubject.APPRAISAL_OF_OFFICERS, "33"),
        ("村两委述职评议", RefusedSubject.APPRAISAL_OF_OFFICERS, "33"),
        ("给村主任打分", RefusedSubject.APPRAISAL_OF_OFFICERS, "33"),
        ("您对村干部服务态度满意吗", RefusedSubject.APPRAISAL_OF_OFFICERS, "33"),
        ("支书称职不称职", RefusedSubject.APPRAISAL_OF_OFFICERS, "33"),
        ("评议路灯维修和村主任", RefusedSubject.APPRAISAL_OF_OFFICERS, "33"),
        ("村民代表评议村主任", RefusedSubject.APPRAISAL_OF_OFFICERS, "33"),
    ],
)
def test_refused_outright(title: str, subject: RefusedSubject, article: str) -> None:
    reason = refuse_reason(title)
    assert reason is not None
    assert (reason.subject, reason.law, reason.article) == (subject, "村民委员会组织法", article)


@pytest.mark.parametrize(
    "title",
    [
        "四组鱼塘续包5年,年租8万",
        "晒谷场装6盏路灯",
        "评议路灯维修服务",
        "对保洁服务打分",
        "村民代表评议路灯维修服务",
        "由村干部评议低保名单",
        "村干部和村民代表评议鱼塘承包",
        "评议村主任修路工程",
        "村委会路灯维修满意度",
        "垃圾桶选址",
        "选择水渠施工单位",
        "候选方案由大家讨论",
        "评选好媳妇",
        "村民委员会办公室换空调",
        "更换主任办公室空调",
        "换水管",
        "换届后村务公开栏重做",
        "班主任家访安排",
        "修改村规民约",
    ],
)
def test_works_services_and_ordinary_matters_are_fine(title: str) -> None:
    assert refuse_reason(title) is None

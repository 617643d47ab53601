"""How often a service day comes, in the form's words and as a rule; and what the form refuses."""

from datetime import date, time

import pytest

from console.days.form import form_of, plan_of, service_of
from store.actions.series import ServiceHours
from store.domain.errors import Refusal
from store.domain.occurrences import SeriesKind, ServiceKind
from store.domain.recurrence import HolidayRule, Recurrence, parse_rule
from store.domain.rhythms import Every, Rhythm, rhythm_of, rule_of
from store.domain.series import Series
from tests.hub import NOON

RULES = [
    (Rhythm(Every.WEEK, weekday=2), "FREQ=WEEKLY;BYDAY=TU"),
    (Rhythm(Every.TWO_WEEKS, weekday=7), "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU"),
    (Rhythm(Every.MONTH_DAY, day=25), "FREQ=MONTHLY;BYMONTHDAY=25"),
    (Rhythm(Every.MONTH_WEEKDAY, weekday=4, nth=2), "FREQ=MONTHLY;BYDAY=2TH"),
    (Rhythm(Every.MONTH_WEEKDAY, weekday=5, nth=-1), "FREQ=MONTHLY;BYDAY=-1FR"),
]
FORM = {
    "every": "month_weekday",
    "weekday": "4",
    "nth": "2",
    "day": "",
    "holiday": "next",
    "starts": "09:00",
    "ends": "11:00",
    "minutes": "20",
    "host": "王律师",
    "place": "村委会二楼",
}


@pytest.mark.parametrize(("rhythm", "rule"), RULES)
def test_a_rhythm_is_a_rule_and_back(rhythm: Rhythm, rule: str) -> None:
    assert rule_of(rhythm) == rule == parse_rule(rule, date(2026, 11, 1))
    assert rhythm_of(rule) == rhythm


@pytest.mark.parametrize("rule", ["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,TH", "FREQ=MONTHLY;BYMONTHDAY=5,20"])
def test_what_the_form_cannot_say_is_left_alone(rule: str) -> None:
    assert rhythm_of(rule) is None


def test_the_form_shows_what_it_wrote() -> None:
    plan = plan_of(FORM)
    kept = Series(
        id=1,
        area_id=3,
        kind=SeriesKind.SERVICE_DAY,
        service=ServiceKind.LAWYER,
        host=plan.host,
        place=plan.place,
        recurrence=Recurrence(plan.rule, date(2026, 11, 1), plan.holiday_rule),
        starts_at=plan.hours.starts_at,
        ends_at=plan.hours.ends_at,
        slot_minutes=plan.hours.slot_minutes,
        created_at=NOON,
    )
    assert form_of(kept) == FORM
    assert (plan.hours, plan.holiday_rule) == (ServiceHours(time(9), time(11), 20), HolidayRule.NEXT)
    assert plan_of({**FORM, "every": "kept"}, "FREQ=DAILY").rule == "FREQ=DAILY"


@pytest.mark.parametrize(
    ("name", "value", "refusal"),
    [
        ("every", "", "service_day.form"),
        ("every", "kept", "service_day.form"),
        ("weekday", "8", "service_day.form"),
        ("weekday", "0", "service_day.form"),
        ("nth", "5", "service_day.form"),
        ("holiday", "never", "service_day.form"),
        ("starts", "nine", "service_day.form"),
        ("starts", "09:00+08:00", "service_day.form"),
        ("minutes", "-1", "service_day.form"),
        ("minutes", "²", "service_day.form"),
        ("minutes", "9999", "service_day.form"),
        ("minutes", "240", "service_day.no_slots"),
        ("ends", "08:00", "service_day.no_slots"),
        ("place", "", "service_day.place_missing"),
    ],
)
def test_the_form_refuses_in_words(name: str, value: str, refusal: str) -> None:
    with pytest.raises(Refusal) as refused:
        plan_of({**FORM, name: value})
    assert refused.value.key == refusal


def test_a_day_of_the_month_and_a_service_must_be_there() -> None:
    for fields in ({**FORM, "every": "month_day", "day": "32"}, {**FORM, "every": "month_day", "day": "0"}):
        with pytest.raises(Refusal):
            plan_of(fields)
    with pytest.raises(Refusal):
        service_of({"service": "dentist"})
    assert service_of({"service": "police"}) is ServiceKind.POLICE

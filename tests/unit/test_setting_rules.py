"""What a setting may be set to."""

import pytest

from store.domain.areas import Area, AreaKind
from store.domain.errors import Refusal
from store.domain.setting_rules import check_together, checked_setting
from store.domain.settings import DEFAULTS, settings_of


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("landline", " 0768-6123456 ", "0768-6123456"),
        ("landline", "", ""),
        ("disclosure_day", 28, 28),
        ("quiet_from", "21:30:00", "21:30"),
        ("quiet_to", "06:00", "06:00"),
        ("fallback_unknown", True, True),
        ("own_days", {"2026-12-02": False, "2026-12-01": True}, {"2026-12-01": True, "2026-12-02": False}),
        ("disclosure_holiday_rule", "previous", "previous"),
        ("zone", "Asia/Shanghai", "Asia/Shanghai"),
        ("language", "en", "en"),
        ("posted_days", 15, 15),
        ("disclosure_monthly", ["finance", "assets", "finance"], ["finance", "assets"]),
        ("telegram_name", "@rongxi_bot", "rongxi_bot"),
        ("telegram_name", "", ""),
        ("wechat_name", " 榕溪村委会 ", "榕溪村委会"),
        ("wechat_name", "", ""),
    ],
)
def test_what_makes_sense_is_kept(name: str, value: object, kept: object) -> None:
    assert checked_setting(name, value) == kept


@pytest.mark.parametrize(
    ("name", "value", "key"),
    [
        ("landline", "打前台", "setting.wrong"),
        ("disclosure_day", 31, "setting.range"),
        ("disclosure_day", "10", "setting.range"),
        ("approval_size", True, "setting.range"),
        ("quiet_from", "23:30", "setting.wrong"),
        ("quiet_to", "04:00", "setting.wrong"),
        ("quiet_to", "soon", "setting.wrong"),
        ("fallback_unknown", "yes", "setting.wrong"),
        ("own_days", {"2026-02-30": True}, "setting.wrong"),
        ("own_days", [], "setting.wrong"),
        ("zone", "../etc/passwd", "setting.wrong"),
        ("zone", "Middle/Earth", "setting.wrong"),
        ("language", "fr", "setting.wrong"),
        ("disclosure_holiday_rule", "sometimes", "setting.wrong"),
        ("reply_days", 0, "setting.range"),
        ("disclosure_monthly", "finance", "setting.wrong"),
        ("disclosure_monthly", ["gossip"], "setting.wrong"),
        ("telegram_name", "t.me/rongxi", "setting.wrong"),
        ("wechat_name", "榕" * 31, "setting.wrong"),
        ("wechat_name", "榕溪\n村", "setting.wrong"),
        ("nonsense", 1, "setting.unknown"),
    ],
)
def test_what_makes_none_is_refused_when_it_is_set(name: str, value: object, key: str) -> None:
    with pytest.raises(Refusal) as refused:
        checked_setting(name, value)
    assert refused.value.key == key


@pytest.mark.parametrize("name", sorted(DEFAULTS))
def test_whatever_a_village_starts_with_may_also_be_set(name: str) -> None:
    assert checked_setting(name, DEFAULTS[name]) == DEFAULTS[name]


def test_a_second_person_comes_in_before_the_town() -> None:
    village = Area(1, AreaKind.VILLAGE, "榕溪村", "/1/")
    check_together(settings_of(village, "榕溪村", {"approval_size": 50, "town_approval_size": 50}))
    with pytest.raises(Refusal):
        check_together(settings_of(village, "榕溪村", {"approval_size": 51, "town_approval_size": 50}))

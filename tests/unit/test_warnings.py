"""Warnings as they are pasted and typed, and what households answer to one."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.transfer_words import UNCLEAR, read_reply, read_reply_words
from store.domain.emergencies import Level, Source
from store.domain.transfers import Reply
from store.domain.warnings import ReadWarning, read_warning

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 18, 15, 0, tzinfo=ZONE)

TYPED = [
    ("县气象台 今天14点20分 台风黄色", "县气象台", (18, 14, 20), "台风", Level.YELLOW),
    ("青榕县气象台2026年11月18日14时20分发布台风黄色预警信号", "青榕县气象台", (18, 14, 20), "台风", Level.YELLOW),
    ("镇三防办 14:05 橙", "镇三防办", (18, 14, 5), "", Level.ORANGE),
    ("县气象台 昨天晚上8点半 暴雨红色", "县气象台", (17, 20, 30), "暴雨", Level.RED),
    ("榕溪镇人民政府 11月18日 9点 山洪 红", "榕溪镇人民政府", (18, 9, 0), "山洪", Level.RED),
    ("森林防火办 14点 蓝色", "森林防火办", (18, 14, 0), "", Level.BLUE),
    ("县應急局 下午2點 藍色", "县应急局", (18, 14, 0), "", Level.BLUE),
    ("市防汛抗旱指挥部11月18日14时启动防汛Ⅱ级应急响应", "市防汛抗旱指挥部", (18, 14, 0), "", Level.NONE),
    (
        "县自然资源局和县气象局11月18日12时联合发布地质灾害气象风险橙色预警:预计18日14时至19日14时风险高。",
        "县自然资源局和县气象局",
        (18, 12, 0),
        "地质灾害",
        Level.ORANGE,
    ),
    (
        "(7时至10时)雨很大。受台风影响,榕江县气象台2026-11-18 10:15将暴雨橙色预警信号升级为红色预警信号。",
        "榕江县气象台",
        (18, 10, 15),
        "暴雨",
        Level.RED,
    ),
    (
        "根据县气象台预报,今晚有暴雨。县防汛抗旱指挥部决定于11月18日12时起启动防汛Ⅳ级应急响应。",
        "县防汛抗旱指挥部",
        (18, 12, 0),
        "暴雨",
        Level.NONE,
    ),
    (
        "榕江县气象台18日9时10分发布暴雨黄色预警信号,原台风蓝色预警信号同时解除,请今晚8点前撤离。",
        "榕江县气象台",
        (18, 9, 10),
        "暴雨",
        Level.YELLOW,
    ),
    ("注意防御。 榕江县气象台 昨晚9点 (雷雨大风Ⅳ级预警)", "榕江县气象台", (17, 21, 0), "雷雨大风", Level.BLUE),
    ("榕江县气象台11月18日12时05分解除台风黄色预警信号", "榕江县气象台", (18, 12, 5), "台风", Level.NONE),
]


@pytest.mark.parametrize(("text", "issuer", "at", "hazard", "level"), TYPED)
def test_the_facts_are_found(text: str, issuer: str, at: tuple[int, int, int], hazard: str, level: Level) -> None:
    read = read_warning(text, NOW)
    assert (read.issuer, read.hazard, read.level) == (issuer, hazard, level)
    assert read.issued_at == datetime(2026, 11, at[0], at[1], at[2], tzinfo=ZONE)


@pytest.mark.parametrize(
    "text",
    ["隔壁老王说要下雨", "", "县里要发预警了", "16点 黄色", "25点 红色", "2月30日9点", "明天8点 红色", "6点前走"],
)
def test_what_is_not_said_is_not_invented(text: str) -> None:
    assert read_warning(text, NOW).issued_at is None


def test_what_is_said_of_two_things_is_left_open() -> None:
    read = read_warning("县气象台打来电话,三防办也打来电话:9点说台风黄色,11点说暴雨橙色,阵风8级。", NOW)
    assert read == ReadWarning("", None, "", Level.NONE)
    assert read_warning("各村民小组:接上级通知,有暴雨", NOW).issuer == ""


@pytest.mark.parametrize(
    ("issuer", "source"),
    [("县气象台", Source.WEATHER_STATION), ("镇三防办", Source.TOWN), ("", None)],
)
def test_the_issuer_tells_the_source(issuer: str, source: Source | None) -> None:
    assert read_warning(f"{issuer} 14点 红色", NOW).source is source


def test_a_month_or_a_year_that_is_not_written_may_be_the_last() -> None:
    new_year = datetime(2027, 1, 1, 1, 0, tzinfo=ZONE)
    for text in ("县气象台12月31日23时发布大雾黄色预警", "县气象台31日23时发布大雾黄色预警"):
        assert read_warning(text, new_year).issued_at == datetime(2026, 12, 31, 23, 0, tzinfo=ZONE)


def test_shortly_after_midnight_a_late_hour_was_yesterday() -> None:
    read = read_warning("县气象台 23点40 红色", datetime(2026, 11, 18, 0, 20, tzinfo=ZONE))
    assert read.issued_at == datetime(2026, 11, 17, 23, 40, tzinfo=ZONE)


@given(st.text(max_size=200))
def test_any_text_is_read_and_never_lies_ahead(text: str) -> None:
    issued_at = read_warning(text, NOW).issued_at
    assert issued_at is None or issued_at <= NOW


REPLIES = [
    ("1", Reply.GOING),
    ("２", Reply.FETCH),
    ("3", Reply.NONE),
    ("走得了", Reply.GOING),
    ("我们自己走", Reply.GOING),
    ("已经走了", Reply.GOING),
    ("我们已经在路上了", Reply.GOING),
    ("水已经到了", ""),
    ("车走了", ""),
    ("我家要人接", Reply.FETCH),
    ("我妈走不动,来接", Reply.FETCH),
    ("走不了", Reply.FETCH),
    ("不走", Reply.STAYING),
    ("我不去", Reply.STAYING),
    ("收到", UNCLEAR),
    ("好的", UNCLEAR),
    ("不用了", UNCLEAR),
    ("停水了", ""),
]


@pytest.mark.parametrize(("text", "reply"), REPLIES)
def test_what_a_household_says(text: str, reply: str) -> None:
    assert read_reply(text) == reply


@pytest.mark.parametrize(
    "text", ["1", "2", "好的", "停水了", "水到了门口", "书记你好,我想问一下村里什么时候能走得了那条新修的路"]
)
def test_unasked_only_plain_words_count(text: str) -> None:
    assert read_reply_words(text) == Reply.NONE

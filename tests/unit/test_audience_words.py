import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.audience_words import read_audience
from bot.dialogue.plan_words import read_fallback
from store.domain.addressing import Wanted
from store.domain.areas import Area, AreaKind
from store.domain.audiences import AudienceKind, Tag
from store.domain.people import Role

GROUPS = [
    *(Area(10 + n, AreaKind.GROUP, f"{'一二三'[n - 1]}组", f"/1/{10 + n}/", 1, n) for n in (1, 2, 3)),
    Area(20, AreaKind.GROUP, "上屋组", "/1/20/", 1, 4),
]
TAGS = [Tag(31, "议事会"), Tag(32, "种植户"), Tag(33, "民兵"), Tag(34, "老种植户")]
K = AudienceKind


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("全村", Wanted()),
        ("全体村民", Wanted()),
        ("一组", Wanted(groups=(11,))),
        ("3组", Wanted(groups=(13,))),
        ("一组和三组", Wanted(groups=(11, 13))),
        ("一、三组", Wanted(groups=(11, 13))),
        ("1到3组", Wanted(groups=(11, 12, 13))),
        ("第二村民小组", Wanted(groups=(12,))),
        ("上屋组", Wanted(groups=(20,))),
        ("四组", Wanted(groups=(20,))),
        ("60岁以上", Wanted(age_from=60)),
        ("６０岁以上的老人", Wanted(age_from=60)),
        ("六十周岁及以上", Wanted(age_from=60)),
        ("满80岁以上", Wanted(age_from=80)),
        ("18岁以上60岁以下", Wanted(age_from=18, age_to=60)),
        ("60到80岁的", Wanted(age_from=60, age_to=80)),
        ("不满18岁", Wanted(age_to=17)),
        ("16岁以下", Wanted(age_to=16)),
        ("老人", Wanted(age_from=60)),
        ("三组60岁以上的党员", Wanted(K.PARTY_MEMBERS, (13,), 60)),
        ("黨員", Wanted(K.PARTY_MEMBERS)),
        ("村民代表", Wanted(K.REPRESENTATIVES)),
        ("全村户主", Wanted(K.HEADS)),
        ("经济社成员", Wanted(K.COLLECTIVE_MEMBERS)),
        ("村干部", Wanted(K.OFFICERS)),
        ("网格员", Wanted(K.OFFICERS, role=Role.GRID_OFFICER)),
        ("三组的调解员", Wanted(K.OFFICERS, (13,), role=Role.MEDIATOR)),
        ("监委会成员", Wanted(K.OFFICERS, role=Role.SUPERVISORS)),
        ("议事会成员", Wanted(K.TAGGED, tags=(31,))),
        ("一组的种植户和民兵", Wanted(K.TAGGED, (11,), tags=(32, 33))),
        ("老种植户", Wanted(K.TAGGED, tags=(34,))),
        ("低保户", Wanted(K.HARDSHIP)),
        ("留守老人", Wanted(K.LEFT_BEHIND)),
        ("订了律师接待的人", Wanted(K.SUBSCRIBERS, topic="lawyer")),
        ("我的户", Wanted(mine=True)),
        ("我管的户", Wanted(mine=True)),
        ("一、三组党员 按户", Wanted(K.PARTY_MEMBERS, (11, 13), units=True)),
        ("全村每人一条", Wanted(units=False)),
        ("名单 张三 李四", Wanted(K.LISTED, names=("张三", "李四"))),
        ("名单 张三 李四 按户", Wanted(K.LISTED, names=("张三", "李四"), units=True)),
        ("名单:张三、13900007001,张三\n李四", Wanted(K.LISTED, names=("张三", "+8613900007001", "李四"))),
    ],
)
def test_an_audience_as_people_type_it(text: str, wanted: Wanted) -> None:
    assert read_audience(text, GROUPS, TAGS) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "",
        "停水的人",
        "九组",
        "一组和九组",
        "三组养猪的",
        "我家明天摆酒",
        "人",
        "张三",
        "党员以外",
        "不是种植户",
        "种植户里的党员",
        "网格员户主",
        "不是党员",
        "名单",
        "和",
        "岁以上",
    ],
)
def test_what_is_not_understood_to_its_end_is_none(text: str) -> None:
    assert read_audience(text, GROUPS, TAGS) is None


@given(st.text(max_size=200))
def test_any_text_is_read_or_not(text: str) -> None:
    wanted = read_audience(text, GROUPS, TAGS)
    assert wanted is None or set(wanted.groups) <= {group.id for group in GROUPS}


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("不补短信", 0),
        ("不要补", 0),
        ("30分钟后补短信", 30),
        ("半小时后补", 30),
        ("两小时没看就补短信", 120),
        ("1个小时后再补发短信", 60),
        ("补短信", None),
        ("30分钟后开会", None),
        ("发", None),
    ],
)
def test_when_an_sms_is_to_follow(text: str, minutes: int | None) -> None:
    assert read_fallback(text) == minutes

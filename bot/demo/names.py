"""How an invented village is called: its groups and what people there are named, by sex and by the years of birth.

No name here is meant for anyone who lives; characters that would make a well-known name are left out.
"""

from dataclasses import dataclass

COUNTY = "青榕县"
TOWN = "榕溪镇"
VILLAGE = "榕溪村"
LANDLINE = "6123456"


@dataclass(frozen=True, slots=True)
class Hamlet:
    """A villagers' group before anyone lives in it. The first of `surnames` is the clan's and takes most homes."""

    title: str
    place: str
    homes: int
    representatives: int
    surnames: str


HAMLETS = (
    Hamlet("一组", "坡尾", 64, 6, "陈陈陈陈陈陈林黄"),
    Hamlet("二组", "塘边", 58, 6, "林林林林林陈陈何"),
    Hamlet("三组", "大坪", 71, 7, "黄黄黄黄黄黄陈李"),
    Hamlet("四组", "水口", 55, 6, "李李李李李黄梁陈"),
    Hamlet("五组", "石桥头", 49, 5, "梁梁梁梁罗罗陈林"),
    Hamlet("六组", "竹园背", 62, 6, "何何何何何黄李罗"),
    Hamlet("七组", "岭脚", 53, 5, "罗罗罗罗卢卢陈何"),
)

MARRIED_IN = "吴卢莫韦覃蒙邓谢曾廖冯苏骆邱温蓝钟叶刘张"
"""Surnames of wives: they come from other villages."""

FROM_AFAR = "杨田龙石向彭滕吴周杜冉岑王赵蒋马"
"""Surnames of tenants: they come from other provinces."""

GIVEN = {
    ("男", 1965): ("国建德福水金永炳亚贤木观", "明生财兴荣安才和养全昌旺"),
    ("女", 1965): ("秀桂月玉凤美彩金亚惠带瑞", "英兰珍娥莲芳花妹琼连清娣"),
    ("男", 1990): ("志伟海建文国永日桂庆树锦", "强明军勇东辉锋新成林雄基"),
    ("女", 1990): ("小丽春秋红雪艳海翠水伟柳", "燕梅霞萍芳玲莲凤群琴娟珍"),
    ("男", 2010): ("子嘉浩宇志俊文锦家泽健振", "豪铭鑫轩聪源斌宁朗恒健权"),
    ("女", 2010): ("晓思雨慧佳海美静诗婉丽芷", "怡敏婷琳雯茵莹滢君琪柔洁"),
    ("男", 9999): ("梓浩一沐宇子奕俊皓泽铭辰", "轩睿宸阳霖熙朗言泽博航诚"),
    ("女", 9999): ("梓雨一沐语子欣诗若可芷依", "涵桐萱妍彤晴瑶悦伊柠辰宁"),
}
"""First and second characters of a given name, for those born before the year."""

COMMON_NAME = "陈伟"
"""Three people are called so: whoever looks a name up must be asked which."""

DOUBTERS_GROUP = 2
"""Where the drain runs whose cement was entered twice."""

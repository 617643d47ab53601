"""The place that a report names, as a phrase for the receipt: 三组晒谷场边, 村小学门口, 二组陈大爷家前面, 我家."""

import re

# A village has one of these, so the bare word is a place. The others need a group, a word in front or a side.
_SOLE = (
    "大队部|党群服务中心|晒谷场|晒场|禾坪|小学|中学|学校|幼儿园|祠堂|卫生室|卫生站|诊所|桥头|水库|村口|村头|村尾|文化广场|广场|公园|戏台|老榕树|"
    "大榕树|榕树|小卖部|小卖店|超市|菜市场|市场|集市|公交站|车站|垃圾站|篮球场|球场|停车场|后山|养老院|敬老院|加油站|信用社|"
    "邮局|银行|食堂|饭堂|文化站|牌坊|土地庙|教堂|水塔|泵站|果园|老人活动中心|活动中心|后巷|前巷|河堤|码头|国道|省道|县道|村道"
)
_COMMON = (
    "村委会|村委|桥|鱼塘|池塘|水塘|塘|水井|井|河|溪|大树|树|垃圾池|垃圾桶|垃圾点|公厕|厕所|变压器|庙|大路|马路|公路|"
    "水泥路|机耕路|路口|岔路|巷子|巷口|巷|水渠|渠|水沟|山坡|山|大棚|菜地|田|工厂|厂|猪场|养猪场|饭店|店|房子|围墙|门楼|"
    "派出所|楼"
)
_SIDE = (
    "门口|门前|门边|门外|路口|路边|旁边|边上|附近|前面|后面|对面|里面|外面|上面|下面|底下|中间|转弯处|拐弯处|转角|拐角|"
    "隔壁|那里|那边|那段|这段|这里|这边|一带|背后|屋后|屋前|房前|房后|左边|右边|东边|西边|南边|北边|尽头"
)
# One-character sides, unless they begin another word: 三组下水道, 学校前天.
_EDGE = (
    "边(?!缘)|旁|口|里|上(?!周|次|个|月|班|午|来|去|学|不|下)|下(?!水|雨|雪|周|次|个|月|班|午|来|去|了)|"
    "前(?!天|年|几|些)|后(?!天|来|年)"
)
_FIGURE = "[0-9一二三四五六七八九十]"
_GROUP = (
    rf"第?{_FIGURE}{{1,3}}(?:[-~至到、和]第?{_FIGURE}{{1,3}})?(?:村民小组|小组|组|队|屯)(?!长|员|合|织|成|伍)|"
    rf"{_FIGURE}{{1,3}}(?:号楼|栋|巷|单元)"
)
_KIN = (
    "大爷|大娘|大叔|大婶|大伯|大妈|大哥|大嫂|爷爷|奶奶|阿姨|老师|医生|老板|师傅|主任|书记|支书|[一二三四五六]叔|[一二三四五六]伯|"
    "叔公|伯公|叔婆|婆婆|叔|婶|伯|哥|嫂|姨|公|婆|爷|奶"
)
_SURNAME = (
    "陈李张黄何欧周王梁林刘吴冯罗谢郑邓麦曾钟苏卢谭蔡潘叶许彭赖孙杨徐朱胡郭马曹袁丁魏薛余杜戴夏傅姜范石姚廖邹熊金陆郝孔白崔康毛邱秦"
    "江史顾侯邵孟龙万段雷汤尹黎易常武贺龚文温凌容阮"
)
_HOME = (
    rf"我们?家|家里|家门|[阿老小]?[{_SURNAME}][大小老阿]?(?:{_KIN})的?(?:家|屋|店|房子|地|田)|"
    rf"[老小][{_SURNAME}](?:家|屋)|阿[{_SURNAME}强明珍英兰彩娣妹](?:{_KIN})?(?:家|屋|店)|[{_SURNAME}]家"
)
_FRONT = "村?[东西南北]头|村|老|旧|新|大|小|东|西|南|北|前|后|上|下|我们|本村|石|木|水泥"
_LAND = f"(?:{_FRONT})?(?:{_SOLE})"
_TAIL = rf"(?:的?(?:{_SIDE})|(?:{_EDGE}))"
_STREET = r"(?<=在)[\u4e00-\u9fff]{1,4}(?:路|街|巷)[0-9]{1,4}号|[\u4e00-\u9fff]{2}(?:路|街|巷)[0-9]{1,4}号"
_SHAPES = (
    rf"(?:{_GROUP})?的?(?:{_LAND})+(?:的?(?:{_COMMON}))?{_TAIL}{{0,2}}",
    rf"(?:{_GROUP})的?(?:{_FRONT})?(?:{_COMMON}){_TAIL}{{0,2}}",
    rf"(?:{_FRONT})?(?:{_COMMON}){_TAIL}{{1,2}}",
    rf"(?:{_GROUP})?的?(?:{_HOME}){_TAIL}{{0,2}}",
    rf"(?:{_GROUP})(?:的?(?:{_SIDE}))?",
    rf"{_STREET}(?:{_TAIL})?",
    "全村|整个村|整条村|全组|沿河",
)
_PLACE = re.compile("|".join(f"(?:{shape})" for shape in _SHAPES))
# Whatever stands between 在 and a side: open vocabulary for the names that every village has.
_NAMED = re.compile(rf"(?:在|喺)((?:(?!在)[^,。;!?、\s]){{1,10}}?(?:{_SIDE}))")


def find_place(text: str) -> str:
    """Find the fullest place phrase in a plain text; "" where it names none. The speaker's own home is 我家."""
    found = [place[0] for place in _PLACE.finditer(text)] + _NAMED.findall(text)
    if not found:
        return ""
    place = max(found, key=len).removeprefix("的")
    return re.sub("^(?:我们家|家里|家(?=门))", "我家", place)

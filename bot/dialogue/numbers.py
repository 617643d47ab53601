"""Numbers as people type them: a key pressed in answer to a question, and a number of a matter or ticket."""

import re

from store.domain.normal import normal

_DIGIT = {figure: value for value, figure in enumerate("零一二三四五六七八九")} | {"两": 2, "幺": 1}
_PLAINER = dict(zip("〇壹贰叁叄肆伍陆柒捌玖拾佰仟", "零一二三三四五六七八九十百千", strict=True))
_FIGURES = str.maketrans({**_PLAINER, "廿": "二十", "卅": "三十", "卌": "四十"})

_KEYS = {"零": "0", "〇": "0", "o": "0", "零零": "00", "〇〇": "00", "oo": "00", "幺": "1"}
_KEY = r"(?P<key>00|零零|〇〇|oo|[0-9o零〇幺一二三四五六七八九])"
_END = r"(?:[吧啊呀哈啦咯嘛哦喔的了]|谢谢|多谢)*"
_VERB = r"(?:选择|选项|选|按键|按|回复|回|输入|打|发送|发|答案|答|投|点)(?:一下|了|是)?"
_CHOSEN = re.compile(rf"(?:我|就|那|请)*(?:{_VERB}第?|第){_KEY}(?:个|项|条|号|种)?{_END}")
_BARE = re.compile(rf"(?:我|就|是)*{_KEY}{_END}")
# What follows a digit and makes it an amount, a date or a place: "3组停水" is no answer 3. "1只我家" is one.
_MEASURE = (
    r"组|队|社|屯|号|楼|栋|层|户|家|个|天|年|月|日|时|小时|点|分|秒|米|公里|亩|斤|吨|元|块|角|毛|万|千|百|十|亿|"
    r"条|根|盏|台|辆|头|匹|位|名|人|次|遍|张|份|包|袋|桶|瓶|岁|级|度|届|期|批|只(?!有?我)|到|至|多|几|成|比|栏|[%/:~+]"
)
_ECHOED = re.compile(rf"(?:{_KEY}[ .。、,)\]-]+|(?P<digit>00|[0-9]))(?!{_MEASURE})[^0-9]{{1,12}}")
_LONGEST_ANSWER = 20

_NUMERAL = r"[0-9零〇一二三四五六七八九十百千万亿两幺壹贰叁肆伍陆柒捌玖拾佰仟廿卅卌]{1,24}"
_WHOLE = re.compile(rf"(?:编号|单号|号码|第)?[是为:]? ?({_NUMERAL}) ?号?(?:的?事)?")
_NAMED = re.compile(rf"(?:编号|单号)[是为:]? ?({_NUMERAL})")
_NUMBERED = re.compile(rf"(?<![0-9月])({_NUMERAL})号(?![楼栋院门机线码])")
_LONE = re.compile(r"(?<![0-9.])([0-9]{3,9})(?![0-9.元块万亩斤米人户年月日点%])")
_LONGEST_NUMBER = 12

# A numeral, once its figures are plain: spelled digit by digit, or in groups of four places with units.
_SPELLED = re.compile("[0-9零一二三四五六七八九两幺]+")
_SHORT = re.compile("([万千百])[一二三四五六七八九1-9]$")
_NEXT_UNIT = {"万": "千", "千": "百", "百": "十"}
_GROUPS = re.compile("(?:([^亿万]+)亿)?(?:([^亿万]+)万)?([^亿万]*)")
_ONE = "([一二三四五六七八九两幺]|[0-9]{1,4})"
_SECTION = re.compile(f"零?(?:{_ONE}千)?零?(?:{_ONE}百)?零?(?:{_ONE}?(十))?零?{_ONE}?")


def read_digit(text: str) -> str | None:
    """Read a keypad answer: "0" to "9" or "00"; None where the message is no answer.

    Takes １ ① 一 "按1" "第一个" and the option's label typed back ("1我家"). "3组停水" is no answer.
    """
    said = normal(text)
    if len(said) > _LONGEST_ANSWER:
        return None
    together = said.replace(" ", "")
    found = _BARE.fullmatch(together) or _CHOSEN.fullmatch(together) or _ECHOED.fullmatch(said)
    if found is None:
        return None
    key = found["key"] or found["digit"]
    return _KEYS.get(key) or (str(_DIGIT.get(key, key)))


def read_number(text: str) -> int | None:
    """Read the one number that a message names: "3127", "编号3127", "三千一百二十七号", "查下3127".

    Two different numbers give None, and so does one of more than twelve digits. For use where a number
    is expected: "31号来" gives 31.
    """
    said = normal(text).replace(",", "")
    if whole := _WHOLE.fullmatch(said):
        return _value(whole[1])
    for shape in (_NAMED, _NUMBERED, _LONE):
        if values := {_value(numeral) for numeral in shape.findall(said)} - {None}:
            return values.pop() if len(values) == 1 else None
    return None


def _value(numeral: str) -> int | None:
    figures = numeral.translate(_FIGURES)
    if figures.isascii():
        return int(figures) if len(figures) <= _LONGEST_NUMBER else None
    if _SPELLED.fullmatch(figures):
        return _value("".join(str(_DIGIT.get(figure, figure)) for figure in figures))
    return _counted(_SHORT.sub(lambda short: short[0] + _NEXT_UNIT[short[1]], figures))


def _counted(figures: str) -> int | None:
    found = _GROUPS.fullmatch(figures)
    if found is None:
        return None
    sections = [_SECTION.fullmatch(part or "") for part in found.groups()]
    values = [_sum(section) for section in sections if section is not None]
    if len(values) < len(sections):
        return None
    return values[0] * 100_000_000 + values[1] * 10_000 + values[2]


def _sum(section: re.Match[str]) -> int:
    thousands, hundreds, tens, ten, ones = section.groups(default="")
    total = _one(thousands) * 1000 + _one(hundreds) * 100 + _one(tens) * 10 + _one(ones)
    return total + 10 if ten and not tens else total


def _one(figure: str) -> int:
    return _DIGIT[figure] if figure in _DIGIT else int(figure or 0)


_MOBILE = re.compile(r"(?<!\d)(?:\+?86)?(1[3-9]\d{9})(?!\d)")


def mobile_in(text: str) -> str:
    """The first Chinese mobile number in a text as E.164, however it is spaced; "" where there is none."""
    match = _MOBILE.search(normal(text).replace(" ", "").replace("-", ""))
    return f"+86{match[1]}" if match else ""

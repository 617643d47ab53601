"""A warning as it is pasted or typed: who says it, when, of what, and how grave it is.

Stations and towns write much alike: 榕江县气象台2026年11月22日10时15分发布暴雨红色预警信号.
What a text does not say, or says of two things, is left open: a person names it.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from store.domain.emergencies import LONGEST_ISSUER, Level, Source
from store.domain.normal import normal


@dataclass(frozen=True, slots=True)
class ReadWarning:
    """What was found in a text; None or "" where it says nothing of it."""

    issuer: str
    issued_at: datetime | None
    hazard: str
    level: Level

    @property
    def source(self) -> Source | None:
        """A station issues warnings, else an authority above the village."""
        if not self.issuer:
            return None
        return Source.WEATHER_STATION if _STATION.search(self.issuer) else Source.TOWN


def read_warning(text: str, now: datetime) -> ReadWarning:
    """Never raises. A time without a day is the last such time up to `now` (aware), whose zone it is in."""
    said = normal(text)
    return ReadWarning(_issuer(said), _issued_at(said, now), _hazard(said), _level(said))


# How grave, and of what ----------------------------------------------------------------------------------------------

_LEVELS = {
    **dict.fromkeys(("蓝", "iv", "四", "4"), Level.BLUE),
    **dict.fromkeys(("黄", "iii", "三", "3"), Level.YELLOW),
    **dict.fromkeys(("橙", "ii", "二", "2"), Level.ORANGE),
    **dict.fromkeys(("红", "i", "一", "1"), Level.RED),
}
"""突发事件应对法 63 (2024): the first level is red, the second orange, the third yellow, the fourth blue.

Of warnings, that is: an emergency response (应急响应) has levels of its own, and tells no colour.
"""
_GRAVE = "(?:[蓝黄橙红]色|(?:iv|i{1,3}|[一二三四1-4])级(?=预警))"
_BARE = "(?:(?<=[ ,])|^)[蓝黄橙红](?=[ ,]|$)"
_LEVEL = re.compile(f"{_GRAVE}|{_BARE}")
_BEFORE = re.compile(
    f"(?:原|解除|取消|撤销|终止)[^,。;:]{{0,14}}?{_GRAVE}"
    f"|{_GRAVE}(?:应急)?(?:预警|响应)?(?:信号)?(?:升级?|提升|提高|变更|更新|调整|降级?|降低|上调|下调|改)[至为成到]"
)
"""The level that there was before, or that is over."""
_HAZARDS = (
    "台风|强对流|雷雨大风|短时强降水|暴雨|山洪|洪水|地质灾害|山体滑坡|泥石流|雷电|大风|冰雹|高温|干旱|寒潮|暴雪|霜冻|"
    "道路结冰|低温冰冻|大雾|森林火险|渍涝|内涝|溃坝|地震"
)
_HAZARD = re.compile(_HAZARDS)
_GRADED = re.compile(f"({_HAZARDS})(?:(?!{_HAZARDS})[^,。;:、 ]){{0,8}}?{_GRAVE}")


def _level(said: str) -> Level:
    found = {_LEVELS[word.rstrip("色级")] for word in _LEVEL.findall(_BEFORE.sub("", said))}
    return found.pop() if len(found) == 1 else Level.NONE


def _hazard(said: str) -> str:
    """The one that is graded, else the only one that is named."""
    found = set(_GRADED.findall(_BEFORE.sub("", said)) or _GRADED.findall(said) or _HAZARD.findall(said))
    return found.pop() if len(found) == 1 else ""


# When ----------------------------------------------------------------------------------------------------------------

_DAY = (
    r"(?:(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})|"
    r"(?:(?:(?P<year>\d{4})年)?(?P<month>\d{1,2})月)?(?P<day>\d{1,2})[日号]|(?P<near>[今昨明后])(?P<of>[天日晚早夜]))"
)
_PART = "(?P<part>凌晨|早上|早晨|上午|中午|下午|晚上|晚间|傍晚|夜间)"
_CLOCK = r"(?P<hour>\d{1,2})(?:(?:点钟?|时)(?:(?P<minute>\d{1,2})分?|(?P<half>半))?|:(?P<sixtieth>\d{2})(?!\d))"
_MOMENT = re.compile(rf"(?<!\d)(?:{_DAY}[ t]?)?{_PART}? ?{_CLOCK}")
_SPAN_ENDS = re.compile("[至到~-]$")
_SPAN_BEGINS = re.compile("[至到~前后内-]|[以之][前后]|起(?!启动|提升|将)")
"""7时至10时 fell the rain, 8点前 they are to have gone: no moment at which something was said."""
_SAYS = re.compile(" ?起?(?:联合|继续|再次|正式)?(?:发|启动|签发|印发|更新|升级|变更|提升|调整|解除|终止|将|通知)")
_LATE = {**dict.fromkeys(("下午", "晚上", "晚间", "傍晚", "夜间", "晚", "夜"), 12), "中午": 3}
"""Before which hour it is one after noon."""
_DAYS_AHEAD = {"今": 0, "昨": -1, "明": 1, "后": 2}
_NOON, _HALF_PAST, _DECEMBER = 12, 30, 12
_LONG_AHEAD = timedelta(hours=12)
"""Said shortly after midnight, 23:40 was yesterday; a few minutes ahead is a slip of the finger."""
_RECENTLY = timedelta(days=2)


def _issued_at(said: str, now: datetime) -> datetime | None:
    """The moment at which somebody says it; else the only one that is named."""
    found = [(one, moment) for one in _MOMENT.finditer(said) if (moment := _real(one, said, now)) and moment <= now]
    when = {moment for one, moment in found if _SAYS.match(said, one.end()) or _signs(said, one.start())}
    when = when or {moment for _, moment in found}
    return when.pop() if len(when) == 1 else None


def _real(found: re.Match[str], said: str, now: datetime) -> datetime | None:
    """None for a moment that there is not, and for the begin and the end of a span."""
    if _SPAN_ENDS.search(said, max(0, found.start() - 1), found.start()) or _SPAN_BEGINS.match(said, found.end()):
        return None
    try:
        moment = datetime.combine(_day(found, now.date()), _time(found), now.tzinfo)
        return _last(found, moment, now)
    except ValueError:
        return None


def _time(found: re.Match[str]) -> time:
    hour, minute = int(found["hour"]), int(found["minute"] or found["sixtieth"] or 0)
    if hour < _LATE.get(found["part"] or found["of"] or "", 0):
        hour += _NOON
    return time(hour, _HALF_PAST if found["half"] else minute)


def _day(found: re.Match[str], today: date) -> date:
    if found["y"]:
        return date(int(found["y"]), int(found["m"]), int(found["d"]))
    if found["day"]:
        return date(int(found["year"] or today.year), int(found["month"] or today.month), int(found["day"]))
    return today + timedelta(days=_DAYS_AHEAD[found["near"]] if found["near"] else 0)


def _last(found: re.Match[str], moment: datetime, now: datetime) -> datetime:
    """Where day, month or year is not written, the one before may be meant, if that was just now."""
    if moment - now <= _LONG_AHEAD or found["y"] or found["year"] or found["near"]:
        return moment
    if found["month"]:
        earlier = moment.replace(year=moment.year - 1)
    elif found["day"]:
        month = (moment.month - 2) % _DECEMBER + 1
        earlier = moment.replace(month=month, year=moment.year - (month == _DECEMBER))
    else:
        return moment - timedelta(days=1)
    return earlier if now - earlier <= _RECENTLY else moment


# Who -----------------------------------------------------------------------------------------------------------------

_STATION = re.compile("气象|水文站|地震台")
_OFFICE = (
    "(?:气象台|气象局|气象站|气象服务中心|预警信息发布中心|预警发布中心|三防办|三防指挥部|防汛办|防汛抗旱指挥部|防指|"
    "应急办|应急管理局|应急局|自然资源局|自然资源和规划局|水利局|水务局|水文站|地震台|地震局|防火办|森防办|指挥部|"
    "镇政府|乡政府|县政府|区政府|市政府|人民政府|街道办|镇里|县里|村委会|村里)(?:办公室)?"
)
_ONE = rf"[\u4e00-\u9fff]{{0,12}}?{_OFFICE}"
_ISSUER = re.compile(f"(?P<who>{_ONE}(?:[、和与及]{_ONE})*)(?:决定)?[ ,]?[自于]?")
_LEAD = re.compile("^.*(?:影响|根据|按照|接到|转发|来自)|^(?:据|由|接|转)(?=[国省市县区镇乡])")
_LONGEST_OFFICE = 24
_FIRST_WORD = re.compile(r"[\u4e00-\u9fff]{2,14}(?= )")


def _issuer(said: str) -> str:
    """Whoever stands beside the moment or the verb; else the only one that is named. One too long is left open."""
    named = list(_ISSUER.finditer(said))
    speaking = [one for one in named if _MOMENT.match(said, one.end()) or _SAYS.match(said, one.end())]
    found = {_LEAD.sub("", one["who"]) for one in speaking or named}
    first = _FIRST_WORD.match(said)
    if not found and first and _MOMENT.match(said, first.end() + 1):
        found = {first[0]}
    issuer = found.pop() if len(found) == 1 else ""
    return issuer if len(issuer) <= LONGEST_ISSUER else ""


def _signs(said: str, start: int) -> bool:
    """Whether an office stands before it."""
    before = said[max(0, start - _LONGEST_OFFICE) : start]
    return any(one.end() == len(before) for one in _ISSUER.finditer(before))

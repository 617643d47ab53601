"""A warning as it is pasted or typed: 县气象台 今天14点20分 台风黄色. And what residents answer to one."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.dialogue.normal import normal
from bot.dialogue.numbers import read_digit
from bot.dialogue.patterns import any_of
from bot.dialogue.words import Word, read_word
from store.domain.emergencies import LONGEST_ISSUER, Level
from store.domain.transfers import Reply

_LEVELS = {"蓝": Level.BLUE, "黄": Level.YELLOW, "橙": Level.ORANGE, "红": Level.RED}
_LEVEL = re.compile(r"([蓝黄橙红])色|(?:^|[ ,])([蓝黄橙红])(?:$|[ ,])")
_HAZARDS = re.compile(
    "台风|强对流|雷雨大风|短时强降水|暴雨|山洪|洪水|地质灾害|山体滑坡|泥石流|雷电|大风|冰雹|高温|干旱|寒潮|暴雪|霜冻|"
    "道路结冰|低温冰冻|大雾|森林火险|渍涝|内涝|溃坝|地震"
)
_DAY = r"(?:(?:(?P<year>\d{4})年)?(?P<month>\d{1,2})月(?P<day>\d{1,2})[日号]|(?P<near>今天|今日|昨天|昨日))?"
_PART = "(?P<part>凌晨|早上|上午|中午|下午|晚上|傍晚)"
_MOMENT = re.compile(rf"{_DAY} ?{_PART}? ?(?P<hour>\d{{1,2}})(?:[点时:]|点钟)(?P<minute>\d{{1,2}}|半)?")
_LONG_AHEAD = timedelta(hours=12)
"""Said shortly after midnight, 23:40 was yesterday; a few minutes ahead is a slip of the finger."""
_AFTERNOON = frozenset({"下午", "晚上", "傍晚"})
_NOON, _HALF_PAST = 12, 30
_OFFICE = (
    "气象台|气象局|气象站|气象服务中心|三防办|三防指挥部|防汛办|防汛抗旱指挥部|防指|应急办|应急管理局|应急局|自然资源局|"
    "水利局|水务局|水文站|镇政府|人民政府|县政府|镇里|县里|指挥部|村委会|村里"
)
_ISSUER = re.compile(rf"[\u4e00-\u9fff]{{0,8}}?(?:{_OFFICE})")
_FIRST_WORD = re.compile(r"([\u4e00-\u9fff]{2,14})[ ,:]")


@dataclass(frozen=True, slots=True)
class ReadWarning:
    """What was found in a text; None or "" where it says nothing of it."""

    issuer: str
    issued_at: datetime | None
    hazard: str
    level: Level


def read_warning(text: str, now: datetime) -> ReadWarning:
    """Never raises. A time without a day is the last such time up to `now` (aware), whose zone it is in."""
    said = normal(text)
    level = _LEVEL.search(said)
    hazard = _HAZARDS.search(said)
    return ReadWarning(
        issuer=_issuer(said),
        issued_at=_moment(said, now),
        hazard=hazard[0] if hazard else "",
        level=_LEVELS[level[1] or level[2]] if level else Level.NONE,
    )


def _issuer(said: str) -> str:
    found = _ISSUER.search(said)
    if found:
        return found[0][-LONGEST_ISSUER:]
    first = _FIRST_WORD.match(said)
    return first[1] if first else ""


def _moment(said: str, now: datetime) -> datetime | None:
    moments = [moment for found in _MOMENT.finditer(said) if (moment := _real(found, now))]
    return next((moment for moment in moments if moment <= now), None)


def _real(found: re.Match[str], now: datetime) -> datetime | None:
    hour = int(found["hour"])
    if found["part"] in _AFTERNOON and hour < _NOON:
        hour += _NOON
    minute = _HALF_PAST if found["minute"] == "半" else int(found["minute"] or 0)
    try:
        moment = datetime.combine(_day(found, now.date()), time(hour, minute), now.tzinfo)
    except ValueError:
        return None
    is_bare = not (found["month"] or found["near"])
    return moment - timedelta(days=1) if is_bare and moment - now > _LONG_AHEAD else moment


def _day(found: re.Match[str], today: date) -> date:
    if found["month"]:
        return date(int(found["year"] or today.year), int(found["month"]), int(found["day"]))
    return today - timedelta(days=1) if found["near"] in {"昨天", "昨日"} else today


_FETCH = any_of("来接 要接 人接 接我 接人 接一下 接下 走不了 走不动 走不得 不能走 动不了 下不了床 背不动 没车")
_STAYING = any_of("不走 不去 不肯走 不想走 不搬 不转移 留下 不用管")
_GOING = re.compile(
    "(?:好的?|我们?|我们家|我家|全家|一家人|都|已经|已|马上|现在|这就|就|自己|能|在)*"
    "(?:走得了|走得动|走得成|走|走了|出发了|去了|去|在路上|路上|到|到了|到学校了|到村小学了)(?:了|啦|的|吧)*"
)
"""Only as the whole message: 水到了 is no arrival, and who is wrongly believed to go is not rung."""
_LONGEST_REPLY = 16


UNCLEAR = "unclear"
"""好, 收到: it was heard, but nobody knows whether they go."""


def read_reply(text: str) -> str:
    """What a household says to a transfer: the digits 1 and 2, or words; `UNCLEAR` for a bare yes or no."""
    digit = read_digit(text)
    if digit:
        return {"1": Reply.GOING, "2": Reply.FETCH}.get(digit, Reply.NONE)
    said = read_reply_words(text)
    return said or (UNCLEAR if read_word(text) in {Word.YES, Word.NO} else "")


def read_reply_words(text: str) -> Reply:
    """The same where no question waits: only words that can mean nothing else, in a short message."""
    said = normal(text)
    if len(said) > _LONGEST_REPLY:
        return Reply.NONE
    if _FETCH.search(said):
        return Reply.FETCH
    if _STAYING.search(said):
        return Reply.STAYING
    return Reply.GOING if _GOING.fullmatch(said) else Reply.NONE

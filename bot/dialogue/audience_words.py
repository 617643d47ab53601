"""Reading whom a notice is for as people type it: 60岁以上, 党员, 一组和三组, 我的户, 名单 张三 李四, 按户.

What is not understood to its end is not understood at all: a notice to the wrong people cannot be called back.
"""

import re
from collections.abc import Mapping, Sequence

from bot.dialogue.normal import normal
from bot.dialogue.numbers import read_number
from store.domain.areas import Area
from store.domain.audiences import AudienceKind, Wanted, names_listed

_LIST = re.compile(r"^(?:发给|给)?名单[::,,\s]*(.+)$", re.DOTALL)
_KINDS: Mapping[AudienceKind, str] = {
    AudienceKind.HEADS: "户主",
    AudienceKind.REPRESENTATIVES: "(?:村民)?代表",
    AudienceKind.PARTY_MEMBERS: "党员",
    AudienceKind.COLLECTIVE_MEMBERS: "(?:经济|合作)社(?:的)?(?:成员|社员)|社员",
    AudienceKind.GRID_OFFICERS: "网格员",
    AudienceKind.OFFICERS: "村?干部",
    AudienceKind.HARDSHIP: "困难(?:群众|家庭|户)?|低保户?",
    AudienceKind.LEFT_BEHIND: "留守(?:老人|儿童|家庭|户)?|独居(?:老人)?",
}
_TOPICS = {"律师": "lawyer", "民警": "police", "镇领导": "town_leaders", "说事": "talk_day"}
_TOPIC = re.compile(rf"(?:订|预?订阅)了?({'|'.join(_TOPICS)})(?:接待)?(?:日)?(?:提醒)?")
_FIGURES = "[0-9零一二三四五六七八九十百]{1,5}"
_AGES = re.compile(
    rf"(?P<from>{_FIGURES})岁?(?:到|至|-|~)(?P<to>{_FIGURES})岁"
    rf"|满?(?P<over>{_FIGURES})(?:周?岁)(?:及|和)?以上(?:(?P<under_too>{_FIGURES})岁(?:及|和)?以下)?"
    rf"|不满(?P<below>{_FIGURES})周?岁"
    rf"|(?P<under>{_FIGURES})周?岁(?:及|和)?以下"
)
_OLD_FROM = 60
_OLD = re.compile("老人|老年人|长者")
_MINE = re.compile("我(?:的|管的|负责的|包的|联系的)(?:网格|户|那些户|人家)|我的网格")
_UNITS = {True: re.compile("按户|(?:每|一)户一[条份]"), False: re.compile("按人|(?:每|一)人一[条份]")}
_FIGURE = "[0-9一二三四五六七八九十]{1,3}"
_GROUPS = re.compile(
    rf"第?{_FIGURE}(?:(?:村民)?小?组|队|屯)?(?:(?:、|,|,|和|跟|及|到|至|-|~)第?{_FIGURE}(?:(?:村民)?小?组|队|屯)?)*(?<=[组队屯])"
)
_ONE_GROUP = re.compile(rf"(到|至|-|~)?第?({_FIGURE})")
_FILLERS = re.compile(
    "全村|整个村|全体|所有|全部|大家|村民|群众|老年人|老人|家庭|住户|各户|发给|里面?|中|的|在|和|跟|及|人|户|[,,、\\s]"
)


def read_audience(text: str, groups: Sequence[Area]) -> Wanted | None:
    """What an audience is, in the village of these groups; None where a word of it is not understood.

    以上 and 以下 include the number itself, 不满 does not (民法典 1259).
    """
    listed = _LIST.match(text.strip())
    if listed:
        return Wanted(AudienceKind.LISTED, names=names_listed(listed[1]))
    reading = _Reading(normal(text), groups)
    wanted = reading.wanted()
    return wanted if wanted and not _FILLERS.sub("", reading.rest) else None


class _Reading:
    """Takes out of a text what it understands; `rest` is what is left."""

    def __init__(self, text: str, groups: Sequence[Area]) -> None:
        self.text = self.rest = text
        self._groups = groups

    def wanted(self) -> Wanted | None:
        units = next((value for value, words in _UNITS.items() if self._take(words)), None)
        topic = self._take(_TOPIC)
        mine = self._take(_MINE) is not None
        kind = self._kind(AudienceKind.SUBSCRIBERS if topic else AudienceKind.VILLAGE)
        age_from, age_to = self._ages()
        chosen = self._named_groups() or self._numbered_groups()
        if chosen is None:
            return None
        says_all = re.search("全村|整个村|全体|所有|全部|大家", self.rest)
        if not (says_all or topic or mine or age_from or age_to or chosen or kind is not AudienceKind.VILLAGE):
            return None
        return Wanted(kind, chosen, age_from, age_to, _TOPICS[topic[1]] if topic else "", mine=mine, units=units)

    def _take(self, words: re.Pattern[str]) -> re.Match[str] | None:
        found = words.search(self.rest)
        if found:
            self.rest = f"{self.rest[: found.start()]} {self.rest[found.end() :]}"
        return found

    def _kind(self, otherwise: AudienceKind) -> AudienceKind:
        for kind, words in _KINDS.items():
            if self._take(re.compile(words)):
                return kind
        return otherwise

    def _ages(self) -> tuple[int, int]:
        found = self._take(_AGES)
        if found:
            lowest = found["from"] or found["over"]
            highest = found["to"] or found["under_too"] or found["under"]
            below = _number(found["below"])
            return _number(lowest), _number(highest) or max(0, below - 1)
        return (_OLD_FROM, 0) if self._take(_OLD) else (0, 0)

    def _named_groups(self) -> tuple[int, ...]:
        """Groups by names that are no numbers: 上屋组."""
        named = [group for group in self._groups if group.number is None or not _ONE_GROUP.match(group.name)]
        return tuple(group.id for group in named if self._take(re.compile(re.escape(normal(group.name)))))

    def _numbered_groups(self) -> tuple[int, ...] | None:
        """None where one of the numbers is no group of the village."""
        chosen: list[int] = []
        of_number = {group.number: group.id for group in self._groups if group.number is not None}
        while found := self._take(_GROUPS):
            for number in _counted(found[0]):
                if number not in of_number:
                    return None
                chosen.append(of_number[number])
        return tuple(dict.fromkeys(chosen))


def _counted(text: str) -> list[int]:
    """一组和三组 → 1, 3; 1到3组 → 1, 2, 3."""
    numbers: list[int] = []
    for found in _ONE_GROUP.finditer(text):
        number = _number(found[2])
        if found[1] and numbers:
            numbers += range(numbers[-1] + 1, number)
        numbers.append(number)
    return numbers


def _number(figures: str | None) -> int:
    return (read_number(figures) or 0) if figures else 0

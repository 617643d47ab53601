"""Reading whom a notice is for as people type it: 60岁以上, 党员, 一组和三组, 调解员, 我的户, 名单 张三 李四, 按户.

A village's own tags are understood by their names: 种植户, 议事会成员.

What is not understood to its end is not understood at all: a notice to the wrong people cannot be called back.
"""

import re
from collections.abc import Mapping, Sequence

from bot.dialogue.numbers import read_number
from store.domain.addressing import Wanted, names_listed
from store.domain.areas import Area
from store.domain.audiences import AudienceKind, Tag
from store.domain.normal import normal
from store.domain.people import Role

_LIST = re.compile(r"^(?:发给|给)?名单[::,,\s]*(.+)$", re.DOTALL)
_KINDS: Mapping[AudienceKind, str] = {
    AudienceKind.HEADS: "户主",
    AudienceKind.REPRESENTATIVES: "(?:村民)?代表",
    AudienceKind.PARTY_MEMBERS: "党员",
    AudienceKind.COLLECTIVE_MEMBERS: "(?:经济|合作)社(?:的)?(?:成员|社员)|社员",
    AudienceKind.OFFICERS: "村?干部",
    AudienceKind.HARDSHIP: "困难(?:群众|家庭|户)?|低保户?",
    AudienceKind.LEFT_BEHIND: "留守(?:老人|儿童|家庭|户)?|独居(?:老人)?",
}
_ROLES: Mapping[Role, str] = {
    Role.GRID_OFFICER: "网格员",
    Role.MEDIATOR: "(?:矛盾纠纷)?调解员",
    Role.SECURITY: "(?:社会)?治安(?:防范)?员|治保员",
    Role.POPULATION: "(?:实有)?人口管理员",
    Role.REHABILITATION: "(?:特殊人群)?帮教员",
    Role.WELFARE: "(?:弱势群体)?帮扶员",
    Role.ORGANIZATIONS: "两新(?:组织)?联络员",
    Role.ERRANDS: "(?:群众事务)?代办员",
    Role.LEGAL_TUTOR: "(?:法律政策)?辅导员",
    Role.FIRE_LIAISON: "消防联络员",
    Role.SUPERVISORS: "(?:村务)?监(?:督)?委(?:员)?会(?:成员)?",
    Role.ACCOUNTANT: "会计",
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
    "全村|整个村|全体|所有|全部|大家|村民|群众|老年人|老人|家庭|住户|各户|成员|发给|里面?|中|的|在|和|跟|及|人|户|[,,、\\s]"
)


def read_audience(text: str, groups: Sequence[Area], tags: Sequence[Tag] = ()) -> Wanted | None:
    """What an audience is, in the village of these groups and tags; None where a word of it is not understood.

    以上 and 以下 include the number itself, 不满 does not (民法典 1259).
    """
    listed = _LIST.match(text.strip())
    if listed:
        return _listed(names_listed(listed[1]))
    reading = _Reading(normal(text), groups, tags)
    wanted = reading.wanted()
    return wanted if wanted and not _FILLERS.sub("", reading.rest) else None


def _listed(given: Sequence[str]) -> Wanted:
    """A list may end with 按户."""
    units = next((value for value, words in _UNITS.items() if given and words.fullmatch(given[-1])), None)
    names = tuple(given if units is None else given[:-1])
    return Wanted(AudienceKind.LISTED, names=names, units=units)


class _Reading:
    """Takes out of a text what it understands; `rest` is what is left."""

    def __init__(self, text: str, groups: Sequence[Area], tags: Sequence[Tag]) -> None:
        self.text = self.rest = text
        self._groups = groups
        self._tags = tags

    def wanted(self) -> Wanted | None:
        units = next((value for value, words in _UNITS.items() if self._take(words)), None)
        tags = self._borne()
        topic = self._take(_TOPIC)
        mine = self._take(_MINE) is not None
        role = next((role for role, words in _ROLES.items() if self._take(re.compile(words))), None)
        kind = self._kind(tagged=bool(tags), wished=topic is not None, in_office=role is not None)
        age_from, age_to = self._ages()
        chosen = self._named_groups() or self._numbered_groups()
        if chosen is None:
            return None
        says_all = re.search("全村|整个村|全体|所有|全部|大家", self.rest)
        if not (says_all or mine or age_from or age_to or chosen or kind is not AudienceKind.VILLAGE):
            return None
        return Wanted(
            kind,
            chosen,
            age_from,
            age_to,
            role,
            _TOPICS[topic[1]] if topic else "",
            tags,
            mine=mine,
            units=units,
        )

    def _borne(self) -> tuple[int, ...]:
        """The tags that are named, a longer name before one that is a part of it."""
        by_length = sorted(self._tags, key=lambda tag: -len(tag.name))
        return tuple(tag.id for tag in by_length if self._take(re.compile(re.escape(normal(tag.name)))))

    def _take(self, words: re.Pattern[str]) -> re.Match[str] | None:
        found = words.search(self.rest)
        if found:
            self.rest = f"{self.rest[: found.start()]} {self.rest[found.end() :]}"
        return found

    def _kind(self, *, tagged: bool, wished: bool, in_office: bool) -> AudienceKind:
        """One of them: a second one stays in the rest, which then is not understood."""
        if tagged:
            return AudienceKind.TAGGED
        if in_office:
            return AudienceKind.OFFICERS
        for kind, words in _KINDS.items():
            if self._take(re.compile(words)):
                return kind
        return AudienceKind.SUBSCRIBERS if wished else AudienceKind.VILLAGE

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

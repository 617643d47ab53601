"""To whom a notice goes: one frozen value, kept as data beside the notice and described in words by the catalogue."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from store.domain.areas import Area, AreaKind
from store.domain.errors import Refusal
from store.domain.people import Role, Staff
from store.domain.phones import e164
from store.domain.roster_remarks import SensitiveFlag

MOST_LISTED = 500
"""Persons of a list. A longer one is an audience of another kind, or a roster."""
OLDEST = 150
_BETWEEN_NAMES = re.compile(r"[\s,,、;;。/]+")


class AudienceKind(StrEnum):
    """Whom: everybody of a village or of one group, those of a role or with a mark, those who wished it, a list."""

    VILLAGE = "village"
    GROUP = "group"
    HEADS = "heads"
    REPRESENTATIVES = "representatives"
    PARTY_MEMBERS = "party_members"
    COLLECTIVE_MEMBERS = "collective_members"
    OFFICERS = "officers"
    GRID_OFFICERS = "grid_officers"
    HARDSHIP = "hardship"
    LEFT_BEHIND = "left_behind"
    SUBSCRIBERS = "subscribers"
    LISTED = "listed"

    @property
    def by_household(self) -> bool:
        """Whether a household gets one message unless the drafter says otherwise; else each person gets one."""
        return self in {AudienceKind.VILLAGE, AudienceKind.GROUP, *FLAG_OF_KIND}

    @property
    def is_sensitive(self) -> bool:
        """Whether it stands for a mark that only those may know of who work with it."""
        return self in FLAG_OF_KIND


FLAG_OF_KIND: Mapping[AudienceKind, SensitiveFlag] = {
    AudienceKind.HARDSHIP: SensitiveFlag.HARDSHIP,
    AudienceKind.LEFT_BEHIND: SensitiveFlag.LEFT_BEHIND,
}
FLAG_ROLE = Role.WELFARE
"""Who works with the marks of hardship and of being left behind (弱势群体帮扶)."""


@dataclass(frozen=True, slots=True)
class Audience:
    """`area` is the group for a single group, else the village or an area above; the rest narrows it.

    `groups` are several groups of the village; `age_from` and `age_to` are full years, both included (0: no bound; who
    has no known age is in none). `topic` is what subscribers wished, `residents` are the listed. `by_household` is None
    where the kind decides.
    """

    kind: AudienceKind
    area: Area
    groups: tuple[Area, ...] = ()
    age_from: int = 0
    age_to: int = 0
    topic: str = ""
    residents: tuple[int, ...] = ()
    units: bool | None = None

    @property
    def by_household(self) -> bool:
        return self.kind.by_household if self.units is None else self.units

    @property
    def addressed(self) -> tuple[Area, ...]:
        """The areas whose people are written to."""
        return self.groups or (self.area,)

    @property
    def is_whole(self) -> bool:
        """Whether it is everybody of its area."""
        return self.kind is AudienceKind.VILLAGE and not (self.groups or self.age_from or self.age_to)

    @property
    def has_ages(self) -> bool:
        return bool(self.age_from or self.age_to)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody typed as an audience, before the books say who that is. `mine` is what he answers for himself."""

    kind: AudienceKind = AudienceKind.VILLAGE
    groups: tuple[int, ...] = ()
    age_from: int = 0
    age_to: int = 0
    topic: str = ""
    names: tuple[str, ...] = ()
    mine: bool = False
    units: bool | None = None


def names_listed(text: str) -> tuple[str, ...]:
    """The names of a list as written, and its numbers as E.164, each once."""
    given = [one for one in _BETWEEN_NAMES.split(text) if one]
    return tuple(dict.fromkeys(e164(one) or one for one in given))


@dataclass(frozen=True, slots=True)
class Named:
    """What became of typed names and numbers: the residents, who is not in the books, and names of several people."""

    residents: tuple[int, ...]
    unknown: tuple[str, ...]
    several: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Whom:
    """An audience as a reader may know of it; the catalogue puts it into words.

    `within` are the groups to which a role was narrowed, `units` households or persons.
    """

    kind: AudienceKind
    place: str
    within: str
    age_from: int
    age_to: int
    units: str


def whom(audience: Audience, *, discreet: bool) -> Whom:
    """Describe an audience. `discreet`: its reader may not know of the mark, and reads of a list."""
    kind = AudienceKind.LISTED if discreet and audience.kind.is_sensitive else audience.kind
    if audience.groups and kind is AudienceKind.VILLAGE:
        kind = AudienceKind.GROUP
    groups = "、".join(group.name for group in audience.groups)
    units = "household" if audience.by_household else "person"
    return Whom(kind, groups or audience.area.name, groups, audience.age_from, audience.age_to, units)


def may_know(person: Staff, audience: Audience) -> bool:
    """Whether a member of staff may know of the mark by which an audience was chosen."""
    return not audience.kind.is_sensitive or all(person.holds(FLAG_ROLE, area.path) for area in audience.addressed)


def checked_audience(audience: Audience) -> Audience:
    """Raises Refusal("notice.ages") or ("notice.list_empty") or ("notice.list_too_long") where it can be nobody."""
    ages_fit = 0 <= audience.age_from <= OLDEST and 0 <= audience.age_to <= OLDEST
    if not ages_fit or (audience.age_to and audience.age_to < audience.age_from):
        raise Refusal("notice.ages")
    if audience.kind is AudienceKind.LISTED and not audience.residents:
        raise Refusal("notice.list_empty")
    if len(audience.residents) > MOST_LISTED:
        raise Refusal("notice.list_too_long", most=MOST_LISTED)
    return audience


def narrowing_of(audience: Audience) -> dict[str, object]:
    """What is kept of an audience beside its area."""
    return {
        "kind": audience.kind,
        "groups": [[group.id, group.name, group.path, group.number] for group in audience.groups],
        "age_from": audience.age_from,
        "age_to": audience.age_to,
        "topic": audience.topic,
        "residents": list(audience.residents),
        "units": audience.units,
    }


def audience_from(area: Area, kept: Mapping[str, Any]) -> Audience:
    """Rebuild an audience from what was kept of it."""
    return Audience(
        AudienceKind(kept["kind"]),
        area,
        tuple(_group(area, *fields) for fields in kept["groups"]),
        kept["age_from"],
        kept["age_to"],
        kept["topic"],
        tuple(kept["residents"]),
        kept["units"],
    )


def _group(village: Area, group_id: int, name: str, path: str, number: int | None) -> Area:
    return Area(group_id, AreaKind.GROUP, name, path, village.id, number)


def audiences_open_to(person: Staff, village: Area, groups: Sequence[Area]) -> list[Audience]:
    """Whom a member of staff may choose there: only areas that he serves. More can be typed."""
    found = [Audience(AudienceKind.GROUP, group) for group in groups if person.serves(group.path)]
    if person.serves(village.path):
        whole = (AudienceKind.VILLAGE, AudienceKind.REPRESENTATIVES, AudienceKind.PARTY_MEMBERS)
        found[:0] = [Audience(kind, village) for kind in whole]
    return found


def kinds_open_to(person: Staff, village: Area, groups: Sequence[Area]) -> list[AudienceKind]:
    """What may be ticked there, before it is narrowed to groups: a mark only by whoever works with it."""
    knows = any(person.holds(FLAG_ROLE, area.path) for area in (village, *groups))
    open_ones = (kind for kind in AudienceKind if kind is not AudienceKind.GROUP)
    return [kind for kind in open_ones if knows or not kind.is_sensitive]


def audience_of(wanted: Wanted, person: Staff, village: Area, groups: Sequence[Area], named: Named | None) -> Audience:
    """The audience that was typed. Raises Refusal("notice.no_households") for "mine" where he answers for none."""
    chosen = tuple(group for group in groups if group.id in wanted.groups)
    if wanted.mine:
        chosen = _answered_for(person, village, groups)
    if wanted.kind is AudienceKind.VILLAGE and len(chosen) == 1:
        kind, area, chosen = AudienceKind.GROUP, chosen[0], ()
    else:
        kind, area = wanted.kind, village
    residents = named.residents if named else ()
    return checked_audience(
        Audience(kind, area, chosen, wanted.age_from, wanted.age_to, wanted.topic, residents, wanted.units)
    )


def _answered_for(person: Staff, village: Area, groups: Sequence[Area]) -> tuple[Area, ...]:
    """The groups that a grid officer answers for; none where it is the whole village."""
    if person.holds(Role.GRID_OFFICER, village.path):
        return ()
    mine = tuple(group for group in groups if person.holds(Role.GRID_OFFICER, group.path))
    if not mine:
        raise Refusal("notice.no_households")
    return mine

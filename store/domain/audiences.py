"""To whom a notice goes: one frozen value, kept as data beside the notice and described in words by the catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from store.domain.areas import Area, AreaKind
from store.domain.errors import Refusal
from store.domain.people import Role, Staff
from store.domain.roster_remarks import SensitiveFlag

MOST_LISTED = 500
"""Persons of a list. A longer one is an audience of another kind, or a roster."""
OLDEST = 150


class AudienceKind(StrEnum):
    """Whom: everybody of a village or of one group, those in office, with a mark or a tag, who wished it, a list.

    A tag is a village's own word for some of its people, as the members of its council (议事会) and of a mutual-aid
    group (互助组) are found.
    """

    VILLAGE = "village"
    GROUP = "group"
    HEADS = "heads"
    REPRESENTATIVES = "representatives"
    PARTY_MEMBERS = "party_members"
    COLLECTIVE_MEMBERS = "collective_members"
    OFFICERS = "officers"
    HARDSHIP = "hardship"
    LEFT_BEHIND = "left_behind"
    SUBSCRIBERS = "subscribers"
    TAGGED = "tagged"
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
class Tag:
    """As it was called when the audience was chosen."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Audience:
    """`area` is the group for a single group, else the village or an area above; the rest narrows it.

    `groups` are several groups of the village; `age_from` and `age_to` are full years, both included (0: no bound; who
    has no known age is in none). `role` is that of the officers (None: any), `topic` is what subscribers wished; who
    bears one of the `tags` is tagged; `residents` are the listed. `units` is None where the kind decides.
    """

    kind: AudienceKind
    area: Area
    groups: tuple[Area, ...] = ()
    age_from: int = 0
    age_to: int = 0
    role: Role | None = None
    topic: str = ""
    tags: tuple[Tag, ...] = ()
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
class Whom:
    """An audience as a reader may know of it; the catalogue puts it into words.

    `within` are the groups to which a role was narrowed, `units` households or persons. `role` is "" where it is any.
    """

    kind: AudienceKind
    place: str
    within: str
    age_from: int
    age_to: int
    units: str
    role: str = ""
    tags: str = ""


def whom(audience: Audience, *, discreet: bool) -> Whom:
    """Describe an audience. `discreet`: its reader may not know of the mark, and reads of a list."""
    kind = AudienceKind.LISTED if discreet and audience.kind.is_sensitive else audience.kind
    if audience.groups and kind is AudienceKind.VILLAGE:
        kind = AudienceKind.GROUP
    groups = "、".join(group.name for group in audience.groups)
    return Whom(
        kind,
        groups or audience.area.name,
        groups,
        audience.age_from,
        audience.age_to,
        "household" if audience.by_household else "person",
        audience.role or "",
        "、".join(tag.name for tag in audience.tags),
    )


def may_know(person: Staff, audience: Audience) -> bool:
    """Whether a member of staff may know of the mark by which an audience was chosen."""
    return not audience.kind.is_sensitive or all(person.holds(FLAG_ROLE, area.path) for area in audience.addressed)


def checked_audience(audience: Audience) -> Audience:
    """Raises Refusal where it can be nobody: notice.ages, .tag_missing, .list_empty, .list_too_long."""
    ages_fit = 0 <= audience.age_from <= OLDEST and 0 <= audience.age_to <= OLDEST
    if not ages_fit or (audience.age_to and audience.age_to < audience.age_from):
        raise Refusal("notice.ages")
    if audience.kind is AudienceKind.LISTED and not audience.residents:
        raise Refusal("notice.list_empty")
    if audience.kind is AudienceKind.TAGGED and not audience.tags:
        raise Refusal("notice.tag_missing")
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
        "role": audience.role,
        "topic": audience.topic,
        "tags": [[tag.id, tag.name] for tag in audience.tags],
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
        Role(kept["role"]) if kept["role"] else None,
        kept["topic"],
        tuple(Tag(*fields) for fields in kept["tags"]),
        tuple(kept["residents"]),
        kept["units"],
    )


def _group(village: Area, group_id: int, name: str, path: str, number: int | None) -> Area:
    return Area(group_id, AreaKind.GROUP, name, path, village.id, number)

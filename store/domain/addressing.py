"""What may be chosen, ticked and typed as an audience, and what comes of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from store.domain.areas import Area
from store.domain.audiences import FLAG_ROLE, Audience, AudienceKind, Tag, checked_audience
from store.domain.errors import Refusal
from store.domain.people import Role, Staff
from store.domain.phones import e164

PAIRED = (Role.GRID_OFFICER, Role.FIRE_LIAISON)
"""Who has households of his own (包户)."""
_BETWEEN_NAMES = re.compile(r"[\s,,、;;。/]+")


@dataclass(frozen=True, slots=True)
class Addressable:
    """What an audience of a village may be made of: its groups and its own words for people."""

    village: Area
    groups: Sequence[Area]
    tags: Sequence[Tag]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody typed or ticked, before the books say who that is. `mine` is what he answers for himself.

    `groups` and `tags` are ids.
    """

    kind: AudienceKind = AudienceKind.VILLAGE
    groups: tuple[int, ...] = ()
    age_from: int = 0
    age_to: int = 0
    role: Role | None = None
    topic: str = ""
    tags: tuple[int, ...] = ()
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


def served_in(person: Staff, village: Area, groups: Sequence[Area]) -> Sequence[Area]:
    """The village where he serves all of it, else those of its groups that he serves."""
    return [village] if person.serves(village.path) else [group for group in groups if person.serves(group.path)]


def audience_of(wanted: Wanted, person: Staff, among: Addressable, named: Named) -> Audience:
    """The audience that was wanted; of those whom only some of the village are, the ones that this person serves.

    "Mine" are the groups that he answers for; where he has none, `named` are the heads of his paired households.
    Raises Refusal("notice.no_households") for "mine" where he has neither, ("notice.paired_whole") where paired
    households are to be narrowed; and as `checked_audience` does.
    """
    village, groups = among.village, among.groups
    chosen = tuple(group for group in groups if group.id in wanted.groups)
    if wanted.mine and named.residents:
        if not _is_everybody(wanted) or wanted.units is False:
            raise Refusal("notice.paired_whole")
        return checked_audience(Audience(AudienceKind.LISTED, village, residents=named.residents, units=True))
    if wanted.mine:
        chosen = _answered_for(person, village, groups)
    elif not chosen and not _is_everybody(wanted):
        chosen = tuple(one for one in served_in(person, village, groups) if one is not village)
    if wanted.kind is AudienceKind.VILLAGE and len(chosen) == 1:
        kind, area, chosen = AudienceKind.GROUP, chosen[0], ()
    else:
        kind, area = wanted.kind, village
    return checked_audience(
        Audience(
            kind,
            area,
            chosen,
            wanted.age_from,
            wanted.age_to,
            wanted.role,
            wanted.topic,
            tuple(tag for tag in among.tags if tag.id in wanted.tags),
            named.residents,
            wanted.units,
        )
    )


def _is_everybody(wanted: Wanted) -> bool:
    return wanted.kind is AudienceKind.VILLAGE and not (wanted.age_from or wanted.age_to)


def answers_for_groups(person: Staff, among: Addressable) -> bool:
    return any(_is_paired(person, area) for area in (among.village, *among.groups))


def _answered_for(person: Staff, village: Area, groups: Sequence[Area]) -> tuple[Area, ...]:
    """The groups that a grid officer or a fire liaison answers for; none where it is the whole village."""
    if _is_paired(person, village):
        return ()
    mine = tuple(group for group in groups if _is_paired(person, group))
    if not mine:
        raise Refusal("notice.no_households")
    return mine


def _is_paired(person: Staff, area: Area) -> bool:
    return any(person.holds(role, area.path) for role in PAIRED)

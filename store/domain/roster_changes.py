"""What a row of the roster makes of a resident: only what the sheet says is changed.

An empty cell, a column that is not there and a cell that could not be read leave the books as they are. Roles in the
village and sensitive flags are added, never taken away: their absence from a remark says nothing.
"""

from dataclasses import dataclass, fields

from store.domain.people import Gone
from store.domain.roster_matching import Listed, Standing, years_agree
from store.domain.roster_people import RosterPerson
from store.domain.roster_remarks import RosterFlag, SensitiveFlag


@dataclass(frozen=True, slots=True)
class Rules:
    """How a sheet is taken over. `says_heads`: it tells who heads a household. `kept_flags` were ticked."""

    says_heads: bool
    kept_flags: frozenset[SensitiveFlag]


def standing_of(one: Listed, before: Standing | None, rules: Rules) -> Standing:
    """The resident after the import. Whoever is new is registered and at home unless the sheet says otherwise.

    Who had moved away and is listed again has come back; no file brings back the dead.
    Membership of the collective is never presumed from it: the members' assembly decides that.
    """
    person = one.person
    before = before or _NEWCOMER
    birth_year = None if person.birth else _birth_year(person, before)
    away = before.away if person.away is None else person.away
    return Standing(
        name=person.name,
        sex=person.sex or before.sex,
        birth=person.birth or before.birth,
        birth_year=birth_year,
        relation=person.relation or before.relation,
        is_head=person.is_head if rules.says_heads else before.is_head,
        registered=before.registered if person.registered is None else person.registered,
        away=away,
        away_place=(person.away_place or before.away_place) if away else "",
        identity_hash=one.identity_hash or before.identity_hash,
        party_member=before.party_member or RosterFlag.PARTY_MEMBER in person.flags,
        representative=before.representative or RosterFlag.REPRESENTATIVE in person.flags,
        flags=tuple(sorted({*before.flags, *(person.sensitive_flags & rules.kept_flags)})),
        gone=before.gone if before.gone == Gone.DIED else "",
    )


_NEWCOMER = Standing(
    name="",
    sex="",
    birth=None,
    birth_year=None,
    relation="",
    is_head=False,
    registered=True,
    away=False,
    away_place="",
    identity_hash=None,
    party_member=False,
    representative=False,
    flags=(),
)


def _birth_year(person: RosterPerson, before: Standing) -> int | None:
    """A known day stays, and so does a year that a new reckoning from the age only shifts by one."""
    if before.birth or person.birth_year is None:
        return before.birth_year
    if before.birth_year and years_agree(before.birth_year, person.birth_year):
        return before.birth_year
    return person.birth_year


def changed_fields(before: Standing, after: Standing) -> tuple[str, ...]:
    """The names of what differs, for the clerk to see; what stood there is not repeated."""
    return tuple(one.name for one in fields(Standing) if getattr(before, one.name) != getattr(after, one.name))

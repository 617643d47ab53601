"""What the form of a notice says, and the draft that comes of it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from console.visits import Fields
from store.actions.notices import ask_readers, change_audience, change_fallback, change_text, draft_notice
from store.database import Transaction
from store.domain.addressing import (
    Addressable,
    Named,
    Wanted,
    audience_of,
    kinds_open_to,
    names_listed,
)
from store.domain.answers import ATTENDING, PAID, Asked, AskKind, choosing, read_choices
from store.domain.areas import Area
from store.domain.audiences import Audience, AudienceKind
from store.domain.errors import NotFound, Refusal
from store.domain.notices import Notice
from store.domain.occurrences import ServiceKind
from store.domain.people import Role, Staff
from store.domain.plans import checked_fallback
from store.domain.settings import AreaSettings
from store.queries.addressing import addressable_in, named_residents
from store.queries.areas import settings_for
from store.queries.notices import villages_served

ASKS: Mapping[str, Asked] = {
    "nothing": Asked(),
    "seen": Asked(AskKind.SEEN),
    "attending": ATTENDING,
    "paid": PAID,
    "count": Asked(AskKind.COUNT),
}
"""What readers may be asked with one tick; besides these, the drafter's own choices."""
OWN = "own"
TOPICS = tuple(ServiceKind)
ROLES = tuple(role for role in Role if role not in {Role.TOWN_OFFICIAL, Role.ADMINISTRATOR})
"""Those whom a village may write to by what they do."""
_TAGGED = AudienceKind.TAGGED
_UNITS = {"household": True, "person": False}
_MOST_DIGITS = 5


@dataclass(frozen=True, slots=True)
class Place:
    """The village that a notice is written in, and what this person may tick there: only `groups` that he serves."""

    among: Addressable
    settings: AreaSettings
    groups: Sequence[Area]
    kinds: Sequence[AudienceKind]
    serves_all: bool

    @property
    def village(self) -> Area:
        return self.among.village

    @property
    def served(self) -> Sequence[Area]:
        """Whose people a list may name."""
        return [self.village] if self.serves_all else self.groups


async def place_of(tx: Transaction, person: Staff, village_id: str) -> Place:
    """Raises NotFound for a village that is not his."""
    for village in await villages_served(tx, person):
        if str(village.id) == village_id:
            among = await addressable_in(tx, village)
            groups = [group for group in among.groups if person.serves(group.path)]
            kinds = [one for one in kinds_open_to(person, village, groups) if among.tags or one is not _TAGGED]
            settings = await settings_for(tx, village.id)
            return Place(among, settings, groups, kinds, person.serves(village.path))
    raise NotFound("area.unknown")


async def place_asked(villages: Sequence[Area], asked: str, place: Callable[[str], Awaitable[Place]]) -> Place | None:
    """The village that is asked for by its id, or the only one there is; None where somebody has to choose first."""
    asked = asked or (str(villages[0].id) if len(villages) == 1 else "")
    return await place(asked) if asked else None


async def write_draft(
    tx: Transaction,
    person: Staff,
    place: Place,
    fields: Fields,
    notice: Notice | None,
    circular_id: int | None = None,
) -> tuple[Notice, Named]:
    """A new draft, or `notice` as it is written now; and which names of a list are whose.

    Raises as the actions do that change each part of it.
    """
    audience, named = await read_audience(tx, person, place, fields, notice)
    asked, minutes = _asked(fields), _minutes(fields, place)
    if notice is None:
        written = await draft_notice(tx, place.village, audience, person, fields.get("text", ""), circular_id)
    else:
        written = await change_text(tx, notice, person, fields.get("text", ""))
        if written.audience != audience:
            written = await change_audience(tx, written, person, audience)
    if written.asked != asked:
        written = await ask_readers(tx, written, person, asked)
    if written.fallback.minutes != minutes:
        written = await change_fallback(tx, written, person, minutes)
    return written, named


async def read_audience(
    tx: Transaction, person: Staff, place: Place, fields: Fields, notice: Notice | None = None
) -> tuple[Audience, Named]:
    """Whom the form is for, ticked or typed; of `notice` the list that it has. Raises Refusal as `audience_of` does."""
    named = await _named(tx, place, fields, notice)
    return audience_of(_wanted(fields, place), person, place.among, named), named


async def _named(tx: Transaction, place: Place, fields: Fields, notice: Notice | None) -> Named:
    """The list as it was typed; where nothing is typed anew, the one that the notice has."""
    names = names_listed(fields.get("names", ""))
    if fields.get("kind") != AudienceKind.LISTED:
        return Named((), (), ())
    if not names and notice:
        return Named(notice.audience.residents, (), ())
    return await named_residents(tx, place.served, names)


def _wanted(fields: Fields, place: Place) -> Wanted:
    kind = fields.get("kind", "")
    if kind not in place.kinds:
        raise Refusal("notice.whom_missing")
    chosen = tuple(group.id for group in place.groups if f"group_{group.id}" in fields)
    topic, role = fields.get("topic", ""), fields.get("role", "")
    tags = tuple(tag.id for tag in place.among.tags if f"tag_{tag.id}" in fields)
    return Wanted(
        AudienceKind(kind),
        chosen,
        _age(fields, "age_from"),
        _age(fields, "age_to"),
        Role(role) if kind == AudienceKind.OFFICERS and role in set(ROLES) else None,
        topic if kind == AudienceKind.SUBSCRIBERS and topic in set(TOPICS) else "",
        tags if kind == _TAGGED else (),
        units=_UNITS.get(fields.get("units", "")),
    )


def _age(fields: Fields, name: str) -> int:
    written = fields.get(name, "")
    if not written:
        return 0
    if not written.isdecimal() or len(written) > _MOST_DIGITS:
        raise Refusal("notice.ages")
    return int(written)


def _asked(fields: Fields) -> Asked:
    ask = fields.get("ask", "")
    return choosing(read_choices(fields.get("choices", ""))) if ask == OWN else ASKS.get(ask, Asked())


def _minutes(fields: Fields, place: Place) -> int:
    written = fields.get("minutes", str(place.settings.fallback_minutes))
    fine = written.isdecimal() and len(written) <= _MOST_DIGITS
    return checked_fallback(int(written) if fine else -1)


def fields_of(notice: Notice) -> dict[str, str]:
    """The form as it would have been filled in for this notice."""
    to = notice.audience
    groups = to.groups or ((to.area,) if to.kind is AudienceKind.GROUP else ())
    ask = next((name for name, asked in ASKS.items() if asked == notice.asked), OWN)
    return {
        "text": notice.text,
        "kind": AudienceKind.VILLAGE if to.kind is AudienceKind.GROUP else to.kind,
        **{f"group_{group.id}": "1" for group in groups},
        "age_from": str(to.age_from or ""),
        "age_to": str(to.age_to or ""),
        "role": to.role or "",
        "topic": to.topic,
        **{f"tag_{tag.id}": "1" for tag in to.tags},
        "units": _units_of(to),
        "ask": ask,
        "choices": " ".join(notice.asked.choices) if ask == OWN else "",
        "minutes": str(notice.fallback.minutes),
    }


def _units_of(audience: Audience) -> str:
    return next((name for name, units in _UNITS.items() if units is audience.units), "")

"""What every press among the people has in common: its village, and its fields read."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from aiohttp import web

from console.fields import whole_number
from console.visits import Fields
from store.actions.residents import Details
from store.database import Transaction
from store.domain.areas import Area
from store.domain.errors import NotFound, Refusal
from store.domain.people import Staff
from store.queries.areas import groups_of, villages_served

PEOPLE = "/console/people"
SEXES = ("male", "female")
MARKS = ("is_head", "registered", "away", "party_member", "representative", "collective_member")


async def villages_open_to(tx: Transaction, person: Staff, may: Callable[[Staff, str], bool]) -> list[Area]:
    """Those of his villages where he may. Raises NotFound where that is none."""
    found = [village for village in await villages_served(tx, person) if may(person, village.path)]
    if not found:
        raise NotFound("area.unknown")
    return found


def chosen(villages: Sequence[Area], asked: str) -> Area | None:
    """The one that was asked for, or the only one; None where it has to be chosen. Raises NotFound."""
    if not asked:
        return villages[0] if len(villages) == 1 else None
    for village in villages:
        if str(village.id) == asked:
            return village
    raise NotFound("area.unknown")


async def chosen_group(tx: Transaction, village_id: int, asked: str) -> Area | None:
    """The group that was asked for; None for the village itself. Raises NotFound."""
    if not asked:
        return None
    for group in await groups_of(tx, village_id):
        if str(group.id) == asked:
            return group
    raise NotFound("area.unknown")


def named(request: web.Request, what: str) -> int:
    return int(request.match_info[what])


def day_of(text: str, problem: str) -> date | None:
    """Raises Refusal(problem) for what is no day."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Refusal(problem) from error


def details_of(fields: Fields) -> Details:
    """Raises Refusal("resident.birth_wrong")."""
    sex = fields.get("sex", "")
    return Details(
        name=fields.get("name", ""),
        sex=sex if sex in SEXES else "",
        birth=day_of(fields.get("birth", ""), "resident.birth_wrong"),
        relation=fields.get("relation", ""),
        away_place=fields.get("away_place", ""),
        **{mark: mark in fields for mark in MARKS},
    )


def ticked(fields: Mapping[str, str], prefix: str) -> set[int]:
    """The ids behind the ticks of that name: tag-7, tag-9."""
    return {whole_number(name.removeprefix(prefix)) for name in fields if name.startswith(prefix)} - {0}

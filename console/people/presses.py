"""What every press among the people has in common: its village, and its fields read."""

from collections.abc import Mapping
from datetime import date

from aiohttp import web

from console.fields import whole_number
from console.visits import Fields
from store.actions.residents import Details
from store.domain.errors import Refusal

PEOPLE = "/console/people"
SEXES = ("male", "female")
MARKS = ("is_head", "registered", "away", "party_member", "representative", "collective_member")


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

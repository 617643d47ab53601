"""Matters as everybody may read them: what was published, what was counted, and the ballots without a name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select

from store.database import Transaction
from store.domain.ballots import Choice
from store.domain.deliberation import MatterRecord
from store.domain.errors import NotFound
from store.domain.matters import MatterState
from store.queries.matters import matter_from, rows_of_matters
from store.tables import ballot_box, casts, matter_comments, matters

PAGE = 20
BALLOTS = 300
"""Ballots a page of the board: the page stays small for an old phone."""
_PUBLIC = (
    MatterState.PUBLISHED,
    MatterState.VOTING,
    MatterState.COUNTED,
    MatterState.DECIDED,
    MatterState.CARRIED_OUT,
)


UNDER_WAY_OR_COUNTED = frozenset({MatterState.PUBLISHED, MatterState.VOTING, MatterState.COUNTED})
"""What a village talks of these days."""


@dataclass(frozen=True, slots=True)
class PublicMatters:
    """`before` is the key with which the next page begins, None on the last. `moved_at`: matter → its last step."""

    matters: tuple[MatterRecord, ...]
    before: int | None
    moved_at: Mapping[int, datetime]


async def public_matters(
    tx: Transaction, village_id: int, before: int | None = None, most: int = PAGE
) -> PublicMatters:
    """What was put before the village, the newest first; neither proposals nor what was refused."""
    below = [matters.c.id < before] if before is not None else []
    rows = await tx.all(
        rows_of_matters().where(_is_public(village_id), *below).order_by(matters.c.id.desc()).limit(most + 1)
    )
    listed = tuple(map(matter_from, rows[:most]))
    moved_at = {row.id: row.closed_at or row.opened_at or row.proposed_at for row in rows[:most]}
    return PublicMatters(listed, listed[-1].id if len(rows) > most else None, moved_at)


async def public_matter(tx: Transaction, village_id: int, matter_id: int) -> MatterRecord:
    """Raises NotFound("matter.unknown"), also where it is not public."""
    row = await tx.first(rows_of_matters().where(_is_public(village_id), matters.c.id == matter_id))
    if row is None:
        raise NotFound("matter.unknown")
    return matter_from(row)


def _is_public(village_id: int) -> ColumnElement[bool]:
    return (matters.c.area_id == village_id) & matters.c.state.in_(_PUBLIC)


async def comment_count(tx: Transaction, matter_id: int) -> int:
    """What was said is not shown to everybody: it names its author, or somebody else."""
    return int(await tx.scalar(select(func.count()).where(matter_comments.c.matter_id == matter_id)))


@dataclass(frozen=True, slots=True)
class Board:
    """Ballots by receipt, and the receipt after which the next page begins, "" on the last."""

    ballots: Sequence[tuple[str, Choice]]
    after: str


async def board_of(tx: Transaction, matter: MatterRecord, after: str = "") -> Board:
    """The ballots of a counted matter that count: each with its receipt, which only its voter knows is his.

    Of a matter with names it is the last cast of each entitlement; the name does not stand beside it here either.
    """
    if matter.tally is None:
        return Board((), "")
    rows = await tx.all((_last_casts(matter.id) if matter.named else _boxed(matter.id)).order_by("receipt"))
    left = [(row.receipt, Choice(row.choice)) for row in rows if row.receipt > after]
    return Board(left[:BALLOTS], left[BALLOTS - 1][0] if len(left) > BALLOTS else "")


def _boxed(matter_id: int) -> Any:
    return select(ballot_box.c.receipt, ballot_box.c.choice).where(ballot_box.c.matter_id == matter_id)


def _last_casts(matter_id: int) -> Any:
    last = select(func.max(casts.c.sequence)).where(casts.c.matter_id == matter_id).group_by(casts.c.entitlement_id)
    return select(casts.c.receipt, casts.c.choice).where(casts.c.matter_id == matter_id, casts.c.sequence.in_(last))

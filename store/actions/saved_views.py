"""The lists of tickets that a member of staff asks for again and again, under names of his own."""

from collections.abc import Mapping

from sqlalchemy import func, select

from store.database import Transaction
from store.domain.errors import Refusal
from store.domain.people import Staff
from store.tables import saved_views

MOST_VIEWS = 12
LONGEST_NAME = 20


async def save_view(tx: Transaction, person: Staff, name: str, asked: Mapping[str, str]) -> None:
    """Keep what was asked for under that name; one of the same name gives way.

    Raises Refusal("view.name_missing"), ("view.too_many").
    """
    if not name or len(name) > LONGEST_NAME:
        raise Refusal("view.name_missing", most=LONGEST_NAME)
    mine = saved_views.c.staff_id == person.id
    changed = await tx.run(saved_views.update().where(mine, saved_views.c.name == name).values(asked=dict(asked)))
    if changed:
        return
    if await tx.scalar(select(func.count()).select_from(saved_views).where(mine)) >= MOST_VIEWS:
        raise Refusal("view.too_many", most=MOST_VIEWS)
    await tx.insert_new(saved_views, staff_id=person.id, name=name, asked=dict(asked))


async def drop_view(tx: Transaction, person: Staff, view_id: int) -> None:
    await tx.run(saved_views.delete().where(saved_views.c.id == view_id, saved_views.c.staff_id == person.id))

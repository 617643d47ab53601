"""What an audience may be made of in a village, and who is meant by what was typed as a list."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, false, or_, select

from store.database import Transaction
from store.domain.addressing import Addressable, Named
from store.domain.areas import Area
from store.domain.audiences import Tag
from store.queries.areas import groups_of
from store.queries.membership import lives_in
from store.queries.people import ADDRESS
from store.tables import contact_holders, contacts, households, residents, tags


async def addressable_in(tx: Transaction, village: Area) -> Addressable:
    rows = await tx.all(select(tags.c.id, tags.c.name).where(tags.c.area_id == village.id).order_by(tags.c.name))
    return Addressable(village, await groups_of(tx, village.id), [Tag(row.id, row.name) for row in rows])


async def named_residents(tx: Transaction, places: Sequence[Area], given: Sequence[str]) -> Named:
    """Who of these places is meant by names, phone numbers (E.164) and numbers of households that were typed.

    A name that several people have is nobody's; a household's number is its head.
    """
    if not given:
        return Named((), (), ())
    here = or_(false(), *map(lives_in, places))
    by_name: dict[str, list[int]] = {}
    for row in await tx.all(select(residents.c.id, residents.c.name).where(here, residents.c.name.in_(given))):
        by_name.setdefault(row.name, []).append(row.id)
    several = tuple(name for name, ids in by_name.items() if len(ids) > 1)
    found = {name: ids[0] for name, ids in by_name.items() if len(ids) == 1}
    others = [one for one in given if one not in by_name]
    found |= await _holders(tx, here, [one for one in others if one.startswith("+")])
    found |= await _heads(tx, here, others)
    unknown = tuple(one for one in given if one not in found and one not in several)
    return Named(tuple(dict.fromkeys(found.values())), unknown, several)


async def _holders(tx: Transaction, here: ColumnElement[bool], numbers: Sequence[str]) -> dict[str, int]:
    """The resident of each number; of a shared phone the head of its household, or else the first."""
    of_index = {tx.keyring.index(number, context=ADDRESS): number for number in numbers}
    rows = await tx.all(
        select(contacts.c.address_index, residents.c.id)
        .join(contact_holders, contact_holders.c.contact_id == contacts.c.id)
        .join(residents, residents.c.id == contact_holders.c.resident_id)
        .where(contacts.c.address_index.in_(of_index), here)
        .order_by(residents.c.is_head.desc(), residents.c.id)
    )
    found: dict[str, int] = {}
    for row in rows:
        found.setdefault(of_index[row.address_index], row.id)
    return found


async def _heads(tx: Transaction, here: ColumnElement[bool], numbers: Sequence[str]) -> dict[str, int]:
    """The head of each household, or else the first who lives there."""
    rows = await tx.all(
        select(households.c.number, residents.c.id)
        .join(residents, residents.c.household_id == households.c.id)
        .where(households.c.number.in_(numbers), here)
        .order_by(residents.c.is_head.desc(), residents.c.id)
    )
    found: dict[str, int] = {}
    for row in rows:
        found.setdefault(row.number, row.id)
    return found

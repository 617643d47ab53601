"""Households in any number, settled by the database itself: a phone here, a chat there, and whoever wants no messages.

Planning opens no address, so these are none.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import CTE, ColumnElement, LargeBinary, String, Subquery, case, cast, literal, null, select
from sqlalchemy.sql.base import Executable

from store.database import Transaction
from store.domain.people import ContactKind, Proof
from store.tables import UtcDateTime, contact_holders, contacts, households, residents

FIRST_ID = 1_000_000
"""Ids below are those of the small village."""
MOST_PEOPLE = 8
"""A resident's id is his household's times this, and his place in it."""


def numbers(count: int) -> CTE:
    """1, 2, … count."""
    one = select(literal(1).label("number")).cte("numbers", recursive=True)
    return one.union_all(select(one.c.number + 1).where(one.c.number < count))


async def settle(tx: Transaction, homes: Subquery, chat_account: int, people: int) -> None:
    """`homes` have `id` (from FIRST_ID on) and `area_id`. The head is at `place` 0, a child at 3.

    Nineteen heads of twenty and every second spouse have a phone, every fifth head chats; every 50th address has opted
    out, every 101st is dead.
    """
    numbered = select(homes.c.id, homes.c.area_id, cast(homes.c.id, String))
    await _copy(tx, households, ("id", "area_id", "number"), numbered)
    for place in range(people):
        await _copy(tx, residents, tuple(_person(homes, place)), select(*_person(homes, place).values()))
    home, behind = residents.c.id // MOST_PEOPLE, residents.c.id % MOST_PEOPLE
    is_ours = residents.c.id >= FIRST_ID * MOST_PEOPLE
    phones = ((behind == 0) & (home % 20 != 0)) | ((behind == 1) & (home % 2 == 1))
    await _contacts(tx, ContactKind.PHONE, is_ours & phones, None)
    await _contacts(tx, ContactKind.WEB_CHAT, is_ours & (behind == 0) & (home % 5 == 0), chat_account)


def _person(homes: Subquery, place: int) -> dict[str, ColumnElement[Any]]:
    return {
        "id": homes.c.id * MOST_PEOPLE + place,
        "area_id": homes.c.area_id,
        "household_id": homes.c.id,
        "name": literal("村民"),
        "birth": literal(date(2015 if place == 3 else 1960, 1, 1)),
        **{name: literal("") for name in ("sex", "relation", "away_place")},
        **{name: literal(False) for name in ("away", "party_member", "representative")},
        **{name: literal(True) for name in ("registered", "collective_member")},
        "is_head": literal(place == 0),
        "flags": literal([], residents.c.flags.type),
        "initials": literal(""),
        "gone": literal(""),
    }


async def _contacts(tx: Transaction, kind: ContactKind, whose: ColumnElement[bool], account: int | None) -> None:
    contact_id = residents.c.id * 2 + (0 if account is None else 1)
    now, earlier = literal(tx.now, UtcDateTime), literal(tx.now - timedelta(days=30), UtcDateTime)
    values = {
        "id": contact_id,
        "area_id": residents.c.area_id,
        "kind": literal(kind),
        "account_id": null() if account is None else literal(account),
        "address": literal(b"", LargeBinary),
        "address_index": cast(cast(contact_id, String), LargeBinary),
        "last4_index": literal(b"", LargeBinary),
        "display_name": literal(""),
        "language": literal("zh_CN"),
        "opted_out_at": case((contact_id // 2 % 50 == 0, earlier), else_=null()),
        "dead_at": case((contact_id // 2 % 101 == 0, earlier), else_=null()),
        "created_at": now,
    }
    await _copy(tx, contacts, tuple(values), select(*values.values()).where(whose))
    held = select(contact_id, residents.c.id, literal(Proof.ROSTER), now).where(whose)
    await _copy(tx, contact_holders, ("contact_id", "resident_id", "proof", "verified_at"), held)


async def _copy(tx: Transaction, table: Any, names: Sequence[str], rows: Any) -> None:
    statement: Executable = table.insert().from_select(list(names), rows, include_defaults=False)
    await tx.connection.execute(statement)

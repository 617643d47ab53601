"""The temporary table of a notice's recipients, and what is counted in it."""

from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, Table, func, select

from store.database import Transaction
from store.domain.deliveries import DeliveryState, SkipReason
from store.domain.notices import UNREACHED_REASONS
from store.tables import Id, deliveries, delivery_is, residents

FIRST, SECOND = 1, 2
"""The steps of a recipient's plan."""

planned = Table(
    "planned_recipients",
    MetaData(),
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("step", Integer),
    Column("unit_id", BigInteger, index=True),
    Column("resident_id", BigInteger),
    Column("contact_id", BigInteger),
    Column("first_contact_id", BigInteger),
    Column("address_index", LargeBinary),
    Column("route", Integer),
    Column("standing", Integer),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)

OPEN = 0
STANDING: dict[int, SkipReason] = {
    1: SkipReason.OPTED_OUT,
    2: SkipReason.DAILY_LIMIT,
    3: SkipReason.TEXT_REFUSED,
    4: SkipReason.NO_ACCOUNT,
    5: SkipReason.WINDOW_CLOSED,
    6: SkipReason.DEAD_CONTACT,
    7: SkipReason.NO_CONTACT,
    8: SkipReason.SHARED_ADDRESS,
}
"""Why somebody gets nothing: a refusal that was asked for counts before a fault of ours."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many recipients stand alike; `fingerprint` tells others from them."""

    step: int
    standing: int
    route: int | None
    count: int
    fingerprint: int


_PRIMES = (65_521, 65_519)
"""Small enough that a sum over millions stays within 64 bits, which SQLite refuses to leave."""


async def tally_recipients(tx: Transaction) -> list[Tally]:
    """Count what `find_recipients` found, in the order of steps, standings and routes."""
    mixed = func.coalesce(planned.c.contact_id, 0) + planned.c.unit_id * 31
    one, other = (mixed % prime for prime in _PRIMES)
    rows = await tx.all(
        select(
            planned.c.step,
            planned.c.standing,
            planned.c.route,
            func.count().label("recipients"),
            func.sum(one * other).label("fingerprint"),
        )
        .group_by(planned.c.step, planned.c.standing, planned.c.route)
        .order_by(planned.c.step, planned.c.standing, planned.c.route)
    )
    return [Tally(row.step, row.standing, row.route, row.recipients, int(row.fingerprint)) for row in rows]


async def unreached_names(tx: Transaction, most: int) -> tuple[str, ...]:
    """Some of those to whom nothing goes out, by the name of the household's head."""
    lost = [standing for standing, reason in STANDING.items() if reason in UNREACHED_REASONS]
    rows = await tx.all(
        select(residents.c.name)
        .join(planned, planned.c.resident_id == residents.c.id)
        .where(planned.c.standing.in_(lost))
        .order_by(residents.c.group_id, residents.c.household_id, residents.c.id)
        .limit(most)
    )
    return tuple(row.name for row in rows)


async def position_of(tx: Transaction, route: int, first: int) -> int | None:
    """The row before which `first` messages of a route go out."""
    found = await tx.scalar(
        select(planned.c.id)
        .where(planned.c.route == route, planned.c.standing == OPEN, planned.c.step == FIRST)
        .order_by(planned.c.id)
        .offset(first)
        .limit(1)
    )
    return None if found is None else int(found)


async def last_position(tx: Transaction) -> int:
    return int(await tx.scalar(select(func.max(planned.c.id))) or 0)


async def backlog(tx: Transaction) -> dict[int, int]:
    """How many messages wait for each account: a new notice goes out behind them."""
    rows = await tx.all(
        select(deliveries.c.account_id, func.count().label("waiting"))
        .where(delivery_is(DeliveryState.QUEUED), deliveries.c.due_at <= tx.now)
        .group_by(deliveries.c.account_id)
    )
    return {row.account_id: row.waiting for row in rows}

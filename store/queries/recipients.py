"""Who gets a message and where, found by the database itself: some statements and no memory of ours, whatever the size.

Chat costs nothing and goes before SMS; the head of a household goes before others, and minors are not written to. A
household whose best address is another's too has got the message there.

The result stands in a temporary table that lives as long as the transaction: counted for the preview, copied into the
ledger when it is approved. It must be a writing transaction: SQLite's reading connections make no tables, temporary
ones neither.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Integer,
    Select,
    and_,
    case,
    exists,
    false,
    func,
    literal,
    null,
    select,
    text,
    true,
    union_all,
)

from store.database import Transaction
from store.domain.audiences import Audience
from store.domain.deliveries import DeliveryState
from store.domain.people import ContactKind
from store.queries.membership import addressed, is_adult
from store.queries.planned import FIRST, OPEN, SECOND, STANDING, planned
from store.tables import contact_holders, contacts, deliveries, household_proxies, households, residents

_OPTED_OUT, _LIMITED, _REFUSED, _NO_ACCOUNT, _CLOSED, _DEAD, _NO_CONTACT, _SHARED = STANDING


@dataclass(frozen=True, slots=True)
class Route:
    """How contacts of one kind and language are reached: through which account, None where none takes the text.

    `own` is the account that an address belongs to (Telegram, web chat); a phone has none. The lower `rank` goes first.
    """

    kind: ContactKind
    own: int | None
    language: str
    account_id: int | None
    is_sms: bool
    rank: int


@dataclass(frozen=True, slots=True)
class Day:
    """The day on which the SMS go out, and how many a number may have on it."""

    begins: datetime
    ends: datetime
    most: int


@dataclass(frozen=True, slots=True)
class Search:
    """Who is sought, and the routes by which he may be reached.

    Without a `day` numbers may have any number of SMS. `despite_opt_out` is for what saves lives.
    """

    audience: Audience
    routes: Sequence[Route]
    today: date
    day: Day | None = None
    despite_opt_out: bool = False


async def find_recipients(tx: Transaction, search: Search, *, fallback: bool = False) -> None:
    """Fill the temporary table: each household (or person) once, and its second step where `fallback` wants one."""
    finding = await _begin(tx, search)
    await tx.run(_insert(finding.first_steps()))
    if fallback and finding.chats and finding.phones:
        await tx.run(_insert(finding.second_steps()))
    await _look_over(tx)


async def find_readers(tx: Transaction, search: Search) -> None:
    """Fill the temporary table with every open chat once, and one open phone of each household; with nobody else."""
    finding = await _begin(tx, search)
    for found in (finding.every_chat(), finding.one_phone_each()):
        await tx.run(_insert(found))
    await _look_over(tx)


async def find_told(tx: Transaction, search: Search, notice_id: int) -> None:
    """Fill the temporary table with every address that a notice went to, once: what ends it goes there too."""
    finding = await _begin(tx, search)
    await tx.run(_insert(finding.told_of(notice_id)))
    await _look_over(tx)


async def _begin(tx: Transaction, search: Search) -> "_Finding":
    await tx.connection.run_sync(planned.create, checkfirst=True)
    await tx.run(planned.delete())
    return _Finding(search, await _busy(tx, search.routes, search.day) if search.day else (), tx.now)


async def _look_over(tx: Transaction) -> None:
    """PostgreSQL never counts a temporary table by itself, and would join very many rows as if they were a dozen."""
    if tx.is_postgresql:
        await tx.run(text("ANALYZE planned_recipients"))


def _insert(chosen: Select[Any]) -> Any:
    names = ["step", "unit_id", "resident_id", "contact_id", "first_contact_id", "address_index", "route", "standing"]
    return planned.insert().from_select(names, chosen, include_defaults=False)


async def _busy(tx: Transaction, routes: Sequence[Route], day: Day) -> list[bytes]:
    """Addresses that have had their most of that day. What answered a message of their own does not count."""
    sms = {route.account_id for route in routes if route.is_sms and route.account_id}
    if not sms:
        return []
    rows = await tx.all(
        select(contacts.c.address_index)
        .join(deliveries, deliveries.c.contact_id == contacts.c.id)
        .where(
            deliveries.c.due_at >= day.begins,
            deliveries.c.due_at < day.ends,
            deliveries.c.account_id.in_(sms),
            deliveries.c.inbound_id.is_(None),
            deliveries.c.state.not_in((DeliveryState.FAILED, DeliveryState.SKIPPED, DeliveryState.HELD)),
        )
        .group_by(contacts.c.address_index)
        .having(func.count() >= day.most)
    )
    return [row.address_index for row in rows]


@dataclass(frozen=True, slots=True)
class _Finding:
    """The statements: an address counts where it is open and its account takes the text, and the best is written to."""

    search: Search
    busy: Sequence[bytes]
    now: datetime

    @property
    def chats(self) -> list[int]:
        return [number for number, route in enumerate(self.search.routes) if not route.is_sms]

    @property
    def phones(self) -> list[int]:
        return [number for number, route in enumerate(self.search.routes) if route.is_sms]

    def first_steps(self) -> Select[Any]:
        members = self._members(true())
        best = self._best(members)
        units = _units(members)
        standing = case(
            (best.c.unit_id.is_(None), _NO_CONTACT),
            (and_(best.c.standing == OPEN, best.c.copy > 1), _SHARED),
            else_=best.c.standing,
        )
        return select(
            literal(FIRST),
            units.c.unit_id,
            units.c.resident_id,
            best.c.contact_id,
            null(),
            best.c.address_index,
            best.c.route,
            standing,
        ).select_from(units.outerjoin(best, best.c.unit_id == units.c.unit_id))

    def second_steps(self) -> Select[Any]:
        """A phone for those who are told in a chat first."""
        told_in_chat = and_(planned.c.standing == OPEN, planned.c.route.in_(self.chats))
        members = self._members(self._unit.in_(select(planned.c.unit_id).where(told_in_chat)))
        phones = self._open_phones(members)
        return (
            select(
                literal(SECOND),
                planned.c.unit_id,
                planned.c.resident_id,
                phones.c.contact_id,
                planned.c.contact_id,
                phones.c.address_index,
                phones.c.route,
                literal(OPEN),
            )
            .select_from(planned.join(phones, phones.c.unit_id == planned.c.unit_id))
            .where(phones.c.place == 1, told_in_chat)
        )

    def every_chat(self) -> Select[Any]:
        """Though several people hold it: in the name of the first of them."""
        ways = self._ways(self._members(true()))
        copy = func.row_number().over(partition_by=ways.c.contact_id, order_by=ways.c.resident_id)
        chats = (
            select(ways, copy.label("copy"))
            .where(ways.c.standing == OPEN, ways.c.route.in_(self.chats))
            .subquery("chats")
        )
        return select(
            literal(FIRST),
            chats.c.unit_id,
            chats.c.resident_id,
            chats.c.contact_id,
            null(),
            chats.c.address_index,
            chats.c.route,
            literal(OPEN),
        ).where(chats.c.copy == 1)

    def one_phone_each(self) -> Select[Any]:
        members = self._members(true())
        phones, units = self._open_phones(members), _units(members)
        copy = func.row_number().over(partition_by=phones.c.address_index, order_by=phones.c.unit_id)
        best = select(phones, copy.label("copy")).where(phones.c.place == 1).subquery("best")
        return (
            select(
                literal(FIRST),
                units.c.unit_id,
                units.c.resident_id,
                best.c.contact_id,
                null(),
                best.c.address_index,
                best.c.route,
                literal(OPEN),
            )
            .select_from(units.outerjoin(best, best.c.unit_id == units.c.unit_id))
            # By `coalesce` SQLite takes it for no inner join, which it would make without any index.
            .where(func.coalesce(best.c.copy, 0) == 1)
        )

    def told_of(self, notice_id: int) -> Select[Any]:
        """In the name of the first for whom it went there; one that has died since stands among those not reached."""
        sent = (
            select(deliveries.c.contact_id, func.min(deliveries.c.resident_id).label("resident_id"))
            .where(deliveries.c.notice_id == notice_id, deliveries.c.state != DeliveryState.SKIPPED)
            .group_by(deliveries.c.contact_id)
            .subquery("sent")
        )
        ways = (
            select(sent.c.resident_id, *self._of_contact())
            .join_from(sent, contacts, contacts.c.id == sent.c.contact_id)
            .subquery("ways")
        )
        return select(
            literal(FIRST),
            ways.c.contact_id.label("unit_id"),
            ways.c.resident_id,
            ways.c.contact_id,
            null(),
            ways.c.address_index,
            ways.c.route,
            ways.c.standing,
        )

    def _open_phones(self, members: CTE) -> Any:
        ways = self._ways(members)
        is_open = (ways.c.standing == OPEN, ways.c.route.in_(self.phones))
        return select(ways, _place(ways).label("place")).where(*is_open).subquery("phones")

    @property
    def _unit(self) -> ColumnElement[int]:
        return residents.c.household_id if self.search.audience.by_household else residents.c.id

    def _members(self, narrower: ColumnElement[bool]) -> CTE:
        return (
            select(
                self._unit.label("unit_id"),
                residents.c.id.label("resident_id"),
                residents.c.is_head,
                is_adult(self.search.today).label("is_adult"),
            )
            .where(addressed(self.search.audience, self.search.today), narrower)
            .cte("members")
        )

    def _best(self, members: CTE) -> Any:
        """The way to each household, counted among those to the same address."""
        ways = self._ways(members)
        placed = select(ways, _place(ways).label("place")).subquery("placed")
        same = (placed.c.kind, placed.c.address_index, placed.c.standing)
        copy = func.row_number().over(partition_by=same, order_by=placed.c.unit_id)
        return select(placed, copy.label("copy")).where(placed.c.place == 1).subquery("best")

    def _ways(self, members: CTE) -> Any:
        own = (
            select(
                members.c.unit_id,
                members.c.resident_id,
                case((members.c.is_head.is_(true()), 0), else_=1).label("behind"),
                *self._of_contact(),
            )
            .select_from(members)
            .join(contact_holders, contact_holders.c.resident_id == members.c.resident_id)
            .join(contacts, contacts.c.id == contact_holders.c.contact_id)
            .where(members.c.is_adult)
        )
        if not self.search.audience.by_household:
            return own.subquery("ways")
        return union_all(own, self._proxies(members)).subquery("ways")

    def _proxies(self, members: CTE) -> Select[Any]:
        """Whoever takes messages for a household (代联系人) that has no address of its own at all."""
        held = (
            select(contact_holders.c.contact_id)
            .join(residents, residents.c.id == contact_holders.c.resident_id)
            .where(residents.c.household_id == households.c.id, residents.c.gone == "")
        )
        return (
            select(households.c.id, literal(0), literal(0), *self._of_contact())
            .select_from(household_proxies)
            .join(households, households.c.id == household_proxies.c.household_id)
            .join(contacts, contacts.c.id == household_proxies.c.contact_id)
            .where(households.c.id.in_(select(members.c.unit_id)), ~exists(held))
        )

    def _of_contact(self) -> tuple[ColumnElement[Any], ...]:
        route = _by_route(self.search.routes, range(len(self.search.routes)))
        rank = _by_route(self.search.routes, [route.rank for route in self.search.routes], missing=len(ContactKind))
        return (
            contacts.c.id.label("contact_id"),
            contacts.c.kind,
            contacts.c.address_index,
            route.label("route"),
            rank.label("rank"),
            self._standing(route).label("standing"),
        )

    def _standing(self, route: ColumnElement[Any]) -> ColumnElement[int]:
        refused = [number for number, one in enumerate(self.search.routes) if one.account_id is None]
        is_busy = contacts.c.address_index.in_(self.busy) if self.busy else false()
        closed = [(self._is_closed(), _CLOSED)] if any(route.kind.closes for route in self.search.routes) else []
        return case(
            (false() if self.search.despite_opt_out else contacts.c.opted_out_at.is_not(None), _OPTED_OUT),
            (contacts.c.dead_at.is_not(None), _DEAD),
            (route.is_(None), _NO_ACCOUNT),
            (route.in_(refused) if refused else false(), _REFUSED),
            (and_(contacts.c.kind == ContactKind.PHONE, is_busy), _LIMITED),
            *closed,
            else_=OPEN,
        )

    def _is_closed(self) -> ColumnElement[bool]:
        closing = [kind for kind in ContactKind if kind.closes]
        return and_(contacts.c.kind.in_(closing), func.coalesce(contacts.c.open_until <= self.now, true()))


def _by_route(routes: Sequence[Route], values: Sequence[int], missing: int | None = None) -> ColumnElement[Any]:
    """A value by the route that a contact takes; `missing` where it takes none."""
    if not routes:
        return literal(missing, Integer)
    cases = [(_takes(route), literal(value)) for route, value in zip(routes, values, strict=True)]
    return case(*cases, else_=literal(missing, Integer))


def _takes(route: Route) -> ColumnElement[bool]:
    own = contacts.c.account_id.is_(None) if route.own is None else contacts.c.account_id == route.own
    return and_(contacts.c.kind == route.kind, contacts.c.language == route.language, own)


def _place(ways: Any) -> ColumnElement[int]:
    """How a household's ways follow one another: the open, the cheap, the head's before the others."""
    return func.row_number().over(
        partition_by=ways.c.unit_id,
        order_by=(ways.c.standing, ways.c.rank, ways.c.behind, ways.c.resident_id, ways.c.contact_id),
    )


def _units(members: CTE) -> Any:
    """Each household by its head, or where nobody is one by an adult."""
    mine, adult, head = members.c.resident_id, members.c.is_adult, members.c.is_head.is_(true())
    known_by = func.coalesce(
        func.min(case((and_(head, adult), mine))),
        func.min(case((head, mine))),
        func.min(case((adult, mine))),
        func.min(mine),
    )
    return select(members.c.unit_id, known_by.label("resident_id")).group_by(members.c.unit_id).subquery("units")

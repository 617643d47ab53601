"""Figures of a place, counted by the database in seven statements however many tickets there are.

Complaints about people in office are not among them, or the numbers would tell of one; nor are visits, which nobody
asked for.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, or_, select

from store.database import Transaction
from store.domain.areas import Area, AreaKind
from store.domain.figures import Figures, Period, Reached, Told, Turnout, folded, sum_of
from store.domain.matters import MatterState
from store.domain.tickets import TicketEvent
from store.queries.areas import children_of, settings_for
from store.tables import areas, casts, matters, notice_figures, notices, ticket_events, tickets

_ANSWERS = (TicketEvent.ANSWERED, TicketEvent.RESOLVED)
_COUNTED = (MatterState.COUNTED, MatterState.DECIDED, MatterState.CARRIED_OUT)
_MOST_MATTERS = 30


async def figures_of(tx: Transaction, area: Area, period: Period) -> Figures:
    """Whoever asks passes `access.may_see_figures` before."""
    places = {place.id: place.name for place in await children_of(tx, area)}
    inside = await _Inside.of(tx, area, period)
    by_month, by_category, by_place = await _tickets(tx, inside)
    reach_by_month, reach_by_place = await _reach(tx, inside)
    is_village = area.kind is AreaKind.VILLAGE
    before = (await _tickets(tx, await _Inside.of(tx, area, period.before)))[0]
    whole = {place: by_place.pop(place, Told()) for place in places} | by_place
    return Figures(
        period=period,
        places=places,
        total=sum_of(by_month.values()),
        total_before=sum_of(before.values()),
        by_month={month: by_month.get(number, Told()) for number, month in enumerate(period.months)},
        by_category=folded(await _with_people(tx, inside, "category", by_category)),
        by_place=folded(await _with_people(tx, inside, "place", whole)),
        reach_by_month={month: reach_by_month.get(number, Reached()) for number, month in enumerate(period.months)},
        reach_by_place={} if is_village else {place: reach_by_place.get(place, Reached()) for place in places},
        turnouts=await _turnouts(tx, inside) if is_village else (),
        turnout_by_place={} if is_village else await _turnout_by_place(tx, inside),
    )


class _Inside:
    """The conditions under which a row belongs to a place and a period."""

    def __init__(self, area: Area, period: Period, edges: Sequence[Any]) -> None:
        self.area, self.period, self.edges = area, period, edges

    @classmethod
    async def of(cls, tx: Transaction, area: Area, period: Period) -> "_Inside":
        return cls(area, period, period.edges((await settings_for(tx, area.id)).zone))

    def villages(self) -> Select[Any]:
        return select(areas.c.id).where(areas.c.kind == AreaKind.VILLAGE, areas.c.path.startswith(self.area.path))

    def when(self, moment: ColumnElement[Any]) -> ColumnElement[bool]:
        return and_(moment >= self.edges[0], moment < self.edges[-1])

    def month(self, moment: ColumnElement[Any]) -> ColumnElement[int]:
        """The number of the month within the period: months begin at midnight in the village, not in Greenwich."""
        return case(*((moment < edge, number) for number, edge in enumerate(self.edges[1:])), else_=-1)

    def place(self, village_id: ColumnElement[int], area_id: ColumnElement[int]) -> ColumnElement[Any]:
        """Which of the area's children it belongs to; the village itself where nobody said which group."""
        if self.area.kind is AreaKind.VILLAGE:
            return area_id
        if self.area.kind is AreaKind.TOWN:
            return village_id
        village = areas.alias()
        return select(village.c.parent_id).where(village.c.id == village_id).scalar_subquery()


def _opened(tx: Transaction, inside: _Inside) -> Subquery:
    """One row a ticket that is counted, with what it is counted by."""
    answer, again = ticket_events.alias(), ticket_events.alias()
    since = select(again.c.id).where(
        again.c.ticket_id == answer.c.ticket_id, again.c.event == TicketEvent.REOPENED, again.c.at > answer.c.at
    )
    kept = (
        select(answer.c.id)
        .where(
            answer.c.ticket_id == tickets.c.id,
            answer.c.event.in_(_ANSWERS),
            answer.c.at <= tickets.c.due_at,
            ~since.exists(),  # a ticket that was opened again has a new deadline and waits for a new answer
        )
        .exists()
    )
    return (
        select(
            inside.month(tickets.c.opened_at).label("month"),
            inside.place(tickets.c.village_id, tickets.c.area_id).label("place"),
            tickets.c.category,
            tickets.c.rating,
            func.coalesce(tickets.c.resident_id, -tickets.c.contact_id).label("who"),
            case((kept, 1), else_=0).label("kept"),
            case((or_(tickets.c.due_at <= tx.now, kept), 1), else_=0).label("due"),
        )
        .where(
            tickets.c.village_id.in_(inside.villages()),
            inside.when(tickets.c.opened_at),
            tickets.c.about_staff.is_(False),
            tickets.c.contact_id.is_not(None),
        )
        .subquery()
    )


async def _tickets(tx: Transaction, inside: _Inside) -> tuple[dict[int, Told], dict[str, Told], dict[int, Told]]:
    """By month, by category and by place, from one statement: at most months × categories × places rows."""
    opened = _opened(tx, inside)
    axes = (opened.c.month, opened.c.category, opened.c.place)
    rows = await tx.all(
        select(
            *axes,
            func.count().label("tickets"),
            func.sum(opened.c.due).label("due"),
            func.sum(opened.c.kept).label("kept"),
            *(func.sum(case((opened.c.rating == said, 1), else_=0)).label(said) for said in _RATINGS),
        ).group_by(*axes)
    )
    by_month: dict[int, Told] = {}
    by_category: dict[str, Told] = {}
    by_place: dict[int, Told] = {}
    for row in rows:
        told = Told(row.tickets, *(int(value) for value in (row.due, row.kept, *(getattr(row, r) for r in _RATINGS))))
        by_month[row.month] = by_month.get(row.month, Told()) + told
        by_category[row.category] = by_category.get(row.category, Told()) + told
        by_place[row.place] = by_place.get(row.place, Told()) + told
    return by_month, by_category, by_place


_RATINGS = ("satisfied", "fair", "dissatisfied")


async def _with_people(tx: Transaction, inside: _Inside, axis: str, cells: Mapping[Any, Told]) -> dict[Any, Told]:
    """How many persons stand behind each cell."""
    opened = _opened(tx, inside)
    column = opened.c[axis]
    rows = await tx.all(select(column.label("key"), func.count(opened.c.who.distinct()).label("n")).group_by(column))
    people = {row.key: int(row.n) for row in rows}
    return {key: told + Told(people=people.get(key, 0)) for key, told in cells.items()}


async def _reach(tx: Transaction, inside: _Inside) -> tuple[dict[int, Reached], dict[int, Reached]]:
    """By the month in which a notice was approved, and by place."""
    closed = (
        select(
            inside.month(notices.c.decided_at).label("month"),
            inside.place(notices.c.area_id, notices.c.area_id).label("place"),
            notice_figures.c.households,
            notice_figures.c.proven,
        )
        .join(notices, notices.c.id == notice_figures.c.notice_id)
        .where(notices.c.area_id.in_(inside.villages()), inside.when(notices.c.decided_at))
        .subquery()
    )
    rows = await tx.all(
        select(
            closed.c.month,
            closed.c.place,
            func.count().label("notices"),
            func.sum(closed.c.households).label("households"),
            func.sum(closed.c.proven).label("proven"),
        ).group_by(closed.c.month, closed.c.place)
    )
    by_month: dict[int, Reached] = {}
    by_place: dict[int, Reached] = {}
    for row in rows:
        reached = Reached(row.notices, int(row.households), int(row.proven))
        by_month[row.month] = by_month.get(row.month, Reached()) + reached
        by_place[row.place] = by_place.get(row.place, Reached()) + reached
    return by_month, by_place


def _counted(inside: _Inside) -> Subquery:
    """One row a matter whose vote is over. Whoever changed his vote has voted once."""
    voted = select(func.count(casts.c.entitlement_id.distinct())).where(casts.c.matter_id == matters.c.id)
    return (
        select(
            matters.c.id,
            matters.c.title,
            inside.place(matters.c.area_id, matters.c.area_id).label("place"),
            matters.c.roll_size,
            voted.scalar_subquery().label("voted"),
        )
        .where(
            matters.c.area_id.in_(inside.villages()),
            inside.when(matters.c.closed_at),
            matters.c.state.in_(_COUNTED),
        )
        .subquery()
    )


async def _turnouts(tx: Transaction, inside: _Inside) -> tuple[Turnout, ...]:
    counted = _counted(inside)
    rows = await tx.all(select(counted).order_by(counted.c.id.desc()).limit(_MOST_MATTERS))
    return tuple(Turnout(row.title, 1, row.roll_size, int(row.voted)) for row in rows)


async def _turnout_by_place(tx: Transaction, inside: _Inside) -> dict[int, Turnout]:
    counted = _counted(inside)
    rows = await tx.all(
        select(
            counted.c.place,
            func.count().label("matters"),
            func.sum(counted.c.roll_size).label("entitled"),
            func.sum(counted.c.voted).label("voted"),
        ).group_by(counted.c.place)
    )
    return {row.place: Turnout("", row.matters, int(row.entitled), int(row.voted)) for row in rows}

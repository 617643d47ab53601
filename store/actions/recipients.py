"""Copying recipients from the temporary table of `store.queries.recipients` into the ledger."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, String, and_, case, cast, false, func, literal, null, select

from store.database import Transaction
from store.domain.deliveries import DeliveryState
from store.domain.speech import Question
from store.queries.planned import FIRST, OPEN, SECOND, STANDING, last_position, planned
from store.tables import UtcDateTime, deliveries, questions

AT_ONCE = 20_000
"""Rows a statement: some tenths of a second, in which SQLite's only writer does nothing else."""
QUESTION_ID = "#question#"
"""Stands in a button's data for the id of the question that this recipient is asked."""


@dataclass(frozen=True, slots=True)
class Copy:
    """What recipients of one route get.

    `buttons` have QUESTION_ID for the question; `dues` are (row, moment): from that row of the table on they go out at
    that moment. `held_until` is when a second step is due, where there are such.
    """

    account_id: int | None
    text: str = field(repr=False)
    buttons: Sequence[Sequence[str]]
    dues: Sequence[tuple[int, datetime]]
    held_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Mailing:
    """What all the rows of one plan have: `is_bulk` is one of very many, which lets conversations pass.

    `question` is put with the first steps, to be answered by one of `keys`.
    """

    village_id: int
    notice_id: int | None = None
    is_bulk: bool = True
    question: Question | None = None
    keys: Sequence[str] = ()


Told = Callable[[int], Awaitable[None]]
"""Hears how many rows of the plan are written."""


async def tell_nobody(_rows: int) -> None:
    pass


async def write_recipients(tx: Transaction, mailing: Mailing, copies: Sequence[Copy], told: Told = tell_nobody) -> None:
    """Write all rows of a plan. `copies` belong to its routes, in their order."""
    writing, question = _Writing(tx, mailing, copies), mailing.question
    steps = (FIRST, SECOND) if any(copy.held_until for copy in copies) else (FIRST,)
    last = await last_position(tx)
    for start in range(1, last + 1, AT_ONCE):
        part = planned.c.id.between(start, start + AT_ONCE - 1)
        if question:
            await tx.run(_questions(tx, question, mailing.keys, part))
        for step in steps:
            await tx.run(writing.rows(step, part))
        await told(min(start + AT_ONCE - 1, last))
        await asyncio.sleep(0)  # on SQLite a statement runs in the loop itself


def _questions(tx: Transaction, question: Question, keys: Sequence[str], part: ColumnElement[bool]) -> Any:
    asked = select(
        planned.c.contact_id,
        literal(question.kind),
        literal(question.subject_id),
        literal(question.label[:80]),
        literal(list(keys), JSON),
        literal(tx.now, UtcDateTime),
    ).where(planned.c.step == FIRST, planned.c.standing == OPEN, part)
    return questions.insert().from_select(["contact_id", "kind", "subject_id", "label", "options", "asked_at"], asked)


@dataclass(frozen=True, slots=True)
class _Writing:
    tx: Transaction
    mailing: Mailing
    copies: Sequence[Copy]

    def rows(self, step: int, part: ColumnElement[bool]) -> Any:
        is_open, first = planned.c.standing == OPEN, deliveries.alias("first_step")
        values: Mapping[str, Any] = {
            **_SAME,
            "area_id": literal(self.mailing.village_id),
            "notice_id": null() if self.mailing.notice_id is None else literal(self.mailing.notice_id),
            "is_bulk": literal(self.mailing.is_bulk),
            "created_at": literal(self.tx.now, UtcDateTime),
            "resident_id": planned.c.resident_id,
            "contact_id": planned.c.contact_id,
            "account_id": case((is_open, self._by_route([copy.account_id for copy in self.copies]))),
            "text": case((is_open, self._by_route([copy.text for copy in self.copies])), else_=""),
            "state": case((is_open, self._state(step)), else_=DeliveryState.SKIPPED.value),
            "reason": case(STANDING, value=planned.c.standing, else_=""),
            "due_at": self._due(step),
            "buttons": self._buttons(),
            "falls_back_from_id": null() if step == FIRST else first.c.id,
        }
        source = planned.outerjoin(questions, self._asked_now())
        if step == SECOND:
            # By the contact's index: the notice's own would be walked through for every row. "+ 0" hides that index.
            own = first.c.notice_id + 0 == self.mailing.notice_id
            its_first = and_(first.c.contact_id == planned.c.first_contact_id, own)
            source = source.join(first, its_first)
        chosen = select(*values.values()).select_from(source).where(planned.c.step == step, part)
        return deliveries.insert().from_select(list(values), chosen)

    def _state(self, step: int) -> str:
        return DeliveryState.QUEUED.value if step == FIRST else DeliveryState.HELD.value

    def _asked_now(self) -> ColumnElement[bool]:
        """The question that this recipient was asked in this very transaction."""
        question = self.mailing.question
        if question is None:
            return false()
        return and_(
            questions.c.kind == question.kind,
            questions.c.contact_id == planned.c.contact_id,
            questions.c.answered_at.is_(None),
            questions.c.subject_id == question.subject_id,
            questions.c.asked_at == self.tx.now,
            planned.c.step == FIRST,
            planned.c.standing == OPEN,
        )

    def _buttons(self) -> ColumnElement[Any]:
        offered = self._by_route([json.dumps(copy.buttons, ensure_ascii=False) for copy in self.copies])
        if self.mailing.question is None:
            found = case((planned.c.standing == OPEN, offered), else_="[]")
        else:
            named = func.replace(offered, QUESTION_ID, func.coalesce(cast(questions.c.id, String), ""))
            found = case((questions.c.id.is_not(None), named), else_="[]")
        return cast(found, JSON) if self.tx.is_postgresql else found

    def _due(self, step: int) -> ColumnElement[Any]:
        now = literal(self.tx.now, UtcDateTime)
        moments = [
            _moments(copy) if step == FIRST else literal(copy.held_until or self.tx.now, UtcDateTime)
            for copy in self.copies
        ]
        found = [(planned.c.route == number, moment) for number, moment in enumerate(moments)]
        return case(*found, else_=now) if found else now

    def _by_route(self, values: Sequence[Any]) -> ColumnElement[Any]:
        known = [(number, value) for number, value in enumerate(values) if value is not None]
        return case(*((planned.c.route == number, literal(value)) for number, value in known)) if known else null()


_SAME: Mapping[str, Any] = {
    "replaces": literal(""),
    "is_receipt": literal(False),
    "provider_id": literal(""),
    "attempts": literal(0),
    "lease_holder": literal(""),
}
"""What all rows have."""


def _moments(copy: Copy) -> ColumnElement[Any]:
    later = [(planned.c.id >= row, literal(moment, UtcDateTime)) for row, moment in reversed(copy.dues[1:])]
    first = literal(copy.dues[0][1], UtcDateTime)
    return case(*later, else_=first) if later else first

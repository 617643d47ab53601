"""Copying a notice's recipients from the temporary table of `store.queries.recipients` into the ledger."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, String, and_, case, cast, false, func, literal, null, select

from store.database import Transaction
from store.domain.deliveries import DeliveryState
from store.domain.notices import Notice
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
    that moment. `held_until` is when a second step is due.
    """

    account_id: int | None
    text: str = field(repr=False)
    buttons: Sequence[Sequence[str]]
    dues: Sequence[tuple[int, datetime]]
    held_until: datetime


async def write_recipients(
    tx: Transaction, notice: Notice, copies: Sequence[Copy], question: Question | None, keys: Sequence[str]
) -> None:
    """Write all rows of an approved notice, with the question that its first steps put."""
    writing = _Writing(tx, notice, copies, question)
    last = await last_position(tx)
    for start in range(1, last + 1, AT_ONCE):
        part = planned.c.id.between(start, start + AT_ONCE - 1)
        if question:
            await tx.connection.execute(_questions(tx, question, keys, part))
        for step in (FIRST, SECOND):
            await tx.connection.execute(writing.rows(step, part))
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
    notice: Notice
    copies: Sequence[Copy]
    question: Question | None

    def rows(self, step: int, part: ColumnElement[bool]) -> Any:
        is_open, first = planned.c.standing == OPEN, deliveries.alias("first_step")
        values: Mapping[str, Any] = {
            **_SAME,
            "area_id": literal(self.notice.village_id),
            "notice_id": literal(self.notice.id),
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
            its_first = and_(first.c.contact_id == planned.c.first_contact_id, first.c.notice_id + 0 == self.notice.id)
            source = source.join(first, its_first)
        chosen = select(*values.values()).select_from(source).where(planned.c.step == step, part)
        return deliveries.insert().from_select(list(values), chosen)

    def _state(self, step: int) -> str:
        return DeliveryState.QUEUED.value if step == FIRST else DeliveryState.HELD.value

    def _asked_now(self) -> ColumnElement[bool]:
        """The question that this recipient was asked in this very transaction."""
        if self.question is None:
            return false()
        return and_(
            questions.c.kind == self.question.kind,
            questions.c.contact_id == planned.c.contact_id,
            questions.c.answered_at.is_(None),
            questions.c.subject_id == self.notice.id,
            questions.c.asked_at == self.tx.now,
            planned.c.step == FIRST,
            planned.c.standing == OPEN,
        )

    def _buttons(self) -> ColumnElement[Any]:
        asked = self._by_route([json.dumps(copy.buttons, ensure_ascii=False) for copy in self.copies])
        named = func.replace(asked, QUESTION_ID, func.coalesce(cast(questions.c.id, String), ""))
        found = case((questions.c.id.is_not(None), named), else_="[]")
        return cast(found, JSON) if self.tx.is_postgresql else found

    def _due(self, step: int) -> ColumnElement[Any]:
        now = literal(self.tx.now, UtcDateTime)
        moments = [_moments(copy) if step == FIRST else literal(copy.held_until, UtcDateTime) for copy in self.copies]
        found = [(planned.c.route == number, moment) for number, moment in enumerate(moments)]
        return case(*found, else_=now) if found else now

    def _by_route(self, values: Sequence[Any]) -> ColumnElement[Any]:
        known = [(number, value) for number, value in enumerate(values) if value is not None]
        return case(*((planned.c.route == number, literal(value)) for number, value in known)) if known else null()


_SAME: Mapping[str, Any] = {
    "replaces": literal(""),
    "is_receipt": literal(False),
    "is_bulk": literal(True),
    "provider_id": literal(""),
    "attempts": literal(0),
    "lease_holder": literal(""),
}
"""What all rows of a notice have."""


def _moments(copy: Copy) -> ColumnElement[Any]:
    later = [(planned.c.id >= row, literal(moment, UtcDateTime)) for row, moment in reversed(copy.dues[1:])]
    first = literal(copy.dues[0][1], UtcDateTime)
    return case(*later, else_=first) if later else first

"""The steps of a matter as a cadre takes them from a form; each answers what people are told of it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from console.matters.minutes import minutes_of
from console.visits import Fields
from store.actions.matters import (
    Publication,
    carry_out,
    close_matter,
    enter_decision,
    open_voting,
    publish_matter,
    turn_down_matter,
)
from store.database import Transaction
from store.domain.deliberation import MatterRecord, RollKind
from store.domain.errors import Refusal
from store.domain.matter_tells import asking_tells, decision_tells, progress_tells, result_tells
from store.domain.matters import MatterState
from store.domain.people import Staff
from store.domain.settings import AreaSettings
from store.domain.speech import Tell
from store.queries.areas import groups_of
from store.queries.matters import contacts_that_follow, contacts_to_ask

STEPS: Mapping[MatterState, Sequence[str]] = {
    MatterState.PROPOSED: ("publish", "turn-down"),
    MatterState.PUBLISHED: ("open", "turn-down"),
    MatterState.VOTING: ("close",),
    MatterState.COUNTED: ("decide",),
    MatterState.DECIDED: ("carry-out",),
}
"""What may be done with it in its state."""


@dataclass(frozen=True, slots=True)
class Taking:
    """A step as it is taken: on which matter, by whom, and what he wrote."""

    matter: MatterRecord
    person: Staff
    settings: AreaSettings
    fields: Fields

    def text(self, name: str = "text") -> str:
        """Raises Refusal("matter.words_missing") where nothing was written."""
        written = self.fields.get(name, "")
        if not written:
            raise Refusal("matter.words_missing")
        return written


_Step = Callable[[Transaction, Taking], Awaitable[tuple[Tell, ...]]]


async def _publish(tx: Transaction, step: Taking) -> tuple[Tell, ...]:
    groups = await groups_of(tx, step.settings.area.id)
    group = next((one for one in groups if str(one.id) == step.fields.get("group", "")), None)
    what = Publication(step.text("title"), step.text("plan"), group, step.fields.get("named") == "named")
    published = await publish_matter(tx, step.matter, what, step.person)
    return progress_tells("matter.published", published, await contacts_that_follow(tx, published))


async def _turn_down(tx: Transaction, step: Taking) -> tuple[Tell, ...]:
    turned_down = await turn_down_matter(tx, step.matter, step.text(), step.person)
    return progress_tells("matter.turned_down", turned_down, await contacts_that_follow(tx, turned_down))


async def _open(tx: Transaction, step: Taking) -> tuple[Tell, ...]:
    """To how many it goes stands beside each roll; what has gone out cannot be called back."""
    roll = step.fields.get("roll", "")
    if roll not in set(RollKind):
        raise Refusal("matter.not_ready", wanting=("roll",))
    _check_sure(step)
    opened = await open_voting(tx, step.matter, RollKind(roll), _closes_at(step), step.person)
    contact_ids, _ = await contacts_to_ask(tx, opened.id)
    return asking_tells(opened, contact_ids)


async def _close(tx: Transaction, step: Taking) -> tuple[Tell, ...]:
    _check_sure(step)
    closed = await close_matter(tx, step.matter, actor=f"staff:{step.person.id}")
    contact_ids, _ = await contacts_to_ask(tx, closed.id)
    return result_tells(closed, contact_ids)


async def _decide(tx: Transaction, step: Taking) -> tuple[Tell, ...]:
    entered = await enter_decision(tx, step.matter, minutes_of(step.fields), step.person)
    contact_ids, _ = await contacts_to_ask(tx, entered.id)
    return decision_tells(entered, contact_ids)


async def _carry_out(tx: Transaction, step: Taking) -> tuple[Tell, ...]:
    done = await carry_out(tx, step.matter, step.text(), step.person)
    return progress_tells("matter.carried_out", done, await contacts_that_follow(tx, done))


ACTIONS: Mapping[str, _Step] = {
    "publish": _publish,
    "turn-down": _turn_down,
    "open": _open,
    "close": _close,
    "decide": _decide,
    "carry-out": _carry_out,
}


def _check_sure(step: Taking) -> None:
    if "sure" not in step.fields:
        raise Refusal("matter.not_sure")


def _closes_at(step: Taking) -> datetime:
    """Local to the village. Raises Refusal("matter.not_ready") for no moment."""
    try:
        written = datetime.fromisoformat(step.fields.get("closes", ""))
    except ValueError as error:
        raise Refusal("matter.not_ready", wanting=("deadline",)) from error
    try:
        return written.replace(tzinfo=step.settings.zone).astimezone(UTC)
    except OverflowError as error:
        raise Refusal("matter.not_ready", wanting=("deadline",)) from error

"""What may be done with a notice at the console: the same actions, told in the same words, as in conversation."""

from collections.abc import Awaitable, Callable, Mapping

from console.visits import Fields
from notifier.answers import counted, remind_silent
from notifier.approving import approve, refuse, release, submit
from notifier.render import Renderer
from notifier.visiting import send_to_doors
from store.actions.notice_controls import (
    cancel_notice,
    pause_notice,
    resume_notice,
    send_again,
    send_unknown_again,
)
from store.actions.notices import drop_notice
from store.database import Transaction
from store.domain.errors import Refusal
from store.domain.notice_tells import approval_tells, approved_tells, refused_tells
from store.domain.notices import Notice
from store.domain.people import Staff
from store.domain.speech import Tell

Tells = tuple[Tell, ...]
Action = Callable[[Transaction, Renderer, Staff, Notice, Fields], Awaitable[Tells]]
_MOST_DIGITS = 9


async def _submit(tx: Transaction, renderer: Renderer, person: Staff, notice: Notice, fields: Fields) -> Tells:
    done = await submit(tx, renderer, notice, person, fields.get("plan_hash", ""))
    return approval_tells(done.notice, done.plan, done.contacts)


async def _release(tx: Transaction, renderer: Renderer, person: Staff, notice: Notice, fields: Fields) -> Tells:
    await release(tx, renderer, notice, person, fields.get("plan_hash", ""))
    return ()


async def _approve(tx: Transaction, renderer: Renderer, person: Staff, notice: Notice, fields: Fields) -> Tells:
    approved, due, drafter = await approve(tx, renderer, notice, person, fields.get("plan_hash", ""))
    return approved_tells(drafter, {"number": approved.number, "due": due})


async def _refuse(tx: Transaction, _renderer: Renderer, person: Staff, notice: Notice, fields: Fields) -> Tells:
    refused, drafter = await refuse(tx, notice, person, fields.get("text", ""))
    return refused_tells(refused, drafter)


async def _drop(tx: Transaction, _renderer: Renderer, person: Staff, notice: Notice, _fields: Fields) -> Tells:
    await drop_notice(tx, notice, person)
    return ()


async def _pause(tx: Transaction, _renderer: Renderer, person: Staff, notice: Notice, _fields: Fields) -> Tells:
    await pause_notice(tx, notice, person)
    return ()


async def _resume(tx: Transaction, _renderer: Renderer, person: Staff, notice: Notice, _fields: Fields) -> Tells:
    await resume_notice(tx, notice, person)
    return ()


async def _cancel(tx: Transaction, _renderer: Renderer, person: Staff, notice: Notice, _fields: Fields) -> Tells:
    await cancel_notice(tx, notice, person)
    return ()


async def _resend(tx: Transaction, _renderer: Renderer, person: Staff, notice: Notice, _fields: Fields) -> Tells:
    await send_again(tx, notice, person)
    return ()


async def _resend_unknown(tx: Transaction, _renderer: Renderer, person: Staff, notice: Notice, fields: Fields) -> Tells:
    """Only whoever types the number of households has understood that some of them will get it twice."""
    written = fields.get("households", "")
    if not written.isdecimal() or len(written) > _MOST_DIGITS:
        raise Refusal("notice.households_missing", number=notice.number)
    await send_unknown_again(tx, notice, person, int(written))
    return ()


async def _visits(tx: Transaction, _renderer: Renderer, person: Staff, notice: Notice, _fields: Fields) -> Tells:
    _, tells = await send_to_doors(tx, notice, person)
    return tells


async def _remind(tx: Transaction, renderer: Renderer, person: Staff, notice: Notice, _fields: Fields) -> Tells:
    await remind_silent(tx, renderer, counted(notice), person)
    return ()


ACTIONS: Mapping[str, Action] = {
    "submit": _submit,
    "release": _release,
    "approve": _approve,
    "refuse": _refuse,
    "drop": _drop,
    "pause": _pause,
    "resume": _resume,
    "cancel": _cancel,
    "resend": _resend,
    "resend-unknown": _resend_unknown,
    "visits": _visits,
    "remind": _remind,
}
BEFORE_IT_IS_OUT = frozenset({"submit", "release", "approve", "refuse", "drop"})
"""Actions on the words that were shown: they need the hash of those."""

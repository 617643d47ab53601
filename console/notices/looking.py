"""What a notice would do: whom it reaches, what it costs, and how it looks on a handset."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from console.notices.drafting import Place, write_draft
from console.visits import Fields
from notifier.notices import NoticePlan, plan_notice
from notifier.render import Renderer
from store.database import Transaction
from store.domain.addressing import Named
from store.domain.emergencies import EmergencyPlan
from store.domain.notices import Notice
from store.domain.people import Staff
from store.domain.plans import Preview
from store.queries.areas import settings_for
from store.queries.planned import unreached_names

MOST_NAMED = 200
"""So many of those whom nothing reaches are named; the rest are counted."""


_NO_LIST = Named((), (), ())


@dataclass(frozen=True, slots=True)
class Handset:
    """One message as it is seen: an SMS of `parts` parts, or a chat message with what can be pressed under it.

    `whole` is False where the text is too long and says where to hear it whole.
    """

    is_sms: bool
    text: str = field(repr=False)
    parts: int
    buttons: tuple[str, ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class Look:
    """`unreached` are to be visited; `named` says whom of a list the books do not know."""

    notice: Notice
    plan: Preview
    unreached: tuple[str, ...] = field(repr=False)
    handsets: Sequence[Handset]
    named: Named = _NO_LIST


async def look_at(tx: Transaction, renderer: Renderer, notice: Notice, named: Named = _NO_LIST) -> Look:
    """Needs a writing transaction, as every plan does; writes nothing that stays."""
    plan = await plan_notice(tx, renderer, notice)
    language = (await settings_for(tx, notice.village_id)).language
    return Look(notice, plan.preview, await unreached_names(tx, MOST_NAMED), _handsets(plan, language), named)


async def imagine(
    tx: Transaction, renderer: Renderer, person: Staff, place: Place, fields: Fields, notice: Notice | None
) -> Look:
    """What would come of a form; nothing of it stays. Raises as `write_draft` does."""
    async with tx.trial():
        written, named = await write_draft(tx, person, place, fields, notice)
        look = await look_at(tx, renderer, written, named)
    return look


def _handsets(plan: NoticePlan, language: str) -> list[Handset]:
    """In the village's language, each wording once."""
    found = [
        Handset(one.is_sms, one.rendered.text, one.parts, () if one.is_sms else one.rendered.labels, one.whole)
        for one in plan.carriers
        if one and one.language == language
    ]
    return list(dict.fromkeys(found))


def handsets_of(plan: EmergencyPlan) -> list[Handset]:
    """An emergency notice as it is seen, in the village's language."""
    sms = Handset(is_sms=True, text=plan.text, parts=plan.parts, buttons=(), whole=True)
    chat = Handset(is_sms=False, text=plan.chat, parts=1, buttons=plan.buttons, whole=True)
    return [sms, chat]

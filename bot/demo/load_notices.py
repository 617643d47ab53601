"""The demo's notice of a water cut: planned and written like any other, with what became of each home's copy."""

from bot.demo.notices import Notice
from bot.demo.parts import Loaded
from notifier.notices import plan_notice, write_notice
from notifier.render import Renderer
from store.actions.attempts import Attempt, record_attempts
from store.actions.delivery_receipts import Receipt, record_receipts
from store.actions.notices import ask_readers, confirm_notice, draft_notice, release_notice
from store.database import Transaction
from store.domain.answers import Asked, AskKind
from store.domain.audiences import Audience, AudienceKind
from store.domain.deliveries import DeliveryState
from store.queries.deliveries import waiting_of_notice


async def load_notices(tx: Transaction, loaded: Loaded) -> None:
    """One notice a group, as the clerk sent them."""
    for notice in loaded.demo.notices:
        for group in notice.groups:
            await _send(tx, loaded, notice, group)


async def _send(tx: Transaction, loaded: Loaded, notice: Notice, group: int) -> None:
    clerk = loaded.staff[notice.drafted_by]
    tx.now = notice.drafted_at
    audience = Audience(AudienceKind.GROUP, loaded.area(group))
    draft = await draft_notice(tx, loaded.village, audience, clerk, notice.text)
    draft = await ask_readers(tx, draft, clerk, Asked(AskKind.SEEN))
    tx.now = notice.approved_at
    plan = await plan_notice(tx, Renderer(), draft)
    sent = await release_notice(tx, draft, clerk, plan.preview, plan.preview.frozen)
    await write_notice(tx, sent, plan)
    await _record_what_became(tx, loaded, notice, sent.id)


async def _record_what_became(tx: Transaction, loaded: Loaded, notice: Notice, notice_id: int) -> None:
    """The phones answered as the script says: most took it, two numbers no longer exist."""
    home_of = {loaded.residents[one.number]: one.household or 0 for one in loaded.demo.residents}
    script = {one.household: one for one in notice.deliveries}
    waiting = [
        (row, script[home_of[row.resident_id]])
        for row in await waiting_of_notice(tx, notice_id)
        if row.resident_id and home_of[row.resident_id] in script
    ]
    attempts = [
        Attempt(row.id, 1, DeliveryState.FAILED if one.reason else DeliveryState.SENT, tx.now, code=one.reason)
        for row, one in waiting
    ]
    await record_attempts(tx, loaded.sms.id, attempts)
    for row, one in waiting:
        if one.delivered_at:
            receipt = Receipt(DeliveryState.DELIVERED, row.id, at=one.delivered_at)
            await record_receipts(tx, loaded.sms.id, [receipt])
        if one.confirmed_at:
            tx.now = one.confirmed_at
            await confirm_notice(tx, notice_id, loaded.phones[one.phone])
    tx.now = notice.approved_at

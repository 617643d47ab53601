"""Messages whose fate nobody knows: whose sender died, or whose answer was lost. Providers that can be asked are."""

from datetime import datetime, timedelta

import structlog

from notifier.channel import Channel, ChannelUnreachable
from notifier.message import Asked, DeliveryReceipt
from store.actions.attempts import give_up_stale, may_look_up
from store.actions.delivery_receipts import Receipt, record_receipts
from store.database import Database
from store.domain.accounts import Account
from store.domain.deliveries import DeliveryState
from store.queries.deliveries import in_doubt

log = structlog.get_logger()

LOOK_UP_EVERY = timedelta(minutes=2)
LOOK_UP_WITHIN = timedelta(days=1)
"""A provider's word of a message that is older comes as a receipt or not at all."""
MOST_AT_ONCE = 50


async def settle_doubts(database: Database, account: Account, channel: Channel, now: datetime) -> None:
    """Give up what was being sent when its sender died, and ask the provider about what is unknown.

    Of all processes one asks, every two minutes. Raises StoreUnavailable.
    """
    async with database.write(now) as tx:
        stale = await give_up_stale(tx, account.id)
        asks = await may_look_up(tx, account.id, LOOK_UP_EVERY)
        doubts = await in_doubt(tx, account.id, now - LOOK_UP_WITHIN, MOST_AT_ONCE) if asks else []
    if stale:
        log.warning("delivery.unknown_after_crash", account=account.id, count=stale)
    if not doubts:
        return
    try:
        receipts = await channel.look_up([Asked(one.id, one.address, one.sent_at, one.provider_id) for one in doubts])
    except ChannelUnreachable as error:
        log.warning("delivery.look_up_failed", account=account.id, reason=str(error))
        return
    if receipts:
        async with database.write(now) as tx:
            known = await record_receipts(tx, account.id, [receipt_of(one) for one in receipts])
        log.info("delivery.looked_up", account=account.id, asked=len(doubts), known=known)


def receipt_of(told: DeliveryReceipt) -> Receipt:
    """A channel's receipt as the ledger takes it."""
    return Receipt(
        DeliveryState(told.state), told.delivery_id, told.provider_id, told.address, code=told.code, at=told.at
    )

"""What became of messages: receipts find theirs by id, name or address, and providers that can be asked are."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import String, func, select

from notifier.channel import ChannelUnreachable, Limits, Receive, Route
from notifier.delivery.engine import DeliveryEngine
from notifier.delivery.in_doubt import LOOK_UP_EVERY, LOOK_UP_WITHIN, settle_doubts
from notifier.message import Asked, DeliveryReceipt, OutboundMessage, ReceiptState, SendResult, Unknown
from store.actions.deliveries import Draft, write_deliveries, write_delivery
from store.actions.delivery_receipts import Receipt, record_receipts
from store.database import Database
from store.domain.deliveries import DeliveryState
from store.tables import deliveries, receipts_waiting
from tests.hub import Hub
from tests.machine_steps import count_steps
from tests.stores import VILLAGE, Stores


@dataclass(slots=True)
class Doubtful:
    """Loses every answer; when it is asked it says what it was told to."""

    told: list[DeliveryReceipt] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    name: str = ""
    unreachable: bool = False
    kind: str = "doubtful"
    limits: Limits = field(default_factory=lambda: Limits(text_units=100, per_second=1000, burst=4))

    def routes(self) -> Sequence[Route]:
        return ()

    async def send(self, messages: Sequence[OutboundMessage]) -> Sequence[SendResult]:
        return [Unknown("TimeoutError", self.name) for _ in messages]

    async def listen(self, receive: Receive) -> None: ...

    async def look_up(self, asked: Sequence[Asked]) -> Sequence[DeliveryReceipt]:
        if self.unreachable:
            raise ChannelUnreachable("no answer")
        self.asked += asked
        return self.told

    async def check(self) -> str:
        return "doubtful"

    async def close(self) -> None: ...


async def _sent(hub: Hub, channel: Doubtful, name: str = "陈伯") -> int:
    """A message whose answer was lost."""
    contact = await hub.contact_of(name)
    async with hub.books() as tx:
        delivery_id = await write_delivery(tx, Draft(hub.village.id, contact.id, hub.sms.id, "停水", hub.clock()))
    await DeliveryEngine(hub.database, {hub.sms.id: (hub.sms, channel)}, "test", hub.clock).send_due(hub.sms.id)
    return delivery_id


async def _state(hub: Hub, delivery_id: int) -> tuple[str, str]:
    async with hub.books() as tx:
        row = await tx.first(select(deliveries).where(deliveries.c.id == delivery_id))
    return row.state, row.provider_id


async def _settle(hub: Hub, channel: Doubtful) -> None:
    await settle_doubts(hub.database, hub.sms, channel, hub.clock())


@pytest.mark.parametrize("by", ["delivery", "name", "address"])
async def test_a_provider_that_is_asked_settles_it(hub: Hub, by: str) -> None:
    channel = Doubtful(name="n1" if by == "name" else "")
    delivery_id = await _sent(hub, channel)
    assert (await _state(hub, delivery_id))[0] == "unknown"
    channel.told = [
        DeliveryReceipt(
            ReceiptState.DELIVERED,
            delivery_id=delivery_id if by == "delivery" else None,
            provider_id="n1",
            address=hub.numbers["陈伯"] if by == "address" else "",
        )
    ]
    hub.clock.pass_time(seconds=10)
    await _settle(hub, channel)
    assert [(one.delivery_id, one.address) for one in channel.asked] == [(delivery_id, hub.numbers["陈伯"])]
    assert await _state(hub, delivery_id) == ("delivered", "" if by == "delivery" else "n1")


async def test_it_is_asked_now_and_then_and_not_for_ever(hub: Hub) -> None:
    channel = Doubtful()
    await _sent(hub, channel)
    await _settle(hub, channel)
    await _settle(hub, channel)
    assert len(channel.asked) == 1
    hub.clock.pass_time(seconds=LOOK_UP_EVERY.total_seconds() + 1)
    await _settle(hub, channel)
    assert len(channel.asked) == 2
    hub.clock.pass_time(seconds=LOOK_UP_WITHIN.total_seconds())
    await _settle(hub, channel)
    assert len(channel.asked) == 2


async def test_a_provider_that_does_not_answer_changes_nothing(hub: Hub) -> None:
    channel = Doubtful(unreachable=True)
    delivery_id = await _sent(hub, channel)
    await _settle(hub, channel)
    assert (await _state(hub, delivery_id))[0] == "unknown"


async def test_of_two_in_doubt_at_one_address_none_is_guessed(hub: Hub) -> None:
    channel = Doubtful()
    first = await _sent(hub, channel)
    hub.clock.pass_time(seconds=5)
    second = await _sent(hub, channel)
    receipt = Receipt(DeliveryState.DELIVERED, provider_id="n7", address=hub.numbers["陈伯"])
    async with hub.books() as tx:
        assert await record_receipts(tx, hub.sms.id, [receipt]) == 0
        kept = await tx.all(select(receipts_waiting.c.provider_id))
    assert [row.provider_id for row in kept] == ["n7"]
    assert {(await _state(hub, one))[0] for one in (first, second)} == {"unknown"}


async def test_what_else_is_said_of_a_message_found_by_its_address_counts_too(hub: Hub) -> None:
    channel = Doubtful()
    delivery_id = await _sent(hub, channel)
    said = [
        Receipt(state, provider_id="n8", address=hub.numbers["陈伯"])
        for state in (DeliveryState.SENT, DeliveryState.DELIVERED)
    ]
    async with hub.books() as tx:
        assert await record_receipts(tx, hub.sms.id, said) == 2
        assert not await tx.all(select(receipts_waiting.c.provider_id))
    assert (await _state(hub, delivery_id))[0] == "delivered"


async def test_many_receipts_at_once_find_each_its_message(hub: Hub) -> None:
    """By id and by name, repeated and out of order, of strangers, and one that lowers nothing."""
    named, plain = Doubtful(name="n1"), Doubtful()
    by_name, by_id = await _sent(hub, named), await _sent(hub, plain, "黄明")
    said = [
        Receipt(DeliveryState.DELIVERED, provider_id="n1", at=hub.clock() - timedelta(seconds=1)),
        Receipt(DeliveryState.SENT, provider_id="n1"),
        Receipt(DeliveryState.FAILED, delivery_id=by_id, code="EXPIRED"),
        Receipt(DeliveryState.FAILED, delivery_id=by_id, code="EXPIRED"),
        Receipt(DeliveryState.DELIVERED, delivery_id=by_id + 99),
        Receipt(DeliveryState.DELIVERED, delivery_id=2**70),
        Receipt(DeliveryState.DELIVERED, provider_id="of nobody"),
    ]
    async with hub.books() as tx:
        assert await record_receipts(tx, hub.sms.id, said) == 4
        rows = {row.id: row for row in await tx.all(select(deliveries).where(deliveries.c.id.in_([by_name, by_id])))}
    assert (rows[by_name].state, rows[by_name].delivered_at) == ("delivered", hub.clock() - timedelta(seconds=1))
    assert (rows[by_id].state, rows[by_id].reason) == ("failed", "EXPIRED")


async def test_receipts_cost_the_same_however_much_an_account_has_sent(
    sqlite_originals: Stores, tmp_path: Path
) -> None:
    counted = []
    for sent in (200, 2000):
        folder = tmp_path / str(sent)
        folder.mkdir()
        counted.append(await _steps(sqlite_originals, folder, sent))
    assert counted[1] < 2 * counted[0]


async def _steps(originals: Stores, folder: Path, sent: int) -> int:
    """For receipts by our ids, by the provider's names and of nothing we know, twenty of each."""
    database = Database(originals.copy(VILLAGE, folder), originals.keyring)
    hub = originals.village_at(database, folder)
    contact = await hub.contact_of("陈伯")
    async with hub.books() as tx:
        await write_deliveries(tx, [Draft(hub.village.id, contact.id, hub.sms.id, "停水", tx.now)] * sent)
        first = await tx.scalar(select(func.min(deliveries.c.id)))
        number = (deliveries.c.id - first).cast(String)
        await tx.run(deliveries.update().values(state=DeliveryState.SENT, provider_id="n" + number))
        said = [
            *(Receipt(DeliveryState.DELIVERED, delivery_id=first + one) for one in range(20)),
            *(Receipt(DeliveryState.READ, provider_id=f"n{one}") for one in range(20, 40)),
            *(Receipt(DeliveryState.READ, provider_id=f"of nobody {one}") for one in range(20)),
        ]
        steps = await count_steps(tx)
        assert await record_receipts(tx, hub.sms.id, said) == 40
    await database.close()
    return steps()

"""Two real processes at one store: every message is answered exactly once, each sender's in order."""

import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from notifier.message import InboundMessage
from store.keyring import save_keyring
from store.tables import deliveries, inbound_messages, ticket_messages, tickets
from tests.forked import Forked
from tests.hub import Hub
from tests.integration.answering import answer

SENDERS, MESSAGES = 12, 36


async def _recorded(hub: Hub) -> None:
    """Three messages each, shuffled among the senders; long ago enough to be no flood, and recorded one by one."""
    order = [sender for sender in range(SENDERS) for _ in range(MESSAGES // SENDERS)]
    random.Random(20261118).shuffle(order)
    said: defaultdict[int, int] = defaultdict(int)
    hub.clock.now = datetime.now(UTC) - timedelta(hours=1)
    for number, sender in enumerate(order):
        said[sender] += 1
        text = f"三组晒谷场边停水了,第{said[sender]}次说"
        await hub.inbox.receive(hub.chat, [InboundMessage(f"n{number}", f"visitor{sender:03}", text)])


async def test_two_processes_answer_each_message_once_and_in_order(hub: Hub, store_url: str, tmp_path: Path) -> None:
    keys = tmp_path / "banyan.key"
    save_keyring(hub.database.keyring, keys)
    await _recorded(hub)
    logs = [tmp_path / "first", tmp_path / "second"]
    processes = [Forked(answer, store_url, keys, tmp_path / "files", log=log) for log in logs]
    assert [await process.end(60) for process in processes] == [0, 0]
    async with hub.books() as tx:
        inbound = await tx.all(select(inbound_messages).order_by(inbound_messages.c.id))
        replies = await tx.all(
            select(deliveries.c.inbound_id, func.count())
            .where(deliveries.c.inbound_id.is_not(None))
            .group_by(deliveries.c.inbound_id)
        )
        lines = await tx.all(
            select(tickets.c.contact_id, ticket_messages.c.text)
            .join(tickets, tickets.c.id == ticket_messages.c.ticket_id)
            .order_by(ticket_messages.c.id)
        )
    assert {(row.state, row.failures) for row in inbound} == {("handled", 0)}
    assert sorted(count for _, count in replies) == [1] * MESSAGES
    in_order = [f"三组晒谷场边停水了,第{number}次说" for number in range(1, MESSAGES // SENDERS + 1)]
    by_sender: defaultdict[int, list[str]] = defaultdict(list)
    for contact_id, text in lines:
        by_sender[contact_id].append(text)
    assert list(by_sender.values()) == [in_order] * SENDERS

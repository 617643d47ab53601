"""A full turn: what a resident adds to his ticket, from the webhook to the answer at the gateway."""

import itertools
import json
import time
from collections.abc import Sequence

from bot.inbox import Inbox
from bot.opening import utc_now
from notifier.message import InboundMessage
from notifier.pulse import Pulse
from notifier.render import Renderer
from notifier.telling import Written
from store.domain.people import Role
from tests.bench.load import post, requests_per_second, send_all
from tests.bench.processes import serving
from tests.bench.ratio import RUNS, Row, compare
from tests.bench.village import Village, open_village

SENDERS = 50
MESSAGES = 10
"""Of one sender in a run; with the report before them it is no flood yet."""
TURNS = SENDERS * MESSAGES
REPLIES = 3000
"""Of the reference in a run, which takes a second as well."""
SPOKEN = "还没来人看,晚上走路要打手电"
REPORT = "晒谷场边的路灯不亮"


async def turns() -> list[Row]:
    """Inbound row, dialogue, the ticket's message, audit, reply and the officer's notice as one turn; all are sent."""
    async with serving() as sink, open_village(send_url=f"http://127.0.0.1:{sink}/cgi-bin/sendsms") as village:
        for group in (1, 2):  # the third has its own already
            duty = (Role.GRID_OFFICER, village.hub.groups[group - 1])
            await village.hub.add_officer(f"网格员{group}", f"+861390000702{group}", duty)
        batches = [await _reported(village, run) for run in range(RUNS)]
        async with serving(str(village.folder), "answer") as ours, serving(module="tests.bench.telegram_bot") as bare:
            await village.until_sent()
            row = await compare(
                "full turn, answer sent, turns/s",
                lambda: _answered(village, ours, batches),
                lambda: _replied(bare),
                at_least=0.1,
            )
        # The report and what was added to it.
        await village.expect((TURNS + SENDERS) * RUNS, "ticket_messages")
        await village.expect((TURNS + SENDERS) * RUNS, "deliveries WHERE inbound_id IS NOT NULL AND state = 'sent'")
        return [row]


async def _reported(village: Village, run: int) -> list[str]:
    """Residents of all groups, each with a report of his own, which his group's officer has."""
    numbers = [f"+861390000{run * SENDERS + sender:04d}" for sender in range(SENDERS)]
    inbox = Inbox(village.database, village.hub.files, Renderer(), Pulse(), _leave_written, utc_now)
    for sender, number in enumerate(numbers):
        await village.hub.add_household(sender % 3 + 1, (f"住户{number[-4:]}", number))
        await inbox.receive(village.sms, [InboundMessage(f"report{number}", number, REPORT)])
        await inbox.answer_next()
    return numbers


async def _answered(village: Village, port: int, batches: list[list[str]]) -> float:
    numbers = batches.pop()
    started = time.perf_counter()
    await send_all(port, (_sms(village.hook("inbound"), number) for _ in range(MESSAGES) for number in numbers))
    await village.until_none("inbound_messages WHERE state = 'received'")
    await village.until_sent()
    return TURNS / (time.perf_counter() - started)


async def _replied(port: int) -> float:
    return await requests_per_second(port, [_update() for _ in range(REPLIES)])


_ids = itertools.count(1)


def _sms(path: str, number: str) -> bytes:
    headers = {
        "X-Kannel-From": number,
        "X-Kannel-Time": "2026-11-22 05:38:51",
        "Content-Type": "text/plain; charset=UTF-8",
    }
    return post(f"{path}?id={next(_ids)}", headers, SPOKEN)


def _update() -> bytes:
    update_id = next(_ids)
    message = {
        "message_id": update_id,
        "date": 1_795_000_000,
        "chat": {"id": 1, "type": "private", "first_name": "陈伯"},
        "from": {"id": 1, "is_bot": False, "first_name": "陈伯"},
        "text": SPOKEN,
    }
    return post(
        "/updates", {"Content-Type": "application/json"}, json.dumps({"update_id": update_id, "message": message})
    )


def _leave_written(_written: Sequence[Written]) -> None:
    """The rows are there, and are sent before anything is measured."""

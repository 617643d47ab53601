"""Writing a notice to everybody: rows by the action beside the same rows by SQLAlchemy Core alone."""

import asyncio
import time
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event

from bot.opening import utc_now
from store.actions.deliveries import write_deliveries
from store.domain.deliveries import DeliveryState
from store.tables import deliveries
from tests.bench.ratio import RUNS, Row, compare
from tests.bench.village import STORE, TEXT, Village, open_village

DELIVERIES = 100_000
CHUNK = 10_000
CONTACTS = 1000


async def writing() -> Row:
    """One transaction with a commit that reaches the disk, in chunks, into the same table with its indexes."""
    async with open_village() as village:
        contacts = await village.add_contacts(CONTACTS)
        audience = [contacts[number % CONTACTS] for number in range(DELIVERIES)]
        row = await compare(
            f"{DELIVERIES} deliveries written, rows/s",
            lambda: _written(village, audience),
            lambda: asyncio.to_thread(_inserted, village, audience),
            at_least=0.3,
        )
        village.expect(DELIVERIES * RUNS * 2, "deliveries")
        return row


async def _written(village: Village, audience: list[int]) -> float:
    drafts = village.drafts(audience)
    started = time.perf_counter()
    async with village.database.write(utc_now()) as tx:
        for start in range(0, DELIVERIES, CHUNK):
            await write_deliveries(tx, drafts[start : start + CHUNK])
    return DELIVERIES / (time.perf_counter() - started)


def _inserted(village: Village, audience: list[int]) -> float:
    rows = [_row(village, contact_id) for contact_id in audience]
    engine = create_engine(f"sqlite:///{Path(village.folder) / STORE}")
    event.listen(engine, "connect", _safe)
    with engine.connect() as connection:
        started = time.perf_counter()
        for start in range(0, DELIVERIES, CHUNK):
            connection.execute(deliveries.insert(), rows[start : start + CHUNK])
        connection.commit()
        seconds = time.perf_counter() - started
    engine.dispose()
    return DELIVERIES / seconds


def _safe(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")


def _row(village: Village, contact_id: int) -> dict[str, object]:
    now = utc_now()
    return {
        "area_id": village.hub.village.id,
        "account_id": village.sms.id,
        "contact_id": contact_id,
        "text": TEXT,
        "buttons": [],
        "replaces": "",
        "is_receipt": False,
        "state": DeliveryState.QUEUED,
        "reason": "",
        "provider_id": "",
        "attempts": 0,
        "due_at": now,
        "lease_holder": "",
        "created_at": now,
    }

"""The demo village in the store: what `make run` shows a newcomer."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select

from bot.demo.load import load_demo
from bot.demo.village import demo_village
from store.database import Database
from store.tables import casts, contacts, deliveries, disclosures, households, matters, residents, series, tickets

TODAY = date(2026, 11, 22)
MORNING = datetime(2026, 11, 22, 1, tzinfo=UTC)
TICKETS = 40
OBJECTION = 1
COUNTS = {households: 412, residents: 1563 + 118, tickets: TICKETS + OBJECTION, matters: 4, casts: 84, disclosures: 12}
"""Of the 87 votes of the script three repeat what the voter had cast already, and write nothing."""


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
async def test_the_demo_village_is_loaded_whole(database: Database) -> None:
    async with database.write(MORNING) as tx:
        await load_demo(tx, demo_village(TODAY), lambda _part: None)
    async with database.read(MORNING) as tx:
        for table, count in COUNTS.items():
            assert await tx.scalar(select(func.count()).select_from(table)) == count, table.name
        assert await tx.scalar(select(func.count()).where(tickets.c.about_staff)) == 1
        assert await tx.scalar(select(func.count()).where(series.c.service != "")) == 3
        told = (deliveries.c.notice_id.is_not(None), deliveries.c.state == "failed")
        assert await tx.scalar(select(func.count()).where(*told)) == 2
        linked = select(func.count(contacts.c.staff_id.distinct())).where(contacts.c.staff_id.is_not(None))
        assert await tx.scalar(linked) == 19

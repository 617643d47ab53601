"""What waits, as /metrics says it: the answers that are owed, and the messages that should be out."""

import math
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp.test_utils import TestClient, TestServer

from bot.server import watching_application
from store.actions.accounts import add_account
from store.actions.areas import add_area
from store.actions.deliveries import Draft, write_deliveries
from store.actions.inbound import record_inbound
from store.database import Database
from store.domain.accounts import Account, AccountKind
from store.domain.areas import AreaKind
from store.domain.floods import Floods
from store.domain.inbound import InboundArrival, InboundBody
from store.keyring import new_keyring

TEN, THREE = timedelta(minutes=10), timedelta(minutes=3)


async def figures(database: Database) -> dict[str, float]:
    async with TestClient(TestServer(watching_application(database, ""))) as client:
        text = await (await client.get("/metrics")).text()
    found = re.findall(r"^banyan_((?:inbound_waiting|due_deliveries)\S*) (\S+)$", text, re.MULTILINE)
    return {name: float(value) for name, value in found}


def due(account: Account, text: str, at: datetime, *, is_bulk: bool = False) -> Draft:
    return Draft(account.area_id, None, account.id, text, at, is_bulk=is_bulk)


async def test_the_figures_say_what_waits_and_for_how_long(database: Database) -> None:
    now = datetime.now(UTC)
    async with database.write(now - TEN) as tx:
        county = await add_area(tx, AreaKind.COUNTY, "青榕县")
        sms = await add_account(tx, county.id, AccountKind.KANNEL, "sms", {}, actor="test")
        page = await add_account(tx, county.id, AccountKind.WEB_CHAT, "chat", {}, actor="test")
        said = InboundArrival("1", "+8613900007001", "", InboundBody(text="停水了"))
        await record_inbound(tx, [(sms, said)], Floods())
        await write_deliveries(
            tx,
            [
                due(sms, "答您", now - TEN),
                due(sms, "通知", now - THREE, is_bulk=True),
                due(sms, "明天的", now + timedelta(days=1)),
                due(page, "网页上看", now - TEN),
            ],
        )
    found = await figures(database)
    answers, notices = (f'{{account="{sms.id}",lane="{lane}"}}' for lane in ("answers", "notices"))
    waited = {
        "inbound_waiting_seconds": TEN,
        f"due_deliveries_seconds{answers}": TEN,
        f"due_deliveries_seconds{notices}": THREE,
    }
    counted = {"inbound_waiting": 1.0, f"due_deliveries{answers}": 1.0, f"due_deliveries{notices}": 1.0}
    assert {name: found.pop(name) for name in counted} == counted
    assert {name: timedelta(minutes=value // 60) for name, value in found.items()} == waited


async def test_a_store_that_does_not_answer_leaves_no_old_figure(database: Database, tmp_path: Path) -> None:
    assert await figures(database) == {"inbound_waiting": 0.0, "inbound_waiting_seconds": 0.0}
    nowhere = Database(f"sqlite:///{tmp_path}/nowhere/banyan.db", new_keyring())
    found = await figures(nowhere)
    assert (len(found), all(map(math.isnan, found.values()))) == (2, True)
    await nowhere.close()

"""What runs at every message and every minute is compiled by SQLite once, and not at each execution."""

from collections.abc import Awaitable, Callable

import pytest

from store.actions.fallbacks import release_second_steps
from store.actions.turn import claim_messages
from store.database import Transaction
from tests.hub import Hub
from tests.machine_steps import count_compilations

pytestmark = pytest.mark.parametrize("stores", ["sqlite"], indirect=True)


async def _release(tx: Transaction) -> None:
    await release_second_steps(tx, tx.now)


@pytest.mark.parametrize("work", [claim_messages, _release])
async def test_it_is_compiled_once(hub: Hub, work: Callable[[Transaction], Awaitable[object]]) -> None:
    async with hub.books() as tx:
        compiled = await count_compilations(tx)
        await work(tx)
        first = compiled()
        assert first > 0
        await work(tx)
        assert compiled() == first + 1  # the asking itself

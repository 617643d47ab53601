"""What comes at the same time shares a commit; nobody is told that it arrived before it did."""

import asyncio

import pytest
from sqlalchemy import func, select

from bot.intake import Brought, Intake
from store.domain.errors import StoreUnavailable
from store.domain.inbound import InboundArrival, InboundBody
from store.tables import inbound_messages
from tests.hub import Hub


def _brought(hub: Hub, number: int, text: str = "停水了") -> Brought:
    body = InboundBody(text=text)
    return Brought(hub.chat, [InboundArrival(f"p{number}", f"guest{number:04}", "", body)], (), ())


async def _taken(hub: Hub) -> int:
    async with hub.books() as tx:
        return int(await tx.scalar(select(func.count()).select_from(inbound_messages)))


async def test_many_at_once_are_all_there_in_a_few_commits(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    intake, commits = Intake(hub.database, hub.clock), 0
    write = Intake._write

    async def counted(self: Intake, brought: list[Brought]) -> None:
        nonlocal commits
        commits += 1
        await write(self, brought)

    monkeypatch.setattr(Intake, "_write", counted)
    await asyncio.gather(*(intake.take(_brought(hub, number)) for number in range(50)))
    assert (await _taken(hub), commits <= 3) == (50, True)


async def test_one_that_is_broken_costs_no_other(hub: Hub) -> None:
    intake = Intake(hub.database, hub.clock)
    broken = Brought(hub.chat, [InboundArrival("p9", "guest0009", "", None)], (), ())  # type: ignore[arg-type]
    good = [_brought(hub, number) for number in range(3)]
    results = await asyncio.gather(*(intake.take(one) for one in (*good, broken)), return_exceptions=True)
    assert [result is None for result in results] == [True, True, True, False]
    assert await _taken(hub) == 3


async def test_in_an_outage_everybody_hears_of_it(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    intake = Intake(hub.database, hub.clock)

    async def away(*_: object) -> None:
        raise StoreUnavailable("locked")

    with monkeypatch.context() as broken:
        broken.setattr("bot.intake.record_inbound", away)
        results = await asyncio.gather(*(intake.take(_brought(hub, one)) for one in range(5)), return_exceptions=True)
    assert {type(result) for result in results} == {StoreUnavailable}
    await intake.take(_brought(hub, 1))
    assert await _taken(hub) == 1


async def test_who_gives_up_waiting_does_not_keep_others_waiting(hub: Hub) -> None:
    intake = Intake(hub.database, hub.clock)
    leaving = asyncio.create_task(intake.take(_brought(hub, 1)))
    staying = asyncio.create_task(intake.take(_brought(hub, 2)))
    await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.wait_for(staying, 5)
    assert await _taken(hub) == 2

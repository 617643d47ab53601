"""The small village with something on every page of its open board, and somebody without a cookie who reads it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, time, timedelta

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.pages import static_routes
from console.public.site import public_application, robots_routes
from store.actions.areas import change_setting
from store.actions.ballots import cast_ballot
from store.actions.disclosure_files import write_list
from store.actions.disclosures import add_item, add_urgent_item, mark_published, state_opening
from store.actions.matters import Publication, close_matter, open_voting, propose_matter, publish_matter
from store.actions.series import ServiceHours, add_series
from store.actions.services import add_service
from store.domain.ballots import Choice
from store.domain.deliberation import MatterRecord, RollKind
from store.domain.disclosures import DisclosureCategory, Entry, Flow
from store.domain.occurrences import ServiceKind
from store.domain.recurrence import Recurrence
from store.domain.services import ServiceText
from store.queries.disclosures import disclosure_for
from tests.acceptance.test_notices import sent_to_village
from tests.hub import Hub

PUBLIC_URL = "https://village.example"
OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)
NAMES = "林*强 3人 450元"
Client = TestClient[web.Request, web.Application]


def application_of(hub: Hub) -> web.Application:
    application = web.Application()
    application.add_routes([*static_routes(), *robots_routes()])
    application.add_subapp("/v", public_application(hub.database, hub.files, PUBLIC_URL, hub.clock))
    return application


@asynccontextmanager
async def reader_of(hub: Hub) -> AsyncIterator[Client]:
    async with TestClient(TestServer(application_of(hub))) as opened:
        yield opened


@dataclass(frozen=True)
class Filled:
    """`receipts` are those of the counted matter."""

    voting: MatterRecord
    counted: MatterRecord
    receipts: list[str]
    relief: int


async def fill_board(hub: Hub) -> Filled:
    await sent_to_village(hub)
    relief = await _disclose(hub)
    async with hub.books() as tx:
        await change_setting(tx, hub.village.id, "telegram_name", "@rongxi_bot", actor="test")
        text = ServiceText("开低保申请", "身份证\n户口本", "村委会一楼", "30天")
        await add_service(tx, hub.village, text, hub.staff["周文书"])
        thursdays = Recurrence("FREQ=WEEKLY;BYDAY=TH", date(2026, 11, 17))
        hours = ServiceHours(time(9), time(11), 20)
        place = {"host": "王律师", "place": "村委会二楼", "actor": "test"}
        await add_series(tx, hub.village.id, ServiceKind.LAWYER, thursdays, hours, **place)
    voting = await _matter(hub, "晒谷场装6盏路灯", "打13900007009问价")
    counted = await _matter(hub, "四组鱼塘续包5年", "年租8万")
    receipts = []
    contact = await hub.contact_of("陈伯")
    async with hub.books() as tx:
        for name, choice in (("陈伯", Choice.AGREE), ("林嫂", Choice.DISAGREE), ("黄明", Choice.AGREE)):
            cast = await cast_ballot(
                tx, counted.id, hub.residents[name], choice, actor=f"contact:{contact.id}", channel="simulator"
            )
            receipts.append(cast.receipt)
        counted = await close_matter(tx, counted, actor="test")
    return Filled(voting, counted, receipts, relief)


async def _disclose(hub: Hub) -> int:
    clerk = hub.staff["周文书"]
    async with hub.books() as tx:
        await state_opening(tx, hub.village, OCTOBER, 188_903_00, clerk)
        for entry in (
            Entry(DisclosureCategory.WORKS, "修三组水渠", Flow.EXPENDITURE, 12_600_00, "三家比价"),
            Entry(DisclosureCategory.ASSETS, "后山林地租金", Flow.INCOME, 24_000_00),
            Entry(DisclosureCategory.WORKS, "100%的水泥_款", Flow.EXPENDITURE, 2_000_00),
        ):
            await add_item(tx, hub.village, OCTOBER, entry, clerk)
        relief = await add_item(
            tx, hub.village, OCTOBER, Entry(DisclosureCategory.RELIEF, "发放低保金,24户", Flow.POSTED), clerk
        )
        await write_list(tx, hub.village, relief.id, NAMES, clerk)
        await mark_published(tx, hub.village, OCTOBER)
        assert await disclosure_for(tx, hub.village.id, OCTOBER)
        await add_urgent_item(tx, hub.village, Entry(DisclosureCategory.LAND, "征收二组旱地3亩", Flow.POSTED), clerk)
        await add_item(tx, hub.village, NOVEMBER, Entry(DisclosureCategory.OTHER, "UNPUBLISHED", Flow.POSTED), clerk)
    return relief.id


async def _matter(hub: Hub, title: str, plan: str) -> MatterRecord:
    contact = await hub.contact_of("陈伯")
    async with hub.books() as tx:
        proposed = await propose_matter(tx, hub.village, title, contact)
        published = await publish_matter(tx, proposed, Publication(title, plan, None, False), hub.staff["李书记"])
        closes = hub.clock() + timedelta(days=10)
        return await open_voting(tx, published, RollKind.ADULTS, closes, hub.staff["李书记"])

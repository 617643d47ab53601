"""Casting one vote, beside the least that a committed row can cost on the same disk."""

import asyncio
import sqlite3
import time
from contextlib import closing
from datetime import date, timedelta

from bot.opening import utc_now
from store.actions.ballots import cast_ballot
from store.actions.matters import Publication, open_voting, propose_matter, publish_matter
from store.domain.ballots import Choice
from store.domain.deliberation import RollKind
from store.tables import households, residents
from tests.bench.ratio import RUNS, Row, compare
from tests.bench.village import Village, open_village

VOTERS = 100


async def ballots() -> list[Row]:
    """A vote without names: locked matter, roll, sealed choice, chain and audit, one transaction a cast."""
    async with open_village() as village:
        voters = await _voters(village)
        row = await compare(
            "one ballot cast, casts/s",
            lambda: _cast(village, voters),
            lambda: asyncio.to_thread(_one_row_each, village),
            at_least=0.05,
        )
        await village.expect(VOTERS * RUNS, "casts")
        return [row]


async def _voters(village: Village) -> list[int]:
    area_id = village.hub.village.id
    async with village.database.write(utc_now()) as tx:
        homes = await tx.insert_for_ids(
            households, [{"area_id": area_id, "group_id": None, "number": f"9{home}"} for home in range(VOTERS)]
        )
        return await tx.insert_for_ids(residents, [_adult(area_id, home) for home in homes])


def _adult(area_id: int, home: int) -> dict[str, object]:
    return {
        "area_id": area_id,
        "group_id": None,
        "household_id": home,
        "name": "林某",
        "sex": "",
        "birth": date(1960, 1, 1),
        "relation": "",
        "is_head": True,
        "registered": True,
        "away": False,
        "away_place": "",
        "party_member": False,
        "representative": False,
        "collective_member": True,
        "flags": [],
    }


async def _cast(village: Village, voters: list[int]) -> float:
    matter_id = await _open_matter(village)
    contact = await village.hub.contact_of("陈伯")
    started = time.perf_counter()
    for voter in voters:
        async with village.database.write(utc_now()) as tx:
            await cast_ballot(tx, matter_id, voter, Choice.AGREE, actor=f"contact:{contact.id}", channel="kannel")
    return VOTERS / (time.perf_counter() - started)


async def _open_matter(village: Village) -> int:
    contact, person = await village.hub.contact_of("陈伯"), village.hub.staff["李书记"]
    async with village.database.write(utc_now()) as tx:
        proposed = await propose_matter(tx, village.hub.village, "鱼塘续包5年,年租8万", contact)
        what = Publication(proposed.title, "续包5年,年租8万,每年年初交齐。", None, named=False)
        published = await publish_matter(tx, proposed, what, person)
        return (await open_voting(tx, published, RollKind.ADULTS, tx.now + timedelta(days=10), person)).id


def _one_row_each(village: Village) -> float:
    """SQLite by itself, as safely: WAL, synchronous=FULL, a transaction a row."""
    with closing(sqlite3.connect(village.folder / "bare.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE IF NOT EXISTS ballots (id INTEGER PRIMARY KEY, voter INTEGER, choice TEXT)")
        started = time.perf_counter()
        for voter in range(VOTERS):
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO ballots (voter, choice) VALUES (?, ?)", (voter, "agree"))
            connection.execute("COMMIT")
        return VOTERS / (time.perf_counter() - started)

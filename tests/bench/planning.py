"""Planning a notice to very many households and writing it into the ledger, beside the same rows without a plan."""

import asyncio
import shutil
import sqlite3
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import Engine, create_engine, event, literal, select, text

from bot.opening import utc_now
from store.actions.notices import draft_notice
from store.domain.audiences import Audience, AudienceKind
from store.tables import deliveries
from tests.bench.households import FIRST_ID, numbers, settle
from tests.bench.processes import running
from tests.bench.ratio import FLAT, RUNS, Row, beside, compare, within
from tests.bench.village import CHUNK, STORE, Village, open_village
from tests.postgres import running_postgres

HOUSEHOLDS = 500_000
FEW, MANY = 10_000, 100_000
MOST_MB = 300
PEOPLE = 2
TEXT = "明早8点起全镇停水检修,请各户先存好水。"


@dataclass(frozen=True, slots=True)
class Planned:
    """What one run of the planning process cost."""

    seconds: float
    peak_mb: float


@dataclass(frozen=True, slots=True)
class Settled:
    """A store with so many households and an approved notice to all of them, of which nothing is written yet."""

    village: Village
    notice_id: int
    households: int

    def copy(self) -> str:
        """An untouched copy of the SQLite store, in which the next run finds what the one before found."""
        source = self.village.folder / STORE
        with closing(sqlite3.connect(source)) as connection:  # what stands in the write-ahead log would not be copied
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        target = source.with_name("copy.db")
        for leftover in source.parent.glob("copy.db*"):
            leftover.unlink()
        shutil.copyfile(source, target)
        return f"sqlite:///{target}"


@asynccontextmanager
async def settled(households: int, url: str = "") -> AsyncIterator[Settled]:
    async with open_village(url) as village:
        await _settle(village, households)
        async with village.database.write(utc_now()) as tx:
            audience = Audience(AudienceKind.VILLAGE, village.hub.village)
            notice = await draft_notice(tx, village.hub.village, audience, village.hub.staff["周文书"], TEXT)
        yield Settled(village, notice.id, households)


async def _settle(village: Village, households: int) -> None:
    number = numbers(households).c.number
    homes = select((number + FIRST_ID).label("id"), literal(village.hub.village.id).label("area_id")).subquery("homes")
    async with village.database.write(utc_now()) as tx:
        await settle(tx, homes, village.hub.chat.id, PEOPLE)
        if tx.is_postgresql:
            await tx.run(text("ANALYZE"))  # as autovacuum does within a minute


async def plan(store: Settled, url: str) -> Planned:
    command = (sys.executable, "-m", "tests.bench.planner", url, str(store.village.key_file), str(store.notice_id))
    async with running(*command, stdout=PIPE) as process:
        printed, _ = await process.communicate()
    seconds, peak = printed.split()
    return Planned(float(seconds), float(peak))


async def planning_on_sqlite() -> list[Row]:
    """The large size beside executemany; its memory; and what a recipient costs in smaller ones."""
    runs: dict[int, list[Planned]] = {}
    rows = []
    for households in (FEW, MANY, HOUSEHOLDS):
        mine = runs.setdefault(households, [])
        async with settled(households) as store:
            if households < HOUSEHOLDS:
                mine += [await plan(store, store.copy()) for _ in range(RUNS)]
            else:
                rows.append(await _beside_executemany(store, mine))
    rows.append(
        within(f"planning {HOUSEHOLDS:,} households, peak MB (less is better)", _peaks(runs[HOUSEHOLDS]), MOST_MB)
    )
    flat = f"memory flat: peak MB for {HOUSEHOLDS:,} households, {MANY:,} (reference) over it"
    few, many = median(_peaks(runs[MANY])), median(_peaks(runs[HOUSEHOLDS]))
    rows.append(Row(flat, many, few, few / many, FLAT))
    return [*rows, _growth(runs, FEW, MANY), _growth(runs, MANY, HOUSEHOLDS)]


def _peaks(runs: Sequence[Planned]) -> list[float]:
    return [one.peak_mb for one in runs]


def _growth(runs: dict[int, list[Planned]], few: int, many: int) -> Row:
    rates = [size / median(one.seconds for one in runs[size]) for size in (many, few)]
    return beside(f"growth: planning {many:,} households beside {few:,}, households/s", *rates, at_least=FLAT)


async def _beside_executemany(store: Settled, runs: list[Planned]) -> Row:
    """Both write into a copy of the same store; the second run's rows are those that the first one planned."""
    first = store.copy()
    runs.append(await plan(store, first))
    model = store.village.folder / "model.db"
    shutil.move(first.removeprefix("sqlite:///"), model)
    rows = _count(model)

    async def ours() -> float:
        runs.append(await plan(store, store.copy()))
        return rows / runs[-1].seconds

    async def reference() -> float:
        return rows / await asyncio.to_thread(_executemany, model, store.copy())

    name = f"plan and write {store.households:,} households ({rows:,} deliveries) on SQLite, rows/s"
    return await compare(name, ours, reference, at_least=0.7)


def _count(model: Path) -> int:
    with closing(sqlite3.connect(model)) as connection:
        counted: int = connection.execute("SELECT count(*) FROM deliveries WHERE notice_id IS NOT NULL").fetchone()[0]
    return counted


def _executemany(model: Path, url: str) -> float:
    """The seconds that the writing takes; what is to be written is read between."""
    source, engine = create_engine(f"sqlite:///{model}"), create_engine(url)
    event.listen(engine, "connect", _safe)
    seconds = 0.0
    with engine.connect() as connection:
        for rows in _rows(source):
            started = time.perf_counter()
            connection.execute(deliveries.insert(), rows)
            seconds += time.perf_counter() - started
        started = time.perf_counter()
        connection.commit()
        seconds += time.perf_counter() - started
    source.dispose()
    engine.dispose()
    return seconds


def _rows(source: Engine) -> Iterator[list[dict[str, Any]]]:
    ours = select(deliveries).where(deliveries.c.notice_id.is_not(None)).order_by(deliveries.c.id)
    with source.connect() as connection:
        for part in connection.execution_options(yield_per=CHUNK).execute(ours).mappings().partitions():
            yield [dict(row) for row in part]


def _safe(connection: Any, _record: object) -> None:
    """As the hub's own writing connection is."""
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


async def planning_on_postgresql() -> list[Row]:
    """Beside INSERT … SELECT of the same rows into the same, emptied table."""
    with running_postgres() as url:
        async with settled(HOUSEHOLDS, url) as store:
            await plan(store, url)
            rows = await _keep_model(store.village)

            async def ours() -> float:
                await _empty(store.village)
                return rows / (await plan(store, url)).seconds

            async def reference() -> float:
                await _empty(store.village)
                return rows / await _insert_select(store.village)

            name = f"plan and write {HOUSEHOLDS:,} households ({rows:,} deliveries) on PostgreSQL, rows/s"
            return [await compare(name, ours, reference, at_least=0.4)]


async def _keep_model(village: Village) -> int:
    async with village.database.write(utc_now()) as tx:
        await tx.run(text("CREATE TABLE model AS SELECT * FROM deliveries WHERE notice_id IS NOT NULL"))
        return int(await tx.scalar(text("SELECT count(*) FROM model")))


async def _empty(village: Village) -> None:
    async with village.database.write(utc_now()) as tx:
        await tx.run(text("TRUNCATE deliveries, questions CASCADE"))


async def _insert_select(village: Village) -> float:
    started = time.perf_counter()
    async with village.database.write(utc_now()) as tx:
        await tx.run(text("INSERT INTO deliveries SELECT * FROM model ORDER BY id"))
    return time.perf_counter() - started

"""Opening the store, and the transactions in which everything is read and written.

SQLite has two engines: one writing connection (BEGIN IMMEDIATE, synchronous=FULL, so that what was acknowledged
survives a power cut) and several reading ones. PostgreSQL has one pool for both. A driver's error never leaves here:
it becomes `StoreUnavailable`, and whoever asked may ask again.
"""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import structlog
from sqlalchemy import (
    URL,
    Connection,
    CursorResult,
    Engine,
    Executable,
    Insert,
    Table,
    bindparam,
    event,
    func,
    inspect,
    make_url,
    select,
    text,
)
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InternalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool
from sqlalchemy.util.concurrency import greenlet_spawn

from store.domain.audit import AuditFact, digest_of, entry_hash
from store.domain.errors import StoreUnavailable
from store.domain.jobs import Deferred, JobArguments, JobQueue, UnknownJob
from store.inserts import insert_for_ids, insert_into, insert_new, prepared
from store.keyring import Keyring
from store.sqlite_driver import BUSY_TIMEOUT_SECONDS, SqliteDriver
from store.tables import audit_entries, audit_heads

log = structlog.get_logger()

_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=ON",  # a destroyed ballot key leaves no bytes in its page
)
_READING = ("query_only=ON",)
_WRITING = ("busy_timeout=0",)  # the driver waits where it begins
READERS = 4
MANY = 200
"""Rows that one write may have and still run in the loop."""
CLOSE_SECONDS = 5

_Given = Mapping[str, object] | Sequence[Mapping[str, object]] | None

T = TypeVar("T")


@dataclass(slots=True)
class Transaction:
    """One transaction: the connection, the keys, the moment it stands for, and the audit facts it will leave behind.

    Whoever opens it with `Database.write` commits by leaving the block; actions join it and never commit. Where it
    `runs_here` (docs/decisions/0010), what is short runs in the event loop's thread.
    """

    connection: AsyncConnection
    keyring: Keyring
    now: datetime
    facts: list[AuditFact] = field(default_factory=list)
    _known: dict[Hashable, Any] = field(default_factory=dict)
    jobs: list[Deferred] = field(default_factory=list)
    runs_here: bool = False

    @property
    def is_postgresql(self) -> bool:
        return self.connection.dialect.name == "postgresql"

    async def once(self, key: Hashable, ask: Callable[[], Awaitable[T]]) -> T:
        """What `ask` answers, asked once in a transaction: areas, settings and accounts, which a turn needs many times.

        Whoever changes one of them makes the transaction `forget`.
        """
        if key not in self._known:
            self._known[key] = await ask()
        known: T = self._known[key]
        return known

    def forget(self) -> None:
        self._known.clear()

    async def _execute(self, statement: Executable, given: _Given = None) -> CursorResult[Any]:
        if self._here is None or _may_take_long(statement, given):
            return await self.connection.execute(statement, given)
        return self._here.execute(statement, given)

    async def _execute_raw(self, command: str, given: Sequence[Any] = ()) -> None:
        """A command in the driver's own words, once for each of the rows where there are any."""
        if self._here is None or len(given) > MANY:
            await self.connection.exec_driver_sql(command, given or None)
        else:
            self._here.exec_driver_sql(command, given or None)

    @property
    def _here(self) -> Connection | None:
        """On SQLite the connection that waits for nothing."""
        return self.connection.sync_connection if self.runs_here else None

    async def all(self, statement: Executable, given: Mapping[str, object] | None = None) -> Sequence[Any]:
        """Every row of a statement; columns are attributes of a row. `given` are the values of its bind parameters."""
        return (await self._execute(statement, given)).all()

    async def first(self, statement: Executable, given: Mapping[str, object] | None = None) -> Any:
        """The first row, or None."""
        return (await self._execute(statement, given)).first()

    async def scalar(self, statement: Executable, given: Mapping[str, object] | None = None) -> Any:
        """The first column of the first row, or None."""
        return (await self._execute(statement, given)).scalar()

    async def run(self, statement: Executable, given: Mapping[str, object] | None = None) -> int:
        """Execute a write; the number of rows that it touched."""
        return (await self._execute(statement, given)).rowcount

    async def run_many(self, statement: Executable, given: Sequence[Mapping[str, object]]) -> None:
        """Execute a write once for each of these parameters; not at all where there are none."""
        if given:
            await self._execute(statement, given)

    async def insert(self, table: Table, **values: object) -> int:
        """Insert one row; its id."""
        result = await self._execute(insert_into(table), values)
        key: Any = result.inserted_primary_key
        return int(key[0])

    async def insert_many(self, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
        if rows:
            await self._insert_rows(insert_into(table), rows)

    async def insert_for_ids(self, table: Table, rows: Sequence[Mapping[str, object]]) -> list[int]:
        """Insert many; their ids in the order of the rows."""
        if len(rows) <= 1:  # several times cheaper
            return [await self.insert(table, **row) for row in rows]
        return [int(key) for key in (await self._execute(insert_for_ids(table), rows)).scalars()]

    async def insert_new(self, table: Table, **values: object) -> bool:
        """Insert one row unless a unique constraint already holds it; whether it was new."""
        return await self.run(insert_new(table, is_postgresql=self.is_postgresql), values) > 0

    async def insert_new_many(self, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
        """Insert the rows that no unique constraint already holds."""
        if rows:
            await self._insert_rows(insert_new(table, is_postgresql=self.is_postgresql), rows)

    async def _insert_rows(self, statement: Insert, rows: Sequence[Mapping[str, object]]) -> None:
        """Bind them a column at a time: SQLAlchemy binds each row by itself, which costs as much as the row.

        A table with columns that make their own values is left to it.
        """
        if any(column.default for column in statement.table.columns):
            await self._execute(statement, rows)
            return
        insert = prepared(statement, tuple(rows[0]), self.connection.dialect)
        await self._execute_raw(insert.sql, insert.bound(rows))

    async def holds_alone(self, number: int) -> bool:
        """Whether no other transaction holds this number; let go when this one ends. SQLite has one writer only."""
        if not self.is_postgresql:
            return True
        return bool(await self.scalar(select(func.pg_try_advisory_xact_lock(number))))

    async def hold(self, name: str) -> None:
        """Wait until no other transaction holds this name; let go when this one ends. SQLite has one writer only."""
        if self.is_postgresql:
            await self.run(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))

    @contextlib.asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """A part that can be undone by itself: what it wrote, and the facts and jobs that it would have left."""
        facts, jobs = await self._begin_part()
        try:
            yield
        except BaseException:
            await self._undo_part(facts, jobs)
            raise
        await self._execute_raw("RELEASE part")

    @contextlib.asynccontextmanager
    async def trial(self) -> AsyncIterator[None]:
        """A part of which nothing stays: to see what would come of it."""
        facts, jobs = await self._begin_part()
        try:
            yield
        finally:
            await self._undo_part(facts, jobs)

    async def _begin_part(self) -> tuple[int, int]:
        """By hand: SQLAlchemy's own nested transactions compile a name for each. The same name twice is the inner."""
        await self._execute_raw("SAVEPOINT part")
        return len(self.facts), len(self.jobs)

    async def _undo_part(self, facts: int, jobs: int) -> None:
        del self.facts[facts:]
        del self.jobs[jobs:]
        self.forget()
        if not self.connection.invalidated:  # else everything is undone
            await self._execute_raw("ROLLBACK TO part")
            await self._execute_raw("RELEASE part")

    def audit(self, area_id: int, actor: str, action: str, subject: str, values: object = None) -> None:
        """Leave a fact in the area's chain; it is written last, when the transaction commits."""
        salt = secrets.token_hex(8) if values is not None else ""
        digest = digest_of(salt, values) if values is not None else ""
        self.facts.append(AuditFact(area_id, actor, action, subject, digest, salt))

    def defer(self, job: str, arguments: JobArguments, lock: str) -> None:
        """Let a job run once this has committed. Where it gets lost, the minute's tick finds its rows."""
        self.jobs.append(Deferred(job, arguments, lock))


def _may_take_long(statement: Executable, given: _Given) -> bool:
    """What would hold the loop up for some milliseconds: a write of very many rows."""
    copies_rows = isinstance(statement, Insert) and statement.select is not None
    return copies_rows or (isinstance(given, Sequence) and len(given) > MANY)


class Database:
    def __init__(self, url: str, keyring: Keyring) -> None:
        self.url = make_url(url)
        self.keyring = keyring
        self.queue: JobQueue | None = None
        """Where jobs are put after a commit; a command that is over at once has none, and leaves them to the tick."""
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self.url = self.url.set(drivername="sqlite+banyan")
            self._writing = _sqlite_engine(self.url.render_as_string(hide_password=False), readonly=False)
            self._reading = _sqlite_engine(self.url.render_as_string(hide_password=False), readonly=True)
        else:
            self.url = self.url.set(drivername="postgresql+psycopg")
            self._writing = create_async_engine(
                self.url, pool_size=10, max_overflow=10, pool_pre_ping=True, hide_parameters=True
            )
            self._reading = self._writing

    @contextlib.asynccontextmanager
    async def write(self, now: datetime) -> AsyncIterator[Transaction]:
        """A transaction that commits when the block ends well and leaves nothing behind when it does not.

        Raises StoreUnavailable where the database is locked, full or gone.
        """
        with driver_errors_mapped():
            async with _begun(self._writing) as connection:
                transaction = Transaction(connection, self.keyring, now, runs_here=self.is_sqlite)
                yield transaction
                await _extend_chains(transaction)
        if transaction.jobs and self.queue:
            await _put(self.queue, transaction.jobs)

    @contextlib.asynccontextmanager
    async def read(self, now: datetime) -> AsyncIterator[Transaction]:
        """A consistent view that writes nothing. Raises StoreUnavailable as `write` does."""
        with driver_errors_mapped():
            async with self._reading.connect() as connection:
                yield Transaction(connection, self.keyring, now)

    async def revision(self) -> str:
        """The migration that the store has reached; "" where there is none yet. Raises StoreUnavailable."""
        with driver_errors_mapped():
            async with self._reading.connect() as connection:
                if not await connection.run_sync(lambda sync: inspect(sync).has_table("alembic_version")):
                    return ""
                found = await connection.execute(text("SELECT version_num FROM alembic_version"))
                return str(found.scalar() or "")

    async def is_alive(self) -> bool:
        try:
            with driver_errors_mapped():
                async with self._reading.connect() as connection:
                    await connection.execute(text("SELECT 1"))
        except StoreUnavailable:
            return False
        return True

    async def close(self) -> None:
        """Close every connection, once what is under way on it has ended; a hung statement is waited for so long only.

        A connection that comes back to a pool which was given up would be closed by nobody.
        """
        for engine in dict.fromkeys((self._writing, self._reading)):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await _all_returned(engine)
            await engine.dispose()
            if self.is_sqlite:
                driver: Any = engine.dialect.dbapi
                driver.leave_all()
                await asyncio.to_thread(driver.wait_for_threads, CLOSE_SECONDS)


@contextlib.asynccontextmanager
async def _begun(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """What `engine.begin()` does in five greenlets and a task, in two greenlets: they cost as much as a statement."""
    connection = AsyncConnection(engine, await greenlet_spawn(_begin, engine.sync_engine))
    try:
        yield connection
        await greenlet_spawn(_commit, connection.sync_connection)
    except BaseException:
        await asyncio.shield(asyncio.create_task(connection.close()))
        raise


def _begin(engine: Engine) -> Connection:
    connection = engine.connect()
    try:
        connection.begin()
    except BaseException:
        connection.close()
        raise
    return connection


def _commit(connection: Connection) -> None:
    connection.commit()
    connection.close()


async def _all_returned(engine: AsyncEngine) -> None:
    """Wait until nobody holds a connection: a request that was cut off still rolls back."""
    pool: Any = engine.pool
    while pool.checkedout():  # noqa: ASYNC110 - a pool has no event for it
        await asyncio.sleep(0.01)


def conninfo_of(url: URL | str) -> str:
    """The address of a PostgreSQL store as libpq reads it, for those who speak to it without SQLAlchemy."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


@contextlib.contextmanager
def driver_errors_mapped() -> Iterator[None]:
    """An outage becomes StoreUnavailable. What the statement is to blame for is none, or it is waited out for ever."""
    try:
        yield
    except (DataError, IntegrityError, InternalError, ProgrammingError) as error:  # InternalError: a trigger refused
        if error.connection_invalidated:
            raise StoreUnavailable(type(error).__name__) from error
        raise
    except (DBAPIError, PoolTimeout) as error:
        raise StoreUnavailable(type(error).__name__) from error


def _sqlite_engine(url: str, *, readonly: bool) -> AsyncEngine:
    engine = create_async_engine(
        url,
        module=SqliteDriver(direct=not readonly),
        hide_parameters=True,
        poolclass=AsyncAdaptedQueuePool,
        pool_size=READERS if readonly else 1,
        max_overflow=0,
        pool_timeout=30,
        connect_args={"timeout": BUSY_TIMEOUT_SECONDS, "isolation_level": None, "check_same_thread": False},
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _configure(dbapi_connection: Any, _record: object) -> None:
        try:
            cursor = dbapi_connection.cursor()
            for pragma in _PRAGMAS + (_READING if readonly else _WRITING):
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()
        except BaseException:
            dbapi_connection.terminate()  # the pool forgets a connection that failed here, and its thread would live on
            raise
        dbapi_connection.is_new = False

    return engine


async def _put(queue: JobQueue, jobs: Sequence[Deferred]) -> None:
    """What was committed stays so: a queue that does not answer costs the jobs a minute, until the tick."""
    for job in jobs:
        try:
            await queue.defer(job.name, job.arguments, job.lock)
        except (StoreUnavailable, UnknownJob):
            log.warning("job.not_deferred", job=job.name)


async def _extend_chains(transaction: Transaction) -> None:
    """Write the audit facts. A chain's head is locked here, last of all locks, just before the commit."""
    for area_id in sorted({fact.area_id for fact in transaction.facts}):
        facts = [fact for fact in transaction.facts if fact.area_id == area_id]
        await _extend_chain(transaction, area_id, facts)


async def _extend_chain(transaction: Transaction, area_id: int, facts: Sequence[AuditFact]) -> None:
    head, now = await transaction.first(_HEAD, {"area": area_id}), transaction.now
    rows, before = [], head.hash
    for sequence, fact in enumerate(facts, start=head.sequence + 1):
        before = entry_hash(before, sequence, fact, now)
        rows.append({**asdict(fact), "sequence": sequence, "hash": before, "at": now})
    await transaction.insert_many(audit_entries, rows)
    await transaction.run(_MOVE_HEAD, {"area": area_id, "to": head.sequence + len(rows), "newest": before})


_HEAD = (
    select(audit_heads.c.sequence, audit_heads.c.hash)
    .where(audit_heads.c.area_id == bindparam("area"))
    .with_for_update()
)
_MOVE_HEAD = (
    audit_heads.update()
    .where(audit_heads.c.area_id == bindparam("area"))
    .values(sequence=bindparam("to"), hash=bindparam("newest"))
)

"""Bringing a store to the shape that this version of Banyan expects: Alembic, configured in code.

One migrator at a time. On SQLite foreign keys are off while tables are rebuilt (a batch ALTER with them on cascades
into children), and are checked before the commit.
"""

from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, create_engine, event, make_url, text
from sqlalchemy.pool import NullPool

from store.database import driver_errors_mapped
from store.tables import metadata

_MIGRATOR_LOCK = 5_200_211
"""PostgreSQL advisory lock of whoever migrates."""


def _scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)


def migrate_store(database_url: str) -> None:
    """`migrate` for a setting's text; makes the folder of an SQLite file."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    migrate(url)


def is_known(revision: str) -> bool:
    """Whether this version has that migration; one of a newer version it has not."""
    return any(script.revision == revision for script in _scripts().walk_revisions())


def revision_of(url: URL) -> str:
    """The migration that a store has reached; "" where there is none. Raises StoreUnavailable."""
    engine = create_engine(url.set(drivername=_sync_driver(url)), poolclass=NullPool)
    with driver_errors_mapped(), engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() or ""


def migrate(url: URL, revision: str = "head") -> None:
    """Create the tables or bring them to that revision. Runs synchronously; safe to call when nothing is to be done.

    Raises StoreUnavailable.
    """
    sqlite = url.get_backend_name() == "sqlite"
    engine = create_engine(url.set(drivername=_sync_driver(url)), poolclass=NullPool)
    if sqlite:
        event.listen(engine, "connect", _without_driver_transactions)
        event.listen(engine, "begin", _begin_immediate)
    with driver_errors_mapped(), engine.begin() as connection:
        if not sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATOR_LOCK})
        _upgrade(connection, revision)
        if sqlite and (broken := connection.execute(text("PRAGMA foreign_key_check")).all()):
            raise RuntimeError(f"the migration would break {len(broken)} references; nothing was changed")
    engine.dispose()


def _without_driver_transactions(dbapi_connection: object, _record: object) -> None:
    dbapi_connection.isolation_level = None  # type: ignore[attr-defined]
    dbapi_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[attr-defined]


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _upgrade(connection: Connection, target: str) -> None:
    scripts = _scripts()

    def steps(revision: str | tuple[str, ...], _context: MigrationContext) -> list[RevisionStep]:
        return scripts._upgrade_revs(target, revision)  # type: ignore[arg-type]  # noqa: SLF001 - as Alembic's commands do

    with EnvironmentContext(Config(), scripts, fn=steps) as environment:
        environment.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
        with environment.begin_transaction():
            environment.run_migrations()


def _sync_driver(url: URL) -> str:
    return "sqlite" if url.get_backend_name() == "sqlite" else "postgresql+psycopg"

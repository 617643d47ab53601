"""What the tables are made of."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Integer,
    MetaData,
)
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, stored in UTC. SQLite would drop the zone without converting."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], datetime | str | None] | None:
        return _as_sqlite_writes_it if dialect.name == "sqlite" else super().bind_processor(dialect)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        return None if value is None else _utc(value)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


def _utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a naive datetime may not enter the store")
    return value if value.tzinfo is UTC else value.astimezone(UTC)


@lru_cache(maxsize=1024)  # the rows of a transaction share their moments
def _as_sqlite_writes_it(value: datetime | None) -> str | None:
    """As SQLAlchemy's own DATETIME of SQLite: in the order of time, and readable by SQLite's functions."""
    return None if value is None else _utc(value).replace(tzinfo=None).isoformat(" ", "microseconds")


Id = BigInteger().with_variant(Integer, "sqlite")


def id_() -> Column[int]:
    return Column("id", Id, primary_key=True, autoincrement=True)


def to(name: str, target: str, *, optional: bool = False, **options: Any) -> Column[int]:
    return Column(name, Id, ForeignKey(f"{target}.id"), nullable=optional, **options)


def moment(name: str, *, optional: bool = False) -> Column[datetime]:
    return Column(name, UtcDateTime, nullable=optional)

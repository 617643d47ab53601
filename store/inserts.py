"""Inserts, kept as they are rendered, and what makes of each column's values what the driver takes."""

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Dialect, Executable, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite


# A statement that is kept is rendered and looked up several times faster than one that is built anew.
@functools.cache
def insert_into(table: Table) -> Insert:
    return table.insert()


@functools.cache
def insert_for_ids(table: Table) -> Executable:
    return table.insert().returning(table.c.id, sort_by_parameter_order=True)


@functools.cache
def insert_new(table: Table, *, is_postgresql: bool) -> Insert:
    dialect_insert = postgresql.insert if is_postgresql else sqlite.insert
    # Of an insert SQLAlchemy forgets the count of rows unless it is told to keep it.
    return dialect_insert(table).on_conflict_do_nothing().execution_options(preserve_rowcount=True)


@dataclass(frozen=True, slots=True)
class Prepared:
    """An insert as the driver takes it, and what makes of each column's values what the driver takes."""

    sql: str
    columns: Sequence[tuple[str, Callable[[Any], Any] | None]]
    by_name: bool

    def bound(self, rows: Sequence[Mapping[str, object]]) -> Sequence[Any]:
        values = [
            [row[name] for row in rows] if bind is None else [bind(row[name]) for row in rows]
            for name, bind in self.columns
        ]
        if not self.by_name:
            return list(zip(*values, strict=True))
        names = [name for name, _ in self.columns]
        return [dict(zip(names, row, strict=True)) for row in zip(*values, strict=True)]


@functools.cache
def prepared(statement: Insert, names: tuple[str, ...], dialect: Dialect) -> Prepared:
    """An insert of these columns for a driver that takes its values by place (SQLite's) or by name (psycopg)."""
    compiled: Any = statement.compile(dialect=dialect, column_keys=names)
    types = {name: statement.table.c[name].type.dialect_impl(dialect) for name in names}
    columns = [(name, types[name].bind_processor(dialect)) for name in compiled.positiontup or names]
    return Prepared(str(compiled), columns, by_name=not compiled.positional)

"""Work that outlives a request."""

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, String, Table, text

from store.tables.columns import id_, metadata, moment, to

jobs = Table(
    "jobs",
    metadata,
    id_(),
    Column("name", String(24), nullable=False),
    Column("arguments", JSON, nullable=False),
    Column("lock", String(80)),
    Column("state", String(8), nullable=False),
    Column("attempts", Integer, nullable=False),
    moment("due_at"),
    Column("lease_holder", String(64), nullable=False),
    moment("lease_until", optional=True),
    moment("created_at"),
    Index(
        "uq_jobs_waiting",
        "lock",
        unique=True,
        sqlite_where=text("state = 'waiting'"),
        postgresql_where=text("state = 'waiting'"),
    ),
)

progress = Table(
    "progress",
    metadata,
    Column("job", String(24), primary_key=True),
    Column("subject_id", BigInteger, primary_key=True),
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    moment("begun_at"),
    moment("touched_at"),
    Column("puts", Integer, nullable=False),
    moment("put_at"),
    moment("finished_at", optional=True),
    Index(
        "ix_progress_unfinished",
        "touched_at",
        sqlite_where=text("finished_at IS NULL"),
        postgresql_where=text("finished_at IS NULL"),
    ),
)

tasks = Table(
    "tasks",
    metadata,
    id_(),
    Column("job", String(24), nullable=False),
    to("area_id", "areas"),
    to("staff_id", "staff"),
    Column("facts", JSON, nullable=False),
    Column("outcome", String(24), nullable=False),
    Column("result", JSON, nullable=False),
    Column("file", String(64), nullable=False),
    Column("file_name", String(80), nullable=False),
    moment("asked_at"),
    Index("ix_tasks_staff", "staff_id", "id"),
)

"""Days that come again, their occurrences and bookings."""

from sqlalchemy import JSON, Column, Date, Index, Integer, LargeBinary, String, Table, Time, UniqueConstraint, text

from store.tables.columns import id_, metadata, moment, to

series = Table(
    "series",
    metadata,
    id_(),
    to("area_id", "areas"),
    Column("kind", String(16), nullable=False),
    Column("service", String(16), nullable=False),
    Column("host", String(80), nullable=False),
    Column("place", String(80), nullable=False),
    Column("rule", String(200), nullable=False),
    Column("first_day", Date, nullable=False),
    Column("holiday_rule", String(12), nullable=False),
    Column("exceptions", JSON, nullable=False),
    Column("extra", JSON, nullable=False),
    Column("starts_at", Time, nullable=False),
    Column("ends_at", Time, nullable=False),
    Column("slot_minutes", Integer, nullable=False),
    moment("created_at"),
    moment("ended_at", optional=True),
    moment("planned_at", optional=True),
    Index(
        "uq_series_running",
        "area_id",
        "kind",
        "service",
        unique=True,
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
)

occurrences = Table(
    "occurrences",
    metadata,
    id_(),
    to("series_id", "series"),
    Column("nominal_day", Date, nullable=False),
    Column("day", Date, nullable=False),
    moment("wakes_at", optional=True),
    moment("moved_at", optional=True),
    moment("cancelled_at", optional=True),
    Column("reason", String(200), nullable=False),
    Column("place", String(80), nullable=False),
    UniqueConstraint("series_id", "nominal_day"),
    Index("ix_occurrences_series_day", "series_id", "day"),
    Index(
        "ix_occurrences_waiting",
        "wakes_at",
        sqlite_where=text("wakes_at IS NOT NULL"),
        postgresql_where=text("wakes_at IS NOT NULL"),
    ),
)

occurrence_steps = Table(
    "occurrence_steps",
    metadata,
    id_(),
    to("occurrence_id", "occurrences"),
    Column("step", String(20), nullable=False),
    Column("outcome", String(12), nullable=False),
    moment("at"),
    UniqueConstraint("occurrence_id", "step"),
)

bookings = Table(
    "bookings",
    metadata,
    id_(),
    to("occurrence_id", "occurrences"),
    Column("slot", Integer, nullable=False),
    to("contact_id", "contacts", index=True),
    to("resident_id", "residents", optional=True, index=True),
    moment("booked_at"),
    moment("confirmed_at", optional=True),
    moment("cancelled_at", optional=True),
    Index(
        "uq_bookings_slot",
        "occurrence_id",
        "slot",
        unique=True,
        sqlite_where=text("cancelled_at IS NULL"),
        postgresql_where=text("cancelled_at IS NULL"),
    ),
)

calendar_feeds = Table(
    "calendar_feeds",
    metadata,
    to("staff_id", "staff", primary_key=True),
    Column("token_index", LargeBinary, nullable=False, unique=True),
    moment("begun_at"),
)

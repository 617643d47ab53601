"""Emergency notices and their transfer lists."""

from sqlalchemy import JSON, Column, Index, String, Table, Text, UniqueConstraint, text

from store.tables.columns import id_, metadata, moment, to

emergency_notices = Table(
    "emergency_notices",
    metadata,
    to("notice_id", "notices", primary_key=True),
    to("lifts_id", "notices", optional=True, unique=True),
    Column("source", String(16), nullable=False),
    Column("issuer", String(40), nullable=False),
    Column("hazard", String(16), nullable=False),
    Column("level", String(8), nullable=False),
    moment("issued_at"),
    Column("evidence_text", Text, nullable=False),
    Column("evidence_files", JSON, nullable=False),
)

emergency_rolls = Table(
    "emergency_rolls",
    metadata,
    id_(),
    to("notice_id", "notices", unique=True),
    to("area_id", "areas", index=True),
    to("opened_by", "staff"),
    moment("opened_at"),
    moment("calls_at"),
    moment("called_at", optional=True),
    moment("closed_at", optional=True),
    Index(
        "ix_emergency_rolls_waiting",
        "calls_at",
        sqlite_where=text("called_at IS NULL AND closed_at IS NULL"),
        postgresql_where=text("called_at IS NULL AND closed_at IS NULL"),
    ),
)

emergency_roll_entries = Table(
    "emergency_roll_entries",
    metadata,
    id_(),
    to("roll_id", "emergency_rolls"),
    to("household_id", "households"),
    to("resident_id", "residents", index=True),
    to("group_id", "areas", optional=True),
    to("contact_id", "contacts", optional=True, index=True),
    to("officer_id", "staff", optional=True),
    Column("reply", String(8), nullable=False),
    moment("replied_at", optional=True),
    Column("outcome", String(8), nullable=False),
    to("outcome_by", "staff", optional=True),
    moment("outcome_at", optional=True),
    UniqueConstraint("roll_id", "household_id"),
)

"""Notices, and what people do about them outside the channels."""

from sqlalchemy import JSON, Boolean, Column, Index, Integer, String, Table, Text, UniqueConstraint, text

from store.tables.columns import id_, metadata, moment, to

circulars = Table(
    "circulars",
    metadata,
    id_(),
    to("drafted_by", "staff"),
    moment("drafted_at"),
)

notices = Table(
    "notices",
    metadata,
    id_(),
    to("area_id", "areas", index=True),
    to("circular_id", "circulars", optional=True),
    Column("number", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("audience", JSON, nullable=False),
    to("audience_area_id", "areas"),
    Column("fallback_minutes", Integer, nullable=False),
    Column("fallback_unknown", Boolean, nullable=False),
    Column("asks", String(8), nullable=False),
    Column("choices", JSON, nullable=False),
    Column("state", String(12), nullable=False),
    Column("frozen_hash", String(64), nullable=False),
    Column("plan_hash", String(64), nullable=False),
    Column("needs_town", Boolean, nullable=False),
    to("drafted_by", "staff"),
    to("decided_by", "staff", optional=True),
    Column("refusal", String(200), nullable=False),
    moment("drafted_at"),
    moment("decided_at", optional=True),
    moment("reminded_at", optional=True),
    moment("paused_at", optional=True),
    moment("cancelled_at", optional=True),
    moment("closed_at", optional=True),
    moment("looks_at", optional=True),
    UniqueConstraint("area_id", "number"),
    Index(
        "ix_notices_circular_id",
        "circular_id",
        sqlite_where=text("circular_id IS NOT NULL"),
        postgresql_where=text("circular_id IS NOT NULL"),
    ),
    Index(
        "ix_notices_open",
        "looks_at",
        sqlite_where=text("state = 'approved' AND closed_at IS NULL"),
        postgresql_where=text("state = 'approved' AND closed_at IS NULL"),
    ),
)

notice_visits = Table(
    "notice_visits",
    metadata,
    id_(),
    to("notice_id", "notices"),
    to("village_id", "areas"),
    to("resident_id", "residents", index=True),
    Column("ticket_number", Integer, nullable=False),
    Column("reason", String(80), nullable=False),
    Column("outcome", String(12), nullable=False),
    moment("opened_at"),
    moment("reported_at", optional=True),
    UniqueConstraint("notice_id", "resident_id"),
    UniqueConstraint("village_id", "ticket_number"),
)

notice_postings = Table(
    "notice_postings",
    metadata,
    id_(),
    to("notice_id", "notices", index=True),
    Column("group_name", String(40), nullable=False),
    to("by_staff_id", "staff"),
    moment("at"),
)

notice_answers = Table(
    "notice_answers",
    metadata,
    id_(),
    to("notice_id", "notices"),
    to("resident_id", "residents", index=True),
    to("contact_id", "contacts"),
    Column("answer", String(16), nullable=False),
    moment("answered_at"),
    UniqueConstraint("notice_id", "resident_id"),
)

notice_figures = Table(
    "notice_figures",
    metadata,
    to("notice_id", "notices", primary_key=True),
    Column("households", Integer, nullable=False),
    Column("proven", Integer, nullable=False),
)

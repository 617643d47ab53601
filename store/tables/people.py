"""Households and residents, what is noted of them, and what they ask of it."""

from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from store.domain.names import initials_of
from store.tables.columns import id_, metadata, moment, to


def _initials(context: Any) -> str:
    """Whoever adds a resident need not think of it; an edit of the name writes it anew."""
    return initials_of(context.get_current_parameters()["name"])


households = Table(
    "households",
    metadata,
    id_(),
    to("area_id", "areas"),
    to("group_id", "areas", optional=True),
    Column("number", String(40), nullable=False),
    UniqueConstraint("area_id", "number"),
)

household_liaisons = Table(
    "household_liaisons",
    metadata,
    to("household_id", "households", primary_key=True),
    to("staff_id", "staff", index=True),
    moment("since"),
)

residents = Table(
    "residents",
    metadata,
    id_(),
    to("area_id", "areas"),
    to("group_id", "areas", optional=True, index=True),
    to("household_id", "households", index=True),
    Column("name", String(80), nullable=False),
    Column("sex", String(6), nullable=False),
    Column("birth", Date),
    Column("birth_year", Integer),
    Column("relation", String(20), nullable=False),
    Column("is_head", Boolean, nullable=False),
    Column("registered", Boolean, nullable=False),
    Column("away", Boolean, nullable=False),
    Column("away_place", String(80), nullable=False),
    Column("identity_hash", LargeBinary),
    Column("party_member", Boolean, nullable=False),
    Column("representative", Boolean, nullable=False),
    Column("collective_member", Boolean, nullable=False),
    Column("flags", JSON, nullable=False),
    Column("initials", String(80), nullable=False, default=_initials),
    Column("gone", String(8), nullable=False, default=""),
    moment("gone_at", optional=True),
    to("merged_into_id", "residents", optional=True),
    Index("ix_residents_area_name", "area_id", "name"),
    Index("ix_residents_area_initials", "area_id", "initials"),
)

tags = Table(
    "tags",
    metadata,
    id_(),
    to("area_id", "areas"),
    Column("name", String(20), nullable=False),
    UniqueConstraint("area_id", "name"),
)

resident_tags = Table(
    "resident_tags",
    metadata,
    to("tag_id", "tags", primary_key=True),
    to("resident_id", "residents", primary_key=True, index=True),
)

resident_flags = Table(
    "resident_flags",
    metadata,
    id_(),
    to("resident_id", "residents", index=True),
    Column("flag", String(16), nullable=False),
    Column("purpose", String(200), nullable=False),
    Column("until", Date, nullable=False),
    moment("set_at"),
    moment("ended_at", optional=True),
    Index(
        "uq_resident_flags_borne",
        "resident_id",
        "flag",
        unique=True,
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
)

person_requests = Table(
    "person_requests",
    metadata,
    id_(),
    to("area_id", "areas", index=True),
    to("resident_id", "residents", index=True),
    to("taken_by", "staff"),
    Column("kind", String(8), nullable=False),
    Column("said", Text, nullable=False),
    Column("answer", Text, nullable=False),
    moment("asked_at"),
    moment("due_at"),
    moment("answered_at", optional=True),
)

roster_uploads = Table(
    "roster_uploads",
    metadata,
    id_(),
    to("area_id", "areas", index=True),
    to("staff_id", "staff"),
    Column("name", String(120), nullable=False),
    Column("content", LargeBinary),
    Column("people", Integer, nullable=False),
    Column("state", String(8), nullable=False),
    Column("flags", JSON, nullable=False),
    Column("reason", String(200), nullable=False),
    Column("problem", String(40), nullable=False),
    Column("counts", JSON, nullable=False),
    moment("uploaded_at"),
    moment("taken_at", optional=True),
)

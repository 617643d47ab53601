"""Matters under deliberation: comments, rolls and ballots."""

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from store.tables.columns import id_, metadata, moment, to

matters = Table(
    "matters",
    metadata,
    id_(),
    to("area_id", "areas", index=True),
    to("group_id", "areas", optional=True),
    Column("code", Integer),
    Column("title", String(120), nullable=False),
    Column("plan", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("held_as", String(16), nullable=False),
    Column("named", Boolean, nullable=False),
    Column("roll", String(24), nullable=False),
    Column("rule", Text, nullable=False),
    to("proposed_by_contact_id", "contacts", optional=True),
    Column("roll_size", Integer, nullable=False),
    Column("cast_count", Integer, nullable=False),
    Column("chain_head", String(64), nullable=False),
    Column("tally", JSON(none_as_null=True)),
    Column("meeting", JSON(none_as_null=True)),
    Column("outcome", Text, nullable=False),
    moment("proposed_at"),
    moment("opened_at", optional=True),
    moment("closes_at", optional=True),
    moment("closed_at", optional=True),
    Index(
        "uq_matters_open_code",
        "area_id",
        "code",
        unique=True,
        sqlite_where=text("state IN ('published', 'voting')"),
        postgresql_where=text("state IN ('published', 'voting')"),
    ),
)

matter_comments = Table(
    "matter_comments",
    metadata,
    id_(),
    to("matter_id", "matters"),
    Column("number", Integer, nullable=False),
    to("contact_id", "contacts"),
    Column("signature", String(80), nullable=False),
    Column("text", Text, nullable=False),
    moment("at"),
    UniqueConstraint("matter_id", "number"),
)

entitlements = Table(
    "entitlements",
    metadata,
    id_(),
    to("matter_id", "matters", index=True),
    Column("kind", String(16), nullable=False),
    to("resident_id", "residents", optional=True),
    to("household_id", "households", optional=True),
    UniqueConstraint("matter_id", "resident_id"),
    UniqueConstraint("matter_id", "household_id"),
)

entitlement_holders = Table(
    "entitlement_holders",
    metadata,
    to("entitlement_id", "entitlements", primary_key=True),
    to("resident_id", "residents", primary_key=True, index=True),
)

casts = Table(
    "casts",
    metadata,
    id_(),
    to("matter_id", "matters"),
    to("entitlement_id", "entitlements", index=True),
    Column("sequence", Integer, nullable=False),
    Column("choice", Integer),
    Column("receipt", String(12), nullable=False),
    Column("nonce", String(32), nullable=False),
    Column("sealed", LargeBinary),
    Column("receipt_mark", LargeBinary),
    Column("channel", String(16), nullable=False),
    Column("chain", String(64), nullable=False),
    moment("at"),
    UniqueConstraint("matter_id", "sequence"),
    CheckConstraint("(choice IS NULL) <> (sealed IS NULL)", name="named_or_sealed"),
    CheckConstraint("sealed IS NULL OR (receipt = '' AND nonce = '')", name="nothing_beside_the_seal"),
)

ballot_keys = Table(
    "ballot_keys",
    metadata,
    to("matter_id", "matters", primary_key=True),
    Column("sealed_key", LargeBinary, nullable=False),
)

ballot_box = Table(
    "ballot_box",
    metadata,
    to("matter_id", "matters", primary_key=True),
    Column("receipt", String(12), primary_key=True),
    Column("choice", Integer, nullable=False),
)

paper_entries = Table(
    "paper_entries",
    metadata,
    to("entitlement_id", "entitlements", primary_key=True),
    to("matter_id", "matters", index=True),
    to("by_staff_id", "staff"),
    Column("held", Text, nullable=False),
    moment("at"),
)

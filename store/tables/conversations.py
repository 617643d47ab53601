"""What comes in, and what a conversation waits for."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ColumnElement,
    FromClause,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    literal_column,
    text,
)

from store.tables.columns import id_, metadata, moment, to

sessions = Table(
    "sessions",
    metadata,
    to("contact_id", "contacts", primary_key=True),
    Column("step", String(40), nullable=False),
    Column("data", JSON, nullable=False),
    Column("options", JSON, nullable=False),
    Column("turn", Integer, nullable=False),
    to("speaker_id", "residents", optional=True),
    moment("speaker_until", optional=True),
    moment("expires_at"),
    moment("flood_told_at", optional=True),
)

questions = Table(
    "questions",
    metadata,
    id_(),
    to("contact_id", "contacts"),
    Column("kind", String(24), nullable=False),
    Column("subject_id", BigInteger, nullable=False),
    Column("label", String(80), nullable=False),
    Column("options", JSON, nullable=False),
    moment("asked_at"),
    moment("answered_at", optional=True),
    Index(
        "ix_questions_open",
        "contact_id",
        "kind",
        "subject_id",
        sqlite_where=text("answered_at IS NULL"),
        postgresql_where=text("answered_at IS NULL"),
    ),
)

inbound_messages = Table(
    "inbound_messages",
    metadata,
    id_(),
    to("account_id", "channel_accounts"),
    Column("provider_id", String(80), nullable=False),
    Column("address", LargeBinary, nullable=False),
    Column("address_index", LargeBinary, nullable=False),
    Column("body", JSON, nullable=False),
    Column("state", String(12), nullable=False),
    Column("failures", Integer, nullable=False),
    moment("received_at"),
    moment("due_at"),
    moment("handled_at", optional=True),
    to("contact_id", "contacts", optional=True),
    UniqueConstraint("account_id", "provider_id"),
    Index(
        "ix_inbound_messages_waiting",
        "due_at",
        "id",
        sqlite_where=text("state = 'received'"),
        postgresql_where=text("state = 'received'"),
    ),
    Index("ix_inbound_messages_sender", "address_index", "received_at"),
    Index(
        "ix_inbound_messages_contact_id",
        "contact_id",
        sqlite_where=text("contact_id IS NOT NULL"),
        postgresql_where=text("contact_id IS NOT NULL"),
    ),
)


def waits_for_turn(table: FromClause = inbound_messages) -> ColumnElement[bool]:
    """In words that the partial index is found by without compiling the statement at each execution."""
    return table.c.state == literal_column("'received'")


files = Table(
    "files",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("media_type", String(40), nullable=False),
    Column("size", Integer, nullable=False),
    moment("created_at"),
    moment("dropped_at", optional=True),
)

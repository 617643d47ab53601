"""The delivery ledger."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ColumnElement,
    FromClause,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
    text,
)

from store.domain.deliveries import DeliveryState
from store.tables.columns import id_, metadata, moment, to

deliveries = Table(
    "deliveries",
    metadata,
    id_(),
    to("area_id", "areas"),
    to("account_id", "channel_accounts", optional=True),
    to("contact_id", "contacts", optional=True, index=True),
    to("resident_id", "residents", optional=True),
    to("notice_id", "notices", optional=True),
    to("reminds_id", "notices", optional=True),
    to("ticket_id", "tickets", optional=True),
    to("matter_id", "matters", optional=True),
    to("occurrence_id", "occurrences", optional=True),
    to("inbound_id", "inbound_messages", optional=True),
    to("falls_back_from_id", "deliveries", optional=True),
    Column("text", Text, nullable=False),
    Column("buttons", JSON, nullable=False),
    Column("replaces", String(80), nullable=False),
    Column("is_receipt", Boolean, nullable=False),
    Column("is_bulk", Boolean, nullable=False),
    Column("state", String(12), nullable=False),
    Column("reason", String(80), nullable=False),
    Column("provider_id", String(80), nullable=False),
    Column("attempts", Integer, nullable=False),
    moment("due_at"),
    Column("lease_holder", String(64), nullable=False),
    moment("lease_until", optional=True),
    moment("created_at"),
    moment("sent_at", optional=True),
    moment("delivered_at", optional=True),
    moment("confirmed_at", optional=True),
    Index(
        "ix_deliveries_waiting",
        "account_id",
        "is_bulk",
        "due_at",
        "id",
        sqlite_where=text("state = 'queued'"),
        postgresql_where=text("state = 'queued'"),
    ),
    Index(
        "ix_deliveries_sending",
        "account_id",
        "lease_until",
        sqlite_where=text("state = 'sending'"),
        postgresql_where=text("state = 'sending'"),
    ),
    Index(
        "ix_deliveries_unknown",
        "account_id",
        sqlite_where=text("state = 'unknown'"),
        postgresql_where=text("state = 'unknown'"),
    ),
    # Most rows are of a ticket or of a notice or of neither: each index holds its own only.
    Index(
        "ix_deliveries_notice",
        "notice_id",
        "state",
        sqlite_where=text("notice_id IS NOT NULL"),
        postgresql_where=text("notice_id IS NOT NULL"),
    ),
    Index(
        "ix_deliveries_ticket_id",
        "ticket_id",
        sqlite_where=text("ticket_id IS NOT NULL"),
        postgresql_where=text("ticket_id IS NOT NULL"),
    ),
    Index(
        "ix_deliveries_matter_id",
        "matter_id",
        sqlite_where=text("matter_id IS NOT NULL"),
        postgresql_where=text("matter_id IS NOT NULL"),
    ),
    Index("ix_deliveries_due_at", "due_at"),
    Index(
        "ix_deliveries_second_step",
        "falls_back_from_id",
        sqlite_where=text("falls_back_from_id IS NOT NULL"),
        postgresql_where=text("falls_back_from_id IS NOT NULL"),
    ),
    Index(
        "ix_deliveries_held",
        "due_at",
        sqlite_where=text("state = 'held'"),
        postgresql_where=text("state = 'held'"),
    ),
    # The account last: an index that began with it would look good to SQLite, which thinks that an account has ten
    # messages, wherever an account is asked for.
    Index(
        "ix_deliveries_provider",
        "provider_id",
        "account_id",
        sqlite_where=text("provider_id != ''"),
        postgresql_where=text("provider_id != ''"),
    ),
)

HAS_PROVIDER_ID = deliveries.c.provider_id != literal_column("''")
"""What the index over the providers' names holds: few gateways give any."""


def delivery_is(state: str, table: FromClause = deliveries) -> ColumnElement[bool]:
    """In words that the partial indexes are found by: SQLite looks for theirs before it knows a parameter's value."""
    return table.c.state == literal_column(f"'{DeliveryState(state)}'")


delivery_attempts = Table(
    "delivery_attempts",
    metadata,
    id_(),
    to("delivery_id", "deliveries"),
    Column("number", Integer, nullable=False),
    Column("outcome", String(12), nullable=False),
    Column("code", String(40), nullable=False),
    Column("detail", String(200), nullable=False),
    moment("started_at"),
    moment("finished_at"),
    UniqueConstraint("delivery_id", "number"),
)

receipts_waiting = Table(
    "receipts_waiting",
    metadata,
    id_(),
    to("account_id", "channel_accounts"),
    Column("provider_id", String(80), nullable=False),
    Column("state", String(12), nullable=False),
    Column("code", String(40), nullable=False),
    moment("at"),
    Index("ix_receipts_waiting_account_provider", "account_id", "provider_id"),
)

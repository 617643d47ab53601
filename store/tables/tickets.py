"""Tickets with their messages and events."""

from sqlalchemy import JSON, Boolean, Column, Float, Index, Integer, String, Table, Text, UniqueConstraint

from store.tables.columns import id_, metadata, moment, to

tickets = Table(
    "tickets",
    metadata,
    id_(),
    to("village_id", "areas"),
    to("area_id", "areas"),
    Column("number", Integer, nullable=False),
    Column("category", String(16), nullable=False),
    Column("state", String(12), nullable=False),
    Column("subject", String(80), nullable=False),
    Column("place", String(80), nullable=False),
    Column("latitude", Float),
    Column("longitude", Float),
    Column("urgent", Boolean, nullable=False),
    Column("about_staff", Boolean, nullable=False),
    Column("accused", JSON, nullable=False),
    to("contact_id", "contacts", optional=True, index=True),
    to("safe_contact_id", "contacts", optional=True, index=True),
    to("resident_id", "residents", optional=True, index=True),
    to("assignee_id", "staff", optional=True, index=True),
    to("joined_to_id", "tickets", optional=True, index=True),
    Column("rating", String(12), nullable=False),
    Column("answered_by_sms", Boolean, nullable=False),
    moment("opened_at"),
    moment("due_at"),
    moment("resolved_at", optional=True),
    moment("closed_at", optional=True),
    UniqueConstraint("village_id", "number"),
    Index("ix_tickets_area_state", "area_id", "state"),
    Index("ix_tickets_number", "number"),
    Index("ix_tickets_state_resolved_at", "state", "resolved_at"),
)

ticket_messages = Table(
    "ticket_messages",
    metadata,
    id_(),
    to("ticket_id", "tickets", index=True),
    to("by_staff_id", "staff", optional=True),
    Column("text", Text, nullable=False),
    Column("internal", Boolean, nullable=False),
    Column("files", JSON, nullable=False),
    moment("at"),
)

ticket_events = Table(
    "ticket_events",
    metadata,
    id_(),
    to("ticket_id", "tickets", index=True),
    Column("event", String(24), nullable=False),
    to("by_staff_id", "staff", optional=True),
    Column("detail", JSON, nullable=False),
    moment("at"),
)

ticket_links = Table(
    "ticket_links",
    metadata,
    to("ticket_id", "tickets", primary_key=True),
    to("other_id", "tickets", primary_key=True, index=True),
    to("by_staff_id", "staff"),
    moment("at"),
)

canned_replies = Table(
    "canned_replies",
    metadata,
    id_(),
    to("village_id", "areas", index=True),
    Column("name", String(40), nullable=False),
    Column("text", Text, nullable=False),
)

saved_views = Table(
    "saved_views",
    metadata,
    id_(),
    to("staff_id", "staff"),
    Column("name", String(40), nullable=False),
    Column("asked", JSON, nullable=False),
    UniqueConstraint("staff_id", "name"),
)

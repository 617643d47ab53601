"""Channel accounts and the addresses that they reach."""

from sqlalchemy import Column, Index, LargeBinary, String, Table, UniqueConstraint, text

from store.tables.columns import id_, metadata, moment, to

channel_accounts = Table(
    "channel_accounts",
    metadata,
    id_(),
    to("area_id", "areas"),
    Column("kind", String(16), nullable=False),
    Column("name", String(40), nullable=False, unique=True),
    Column("credentials", LargeBinary, nullable=False),
    Column("hook_secret", String(64), nullable=False),
    Column("stopped_reason", String(80), nullable=False),
    moment("next_free_at", optional=True),
    moment("looked_up_at", optional=True),
    Column("lease_holder", String(64), nullable=False),
    moment("lease_until", optional=True),
)

contacts = Table(
    "contacts",
    metadata,
    id_(),
    to("area_id", "areas"),
    Column("kind", String(16), nullable=False),
    to("account_id", "channel_accounts", optional=True),
    Column("address", LargeBinary, nullable=False),
    Column("address_index", LargeBinary, nullable=False),
    Column("last4_index", LargeBinary, nullable=False, index=True),
    Column("display_name", String(80), nullable=False),
    Column("language", String(8), nullable=False),
    to("staff_id", "staff", optional=True),
    moment("opted_out_at", optional=True),
    moment("dead_at", optional=True),
    moment("next_free_at", optional=True),
    moment("open_until", optional=True),
    moment("created_at"),
    UniqueConstraint("area_id", "kind", "address_index"),
    Index("ix_contacts_address_index", "address_index"),
    Index(
        "ix_contacts_staff_id",
        "staff_id",
        sqlite_where=text("staff_id IS NOT NULL"),
        postgresql_where=text("staff_id IS NOT NULL"),
    ),
)

contact_holders = Table(
    "contact_holders",
    metadata,
    to("contact_id", "contacts", primary_key=True),
    to("resident_id", "residents", primary_key=True, index=True),
    Column("proof", String(16), nullable=False),
    moment("verified_at"),
)

household_proxies = Table(
    "household_proxies",
    metadata,
    to("household_id", "households", primary_key=True),
    to("contact_id", "contacts"),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    to("contact_id", "contacts", primary_key=True),
    Column("topic", String(24), primary_key=True),
)

codes = Table(
    "codes",
    metadata,
    id_(),
    Column("purpose", String(12), nullable=False),
    to("contact_id", "contacts", optional=True, index=True),
    to("phone_contact_id", "contacts", optional=True),
    to("staff_id", "staff", optional=True),
    Column("code_hash", LargeBinary, nullable=False, index=True),
    moment("made_at"),
    moment("expires_at"),
    moment("used_at", optional=True),
)

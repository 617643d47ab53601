"""The village's books as tables. SQLite and PostgreSQL; no cascades; append-only tables are guarded by triggers."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    FromClause,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    Time,
    UniqueConstraint,
    bindparam,
    text,
)
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, stored in UTC. SQLite would drop the zone without converting."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime may not enter the store")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


Id = BigInteger().with_variant(Integer, "sqlite")


def _id() -> Column[int]:
    return Column("id", Id, primary_key=True, autoincrement=True)


def _to(name: str, target: str, *, optional: bool = False, **options: Any) -> Column[int]:
    return Column(name, Id, ForeignKey(f"{target}.id"), nullable=optional, **options)


def _moment(name: str, *, optional: bool = False) -> Column[datetime]:
    return Column(name, UtcDateTime, nullable=optional)


# Places and people ---------------------------------------------------------------------------------------------------

areas = Table(
    "areas",
    metadata,
    _id(),
    _to("parent_id", "areas", optional=True),
    Column("kind", String(16), nullable=False),
    Column("name", String(80), nullable=False),
    Column("path", String(200), nullable=False, index=True),
    Column("number", Integer),
    UniqueConstraint("parent_id", "name"),
)

area_settings = Table(
    "area_settings",
    metadata,
    _to("area_id", "areas", primary_key=True),
    Column("name", String(40), primary_key=True),
    Column("value", JSON, nullable=False),
)

counters = Table(
    "counters",
    metadata,
    _to("area_id", "areas", primary_key=True),
    Column("name", String(20), primary_key=True),
    Column("value", Integer, nullable=False),
)

households = Table(
    "households",
    metadata,
    _id(),
    _to("area_id", "areas"),
    _to("group_id", "areas", optional=True),
    Column("number", String(40), nullable=False),
    UniqueConstraint("area_id", "number"),
)

residents = Table(
    "residents",
    metadata,
    _id(),
    _to("area_id", "areas", index=True),
    _to("group_id", "areas", optional=True),
    _to("household_id", "households", index=True),
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
    Index("ix_residents_area_name", "area_id", "name"),
)

staff = Table(
    "staff",
    metadata,
    _id(),
    _to("area_id", "areas", index=True),
    _to("resident_id", "residents", optional=True),
    Column("name", String(80), nullable=False),
    _moment("ended_at", optional=True),
)

duties = Table(
    "duties",
    metadata,
    _id(),
    _to("staff_id", "staff", index=True),
    _to("area_id", "areas", index=True),
    Column("role", String(24), nullable=False),
    _moment("ended_at", optional=True),
)

duty_roster = Table(
    "duty_roster",
    metadata,
    _to("area_id", "areas", primary_key=True),
    Column("day", Date, primary_key=True),
    _to("staff_id", "staff"),
)

# Channels and conversations ------------------------------------------------------------------------------------------

channel_accounts = Table(
    "channel_accounts",
    metadata,
    _id(),
    _to("area_id", "areas"),
    Column("kind", String(16), nullable=False),
    Column("name", String(40), nullable=False, unique=True),
    Column("credentials", LargeBinary, nullable=False),
    Column("hook_secret", String(64), nullable=False),
    Column("stopped_reason", String(80), nullable=False),
    _moment("next_free_at", optional=True),
    _moment("looked_up_at", optional=True),
    Column("lease_holder", String(64), nullable=False),
    _moment("lease_until", optional=True),
)

contacts = Table(
    "contacts",
    metadata,
    _id(),
    _to("area_id", "areas"),
    Column("kind", String(16), nullable=False),
    _to("account_id", "channel_accounts", optional=True),
    Column("address", LargeBinary, nullable=False),
    Column("address_index", LargeBinary, nullable=False),
    Column("last4_index", LargeBinary, nullable=False, index=True),
    Column("display_name", String(80), nullable=False),
    Column("language", String(8), nullable=False),
    _to("staff_id", "staff", optional=True),
    _moment("opted_out_at", optional=True),
    _moment("dead_at", optional=True),
    _moment("next_free_at", optional=True),
    _moment("created_at"),
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
    _to("contact_id", "contacts", primary_key=True),
    _to("resident_id", "residents", primary_key=True, index=True),
    Column("proof", String(16), nullable=False),
    _moment("verified_at"),
)

household_proxies = Table(
    "household_proxies",
    metadata,
    _to("household_id", "households", primary_key=True),
    _to("contact_id", "contacts"),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    _to("contact_id", "contacts", primary_key=True),
    Column("topic", String(24), primary_key=True),
)

codes = Table(
    "codes",
    metadata,
    _id(),
    Column("purpose", String(12), nullable=False),
    _to("contact_id", "contacts", optional=True, index=True),
    _to("phone_contact_id", "contacts", optional=True),
    _to("staff_id", "staff", optional=True),
    Column("code_hash", LargeBinary, nullable=False, index=True),
    _moment("made_at"),
    _moment("expires_at"),
    _moment("used_at", optional=True),
)

sessions = Table(
    "sessions",
    metadata,
    _to("contact_id", "contacts", primary_key=True),
    Column("step", String(40), nullable=False),
    Column("data", JSON, nullable=False),
    Column("options", JSON, nullable=False),
    Column("turn", Integer, nullable=False),
    _to("speaker_id", "residents", optional=True),
    _moment("speaker_until", optional=True),
    _moment("expires_at"),
    _moment("flood_told_at", optional=True),
)

questions = Table(
    "questions",
    metadata,
    _id(),
    _to("contact_id", "contacts"),
    Column("kind", String(24), nullable=False),
    Column("subject_id", BigInteger, nullable=False),
    Column("label", String(80), nullable=False),
    Column("options", JSON, nullable=False),
    _moment("asked_at"),
    _moment("answered_at", optional=True),
    Index(
        "ix_questions_open",
        "contact_id",
        sqlite_where=text("answered_at IS NULL"),
        postgresql_where=text("answered_at IS NULL"),
    ),
)

inbound_messages = Table(
    "inbound_messages",
    metadata,
    _id(),
    _to("account_id", "channel_accounts"),
    Column("provider_id", String(80), nullable=False),
    Column("address", LargeBinary, nullable=False),
    Column("address_index", LargeBinary, nullable=False),
    Column("body", JSON, nullable=False),
    Column("state", String(12), nullable=False),
    Column("failures", Integer, nullable=False),
    _moment("received_at"),
    _moment("due_at"),
    _moment("handled_at", optional=True),
    _to("contact_id", "contacts", optional=True),
    UniqueConstraint("account_id", "provider_id"),
    Index(
        "ix_inbound_messages_waiting",
        "due_at",
        "id",
        sqlite_where=text("state = 'received'"),
        postgresql_where=text("state = 'received'"),
    ),
    Index("ix_inbound_messages_sender", "address_index", "received_at"),
    Index("ix_inbound_messages_contact_id", "contact_id"),
)

files = Table(
    "files",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("media_type", String(40), nullable=False),
    Column("size", Integer, nullable=False),
    _moment("created_at"),
)

# Signing in at the console -------------------------------------------------------------------------------------------

staff_passwords = Table(
    "staff_passwords",
    metadata,
    _to("staff_id", "staff", primary_key=True),
    Column("hash", String(200), nullable=False),
    _moment("set_at"),
)

console_sessions = Table(
    "console_sessions",
    metadata,
    _id(),
    _to("staff_id", "staff", index=True),
    _to("phone_contact_id", "contacts"),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    _moment("begun_at"),
    _moment("proved_at", optional=True),
    _moment("seen_at"),
    _moment("ends_at"),
    _moment("ended_at", optional=True),
)

console_forms = Table(
    "console_forms",
    metadata,
    _to("session_id", "console_sessions", primary_key=True),
    Column("form", String(32), primary_key=True),
)

sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    _id(),
    Column("subject", LargeBinary, nullable=False),
    _moment("at"),
    Index("ix_sign_in_failures_subject_at", "subject", "at"),
)

# Tickets -------------------------------------------------------------------------------------------------------------

tickets = Table(
    "tickets",
    metadata,
    _id(),
    _to("village_id", "areas"),
    _to("area_id", "areas"),
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
    _to("contact_id", "contacts", optional=True, index=True),
    _to("safe_contact_id", "contacts", optional=True),
    _to("resident_id", "residents", optional=True, index=True),
    _to("assignee_id", "staff", optional=True, index=True),
    _to("joined_to_id", "tickets", optional=True),
    Column("rating", String(12), nullable=False),
    Column("answered_by_sms", Boolean, nullable=False),
    _moment("opened_at"),
    _moment("due_at"),
    _moment("resolved_at", optional=True),
    _moment("closed_at", optional=True),
    UniqueConstraint("village_id", "number"),
    Index("ix_tickets_area_state", "area_id", "state"),
)

ticket_messages = Table(
    "ticket_messages",
    metadata,
    _id(),
    _to("ticket_id", "tickets", index=True),
    _to("by_staff_id", "staff", optional=True),
    Column("text", Text, nullable=False),
    Column("internal", Boolean, nullable=False),
    Column("files", JSON, nullable=False),
    _moment("at"),
)

ticket_events = Table(
    "ticket_events",
    metadata,
    _id(),
    _to("ticket_id", "tickets", index=True),
    Column("event", String(24), nullable=False),
    _to("by_staff_id", "staff", optional=True),
    Column("detail", JSON, nullable=False),
    _moment("at"),
)

# Notices and the delivery ledger -------------------------------------------------------------------------------------

notices = Table(
    "notices",
    metadata,
    _id(),
    _to("area_id", "areas", index=True),
    Column("number", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("audience", JSON, nullable=False),
    _to("audience_area_id", "areas"),
    Column("fallback_minutes", Integer, nullable=False),
    Column("fallback_unknown", Boolean, nullable=False),
    Column("asks", String(8), nullable=False),
    Column("choices", JSON, nullable=False),
    Column("state", String(12), nullable=False),
    Column("frozen_hash", String(64), nullable=False),
    Column("plan_hash", String(64), nullable=False),
    _to("drafted_by", "staff"),
    _to("decided_by", "staff", optional=True),
    Column("refusal", String(200), nullable=False),
    _moment("drafted_at"),
    _moment("decided_at", optional=True),
    _moment("reminded_at", optional=True),
    _moment("paused_at", optional=True),
    _moment("cancelled_at", optional=True),
    _moment("closed_at", optional=True),
    _moment("looks_at", optional=True),
    UniqueConstraint("area_id", "number"),
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
    _id(),
    _to("notice_id", "notices"),
    _to("village_id", "areas"),
    _to("resident_id", "residents", index=True),
    Column("ticket_number", Integer, nullable=False),
    Column("reason", String(80), nullable=False),
    Column("outcome", String(12), nullable=False),
    _moment("opened_at"),
    _moment("reported_at", optional=True),
    UniqueConstraint("notice_id", "resident_id"),
    UniqueConstraint("village_id", "ticket_number"),
)

notice_postings = Table(
    "notice_postings",
    metadata,
    _id(),
    _to("notice_id", "notices", index=True),
    Column("group_name", String(40), nullable=False),
    _to("by_staff_id", "staff"),
    _moment("at"),
)

notice_answers = Table(
    "notice_answers",
    metadata,
    _id(),
    _to("notice_id", "notices"),
    _to("resident_id", "residents", index=True),
    _to("contact_id", "contacts"),
    Column("answer", String(16), nullable=False),
    _moment("answered_at"),
    UniqueConstraint("notice_id", "resident_id"),
)

emergency_notices = Table(
    "emergency_notices",
    metadata,
    _to("notice_id", "notices", primary_key=True),
    _to("lifts_id", "notices", optional=True, unique=True),
    Column("source", String(16), nullable=False),
    Column("issuer", String(40), nullable=False),
    Column("hazard", String(16), nullable=False),
    Column("level", String(8), nullable=False),
    _moment("issued_at"),
    Column("evidence_text", Text, nullable=False),
    Column("evidence_files", JSON, nullable=False),
)

emergency_rolls = Table(
    "emergency_rolls",
    metadata,
    _id(),
    _to("notice_id", "notices", unique=True),
    _to("area_id", "areas", index=True),
    _to("opened_by", "staff"),
    _moment("opened_at"),
    _moment("calls_at"),
    _moment("called_at", optional=True),
    _moment("closed_at", optional=True),
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
    _id(),
    _to("roll_id", "emergency_rolls"),
    _to("household_id", "households"),
    _to("resident_id", "residents", index=True),
    _to("group_id", "areas", optional=True),
    _to("contact_id", "contacts", optional=True, index=True),
    _to("officer_id", "staff", optional=True),
    Column("reply", String(8), nullable=False),
    _moment("replied_at", optional=True),
    Column("outcome", String(8), nullable=False),
    _to("outcome_by", "staff", optional=True),
    _moment("outcome_at", optional=True),
    UniqueConstraint("roll_id", "household_id"),
)

deliveries = Table(
    "deliveries",
    metadata,
    _id(),
    _to("area_id", "areas"),
    _to("account_id", "channel_accounts", optional=True),
    _to("contact_id", "contacts", optional=True, index=True),
    _to("resident_id", "residents", optional=True),
    _to("notice_id", "notices", optional=True),
    _to("reminds_id", "notices", optional=True),
    _to("ticket_id", "tickets", optional=True, index=True),
    _to("matter_id", "matters", optional=True, index=True),
    _to("occurrence_id", "occurrences", optional=True),
    _to("inbound_id", "inbound_messages", optional=True),
    _to("falls_back_from_id", "deliveries", optional=True),
    Column("text", Text, nullable=False),
    Column("buttons", JSON, nullable=False),
    Column("replaces", String(80), nullable=False),
    Column("is_receipt", Boolean, nullable=False),
    Column("is_bulk", Boolean, nullable=False),
    Column("state", String(12), nullable=False),
    Column("reason", String(80), nullable=False),
    Column("provider_id", String(80), nullable=False),
    Column("attempts", Integer, nullable=False),
    _moment("due_at"),
    Column("lease_holder", String(64), nullable=False),
    _moment("lease_until", optional=True),
    _moment("created_at"),
    _moment("sent_at", optional=True),
    _moment("delivered_at", optional=True),
    _moment("confirmed_at", optional=True),
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
    Index("ix_deliveries_notice", "notice_id", "state"),
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
    Index("ix_deliveries_provider", "account_id", "provider_id"),
)


def delivery_is(state: str, table: FromClause = deliveries) -> ColumnElement[bool]:
    """In words that the partial indexes are found by: SQLite looks for theirs before it knows a parameter's value."""
    return table.c.state == bindparam(None, state, String, literal_execute=True)


delivery_attempts = Table(
    "delivery_attempts",
    metadata,
    _id(),
    _to("delivery_id", "deliveries", index=True),
    Column("number", Integer, nullable=False),
    Column("outcome", String(12), nullable=False),
    Column("code", String(40), nullable=False),
    Column("detail", String(200), nullable=False),
    _moment("started_at"),
    _moment("finished_at"),
)

receipts_waiting = Table(
    "receipts_waiting",
    metadata,
    _id(),
    _to("account_id", "channel_accounts"),
    Column("provider_id", String(80), nullable=False),
    Column("state", String(12), nullable=False),
    Column("code", String(40), nullable=False),
    _moment("at"),
    Index("ix_receipts_waiting_account_provider", "account_id", "provider_id"),
)

# Deciding ------------------------------------------------------------------------------------------------------------

matters = Table(
    "matters",
    metadata,
    _id(),
    _to("area_id", "areas", index=True),
    _to("group_id", "areas", optional=True),
    Column("code", Integer),
    Column("title", String(120), nullable=False),
    Column("plan", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("held_as", String(16), nullable=False),
    Column("named", Boolean, nullable=False),
    Column("roll", String(24), nullable=False),
    Column("rule", Text, nullable=False),
    _to("proposed_by_contact_id", "contacts", optional=True),
    Column("roll_size", Integer, nullable=False),
    Column("cast_count", Integer, nullable=False),
    Column("chain_head", String(64), nullable=False),
    Column("tally", JSON(none_as_null=True)),
    Column("meeting", JSON(none_as_null=True)),
    Column("outcome", Text, nullable=False),
    _moment("proposed_at"),
    _moment("opened_at", optional=True),
    _moment("closes_at", optional=True),
    _moment("closed_at", optional=True),
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
    _id(),
    _to("matter_id", "matters"),
    Column("number", Integer, nullable=False),
    _to("contact_id", "contacts"),
    Column("signature", String(80), nullable=False),
    Column("text", Text, nullable=False),
    _moment("at"),
    UniqueConstraint("matter_id", "number"),
)

entitlements = Table(
    "entitlements",
    metadata,
    _id(),
    _to("matter_id", "matters", index=True),
    Column("kind", String(16), nullable=False),
    _to("resident_id", "residents", optional=True),
    _to("household_id", "households", optional=True),
    UniqueConstraint("matter_id", "resident_id"),
    UniqueConstraint("matter_id", "household_id"),
)

entitlement_holders = Table(
    "entitlement_holders",
    metadata,
    _to("entitlement_id", "entitlements", primary_key=True),
    _to("resident_id", "residents", primary_key=True, index=True),
)

casts = Table(
    "casts",
    metadata,
    _id(),
    _to("matter_id", "matters"),
    _to("entitlement_id", "entitlements", index=True),
    Column("sequence", Integer, nullable=False),
    Column("choice", Integer),
    Column("receipt", String(12), nullable=False),
    Column("nonce", String(32), nullable=False),
    Column("sealed", LargeBinary),
    Column("receipt_mark", LargeBinary),
    Column("channel", String(16), nullable=False),
    Column("chain", String(64), nullable=False),
    _moment("at"),
    UniqueConstraint("matter_id", "sequence"),
    CheckConstraint("(choice IS NULL) <> (sealed IS NULL)", name="named_or_sealed"),
    CheckConstraint("sealed IS NULL OR (receipt = '' AND nonce = '')", name="nothing_beside_the_seal"),
)

ballot_keys = Table(
    "ballot_keys",
    metadata,
    _to("matter_id", "matters", primary_key=True),
    Column("sealed_key", LargeBinary, nullable=False),
)

ballot_box = Table(
    "ballot_box",
    metadata,
    _to("matter_id", "matters", primary_key=True),
    Column("receipt", String(12), primary_key=True),
    Column("choice", Integer, nullable=False),
)

# Days that come again, and what is disclosed -------------------------------------------------------------------------

series = Table(
    "series",
    metadata,
    _id(),
    _to("area_id", "areas"),
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
    _moment("created_at"),
    _moment("ended_at", optional=True),
    _moment("planned_at", optional=True),
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
    _id(),
    _to("series_id", "series"),
    Column("nominal_day", Date, nullable=False),
    Column("day", Date, nullable=False),
    _moment("wakes_at", optional=True),
    _moment("moved_at", optional=True),
    _moment("cancelled_at", optional=True),
    Column("reason", String(200), nullable=False),
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
    _id(),
    _to("occurrence_id", "occurrences"),
    Column("step", String(20), nullable=False),
    Column("outcome", String(12), nullable=False),
    _moment("at"),
    UniqueConstraint("occurrence_id", "step"),
)

bookings = Table(
    "bookings",
    metadata,
    _id(),
    _to("occurrence_id", "occurrences"),
    Column("slot", Integer, nullable=False),
    _to("contact_id", "contacts", index=True),
    _to("resident_id", "residents", optional=True, index=True),
    _moment("booked_at"),
    _moment("confirmed_at", optional=True),
    _moment("cancelled_at", optional=True),
    Index(
        "uq_bookings_slot",
        "occurrence_id",
        "slot",
        unique=True,
        sqlite_where=text("cancelled_at IS NULL"),
        postgresql_where=text("cancelled_at IS NULL"),
    ),
)

disclosures = Table(
    "disclosures",
    metadata,
    _id(),
    _to("area_id", "areas"),
    Column("month", Date, nullable=False),
    Column("opening_fen", BigInteger),
    _moment("published_at", optional=True),
    UniqueConstraint("area_id", "month"),
)

disclosure_items = Table(
    "disclosure_items",
    metadata,
    _id(),
    _to("disclosure_id", "disclosures"),
    Column("number", Integer, nullable=False),
    Column("category", String(12), nullable=False),
    Column("title", String(120), nullable=False),
    Column("flow", String(12), nullable=False),
    Column("amount_fen", BigInteger),
    Column("text", Text, nullable=False),
    Column("attachment", String(64), nullable=False),
    Column("row_digest", String(64)),
    _moment("urgent_at", optional=True),
    _to("entered_by", "staff", optional=True),
    _moment("entered_at"),
    UniqueConstraint("disclosure_id", "number"),
    UniqueConstraint("disclosure_id", "row_digest"),
)

# Work that outlives a request ----------------------------------------------------------------------------------------

jobs = Table(
    "jobs",
    metadata,
    _id(),
    Column("name", String(24), nullable=False),
    Column("arguments", JSON, nullable=False),
    Column("lock", String(80)),
    Column("state", String(8), nullable=False),
    Column("attempts", Integer, nullable=False),
    _moment("due_at"),
    Column("lease_holder", String(64), nullable=False),
    _moment("lease_until", optional=True),
    _moment("created_at"),
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
    _moment("begun_at"),
    _moment("touched_at"),
    _moment("finished_at", optional=True),
    Index(
        "ix_progress_unfinished",
        "touched_at",
        sqlite_where=text("finished_at IS NULL"),
        postgresql_where=text("finished_at IS NULL"),
    ),
)

# The audit chain -----------------------------------------------------------------------------------------------------

audit_entries = Table(
    "audit_entries",
    metadata,
    _id(),
    _to("area_id", "areas"),
    Column("sequence", Integer, nullable=False),
    Column("actor", String(40), nullable=False),
    Column("action", String(40), nullable=False),
    Column("subject", String(60), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("salt", String(32), nullable=False),
    Column("hash", String(64), nullable=False),
    _moment("at"),
    UniqueConstraint("area_id", "sequence"),
)

audit_heads = Table(
    "audit_heads",
    metadata,
    _to("area_id", "areas", primary_key=True),
    Column("sequence", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
)

APPEND_ONLY = (
    "audit_entries",
    "casts",
    "ballot_box",
    "entitlement_holders",
    "entitlements",
    "ticket_events",
    "delivery_attempts",
)
"""Tables whose rows a trigger keeps from being changed or deleted."""

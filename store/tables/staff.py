"""Staff with their duties, and what they sign in with."""

from sqlalchemy import BigInteger, Column, Date, Index, LargeBinary, String, Table, UniqueConstraint

from store.tables.columns import id_, metadata, moment, to

staff = Table(
    "staff",
    metadata,
    id_(),
    to("area_id", "areas", index=True),
    to("resident_id", "residents", optional=True),
    Column("name", String(80), nullable=False),
    moment("ended_at", optional=True),
)

duties = Table(
    "duties",
    metadata,
    id_(),
    to("staff_id", "staff", index=True),
    to("area_id", "areas", index=True),
    Column("role", String(24), nullable=False),
    moment("ended_at", optional=True),
)

duty_roster = Table(
    "duty_roster",
    metadata,
    to("area_id", "areas", primary_key=True),
    Column("day", Date, primary_key=True),
    to("staff_id", "staff"),
)

staff_passwords = Table(
    "staff_passwords",
    metadata,
    to("staff_id", "staff", primary_key=True),
    Column("hash", String(200), nullable=False),
    moment("set_at"),
)

staff_totp = Table(
    "staff_totp",
    metadata,
    id_(),
    to("staff_id", "staff", unique=True),
    Column("secret", LargeBinary, nullable=False),
    Column("last_step", BigInteger, nullable=False),
    moment("begun_at"),
    moment("confirmed_at", optional=True),
)

console_sessions = Table(
    "console_sessions",
    metadata,
    id_(),
    to("staff_id", "staff", index=True),
    to("phone_contact_id", "contacts"),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    moment("begun_at"),
    moment("proved_at", optional=True),
    moment("seen_at"),
    moment("ends_at"),
    moment("ended_at", optional=True),
)

console_forms = Table(
    "console_forms",
    metadata,
    to("staff_id", "staff", primary_key=True),
    Column("form", String(32), primary_key=True),
    moment("pressed_at"),
    Index("ix_console_forms_pressed_at", "pressed_at"),
)

kept_forms = Table(
    "kept_forms",
    metadata,
    id_(),
    to("staff_id", "staff"),
    Column("form", String(32), nullable=False),
    Column("content", LargeBinary, nullable=False),
    moment("kept_at"),
    UniqueConstraint("staff_id", "form"),
)

sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    id_(),
    Column("subject", LargeBinary, nullable=False),
    moment("at"),
    Index("ix_sign_in_failures_subject_at", "subject", "at"),
)

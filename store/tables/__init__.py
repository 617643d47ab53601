"""The village's books as tables. SQLite and PostgreSQL; no cascades; append-only tables are guarded by triggers."""

from store.tables.areas import area_settings, areas, counters
from store.tables.audit import audit_entries, audit_heads
from store.tables.columns import Id, UtcDateTime, metadata
from store.tables.contacts import channel_accounts, codes, contact_holders, contacts, household_proxies, subscriptions
from store.tables.conversations import files, inbound_messages, questions, sessions
from store.tables.deliveries import deliveries, delivery_attempts, delivery_is, receipts_waiting
from store.tables.disclosures import disclosure_files, disclosure_items, disclosures, named_lists, reading_links
from store.tables.emergencies import emergency_notices, emergency_roll_entries, emergency_rolls
from store.tables.jobs import jobs, progress
from store.tables.matters import (
    ballot_box,
    ballot_keys,
    casts,
    entitlement_holders,
    entitlements,
    matter_comments,
    matters,
)
from store.tables.notices import notice_answers, notice_postings, notice_visits, notices
from store.tables.people import households, residents
from store.tables.service_days import bookings, occurrence_steps, occurrences, series
from store.tables.services import services
from store.tables.staff import (
    console_forms,
    console_sessions,
    duties,
    duty_roster,
    sign_in_failures,
    staff,
    staff_passwords,
)
from store.tables.tickets import ticket_events, ticket_messages, tickets

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

__all__ = [
    "APPEND_ONLY",
    "Id",
    "UtcDateTime",
    "area_settings",
    "areas",
    "audit_entries",
    "audit_heads",
    "ballot_box",
    "ballot_keys",
    "bookings",
    "casts",
    "channel_accounts",
    "codes",
    "console_forms",
    "console_sessions",
    "contact_holders",
    "contacts",
    "counters",
    "deliveries",
    "delivery_attempts",
    "delivery_is",
    "disclosure_files",
    "disclosure_items",
    "disclosures",
    "duties",
    "duty_roster",
    "emergency_notices",
    "emergency_roll_entries",
    "emergency_rolls",
    "entitlement_holders",
    "entitlements",
    "files",
    "household_proxies",
    "households",
    "inbound_messages",
    "jobs",
    "matter_comments",
    "matters",
    "metadata",
    "named_lists",
    "notice_answers",
    "notice_postings",
    "notice_visits",
    "notices",
    "occurrence_steps",
    "occurrences",
    "progress",
    "questions",
    "reading_links",
    "receipts_waiting",
    "residents",
    "series",
    "services",
    "sessions",
    "sign_in_failures",
    "staff",
    "staff_passwords",
    "subscriptions",
    "ticket_events",
    "ticket_messages",
    "tickets",
]

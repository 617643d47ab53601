"""The village's books as tables. SQLite and PostgreSQL; no cascades; append-only tables are guarded by triggers."""

from store.tables.areas import area_settings, areas, counters, setting_changes
from store.tables.audit import audit_entries, audit_heads
from store.tables.columns import Id, UtcDateTime, metadata
from store.tables.contacts import channel_accounts, codes, contact_holders, contacts, household_proxies, subscriptions
from store.tables.conversations import files, inbound_messages, questions, sessions, waits_for_turn
from store.tables.deliveries import HAS_PROVIDER_ID, deliveries, delivery_attempts, delivery_is, receipts_waiting
from store.tables.disclosures import (
    board_answers,
    disclosure_files,
    disclosure_items,
    disclosures,
    named_lists,
    reading_links,
)
from store.tables.emergencies import emergency_notices, emergency_roll_entries, emergency_rolls
from store.tables.jobs import jobs, progress, tasks
from store.tables.matters import (
    ballot_box,
    ballot_keys,
    casts,
    entitlement_holders,
    entitlements,
    matter_comments,
    matters,
    paper_entries,
)
from store.tables.notices import circulars, notice_answers, notice_figures, notice_postings, notice_visits, notices
from store.tables.people import (
    household_liaisons,
    households,
    person_requests,
    resident_flags,
    resident_tags,
    residents,
    roster_uploads,
    tags,
)
from store.tables.service_days import bookings, calendar_feeds, occurrence_steps, occurrences, series
from store.tables.services import services
from store.tables.staff import (
    console_forms,
    console_sessions,
    duties,
    duty_roster,
    kept_forms,
    sign_in_failures,
    staff,
    staff_passwords,
    staff_totp,
)
from store.tables.tickets import canned_replies, saved_views, ticket_events, ticket_links, ticket_messages, tickets

APPEND_ONLY = (
    "audit_entries",
    "setting_changes",
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
    "HAS_PROVIDER_ID",
    "Id",
    "UtcDateTime",
    "area_settings",
    "areas",
    "audit_entries",
    "audit_heads",
    "ballot_box",
    "ballot_keys",
    "board_answers",
    "bookings",
    "calendar_feeds",
    "canned_replies",
    "casts",
    "channel_accounts",
    "circulars",
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
    "household_liaisons",
    "household_proxies",
    "households",
    "inbound_messages",
    "jobs",
    "kept_forms",
    "matter_comments",
    "matters",
    "metadata",
    "named_lists",
    "notice_answers",
    "notice_figures",
    "notice_postings",
    "notice_visits",
    "notices",
    "occurrence_steps",
    "occurrences",
    "paper_entries",
    "person_requests",
    "progress",
    "questions",
    "reading_links",
    "receipts_waiting",
    "resident_flags",
    "resident_tags",
    "residents",
    "roster_uploads",
    "saved_views",
    "series",
    "services",
    "sessions",
    "setting_changes",
    "sign_in_failures",
    "staff",
    "staff_passwords",
    "staff_totp",
    "subscriptions",
    "tags",
    "tasks",
    "ticket_events",
    "ticket_links",
    "ticket_messages",
    "tickets",
    "waits_for_turn",
]

"""The first shape of the store.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

from store.tables import APPEND_ONLY, UtcDateTime

revision = "0001"
down_revision = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "areas",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("parent_id", ID, nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["areas.id"], name=op.f("fk_areas_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_areas")),
        sa.UniqueConstraint("parent_id", "name", name=op.f("uq_areas_parent_id_name")),
    )
    op.create_index(op.f("ix_areas_path"), "areas", ["path"], unique=False)
    op.create_table(
        "files",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("dropped_at", UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_files")),
    )
    op.create_table(
        "jobs",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=24), nullable=False),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column("lock", sa.String(length=80), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("lease_holder", sa.String(length=64), nullable=False),
        sa.Column("lease_until", UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    op.create_index(
        "uq_jobs_waiting",
        "jobs",
        ["lock"],
        unique=True,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "progress",
        sa.Column("job", sa.String(length=24), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("begun_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("touched_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("puts", sa.Integer(), nullable=False),
        sa.Column("put_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("finished_at", UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("job", "subject_id", name=op.f("pk_progress")),
    )
    op.create_index(
        "ix_progress_unfinished",
        "progress",
        ["touched_at"],
        unique=False,
        sqlite_where=sa.text("finished_at IS NULL"),
        postgresql_where=sa.text("finished_at IS NULL"),
    )
    op.create_table(
        "sign_in_failures",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("subject", sa.LargeBinary(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_failures")),
    )
    op.create_index("ix_sign_in_failures_subject_at", "sign_in_failures", ["subject", "at"], unique=False)
    op.create_table(
        "area_settings",
        sa.Column("area_id", ID, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_area_settings_area_id")),
        sa.PrimaryKeyConstraint("area_id", "name", name=op.f("pk_area_settings")),
    )
    op.create_table(
        "audit_entries",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("area_id", ID, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_audit_entries_area_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
        sa.UniqueConstraint("area_id", "sequence", name=op.f("uq_audit_entries_area_id_sequence")),
    )
    op.create_index("ix_audit_entries_area_subject", "audit_entries", ["area_id", "subject"], unique=False)
    op.create_table(
        "audit_heads",
        sa.Column("area_id", ID, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_audit_heads_area_id")),
        sa.PrimaryKeyConstraint("area_id", name=op.f("pk_audit_heads")),
    )
    op.create_table(
        "canned_replies",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("village_id", ID, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["village_id"], ["areas.id"], name=op.f("fk_canned_replies_village_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canned_replies")),
    )
    op.create_index(op.f("ix_canned_replies_village_id"), "canned_replies", ["village_id"], unique=False)
    op.create_table(
        "channel_accounts",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("area_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("credentials", sa.LargeBinary(), nullable=False),
        sa.Column("hook_secret", sa.String(length=64), nullable=False),
        sa.Column("stopped_reason", sa.String(length=80), nullable=False),
        sa.Column("next_free_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("looked_up_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("lease_holder", sa.String(length=64), nullable=False),
        sa.Column("lease_until", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_channel_accounts_area_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_accounts")),
        sa.UniqueConstraint("name", name=op.f("uq_channel_accounts_name")),
    )
    op.create_table(
        "counters",
        sa.Column("area_id", ID, nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_counters_area_id")),
        sa.PrimaryKeyConstraint("area_id", "name", name=op.f("pk_counters")),
    )
    op.create_table(
        "disclosures",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("area_id", ID, nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("opening_fen", sa.BigInteger(), nullable=True),
        sa.Column("published_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_disclosures_area_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosures")),
        sa.UniqueConstraint("area_id", "month", name=op.f("uq_disclosures_area_id_month")),
    )
    op.create_table(
        "households",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("area_id", ID, nullable=False),
        sa.Column("group_id", ID, nullable=True),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_households_area_id")),
        sa.ForeignKeyConstraint(["group_id"], ["areas.id"], name=op.f("fk_households_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_households")),
        sa.UniqueConstraint("area_id", "number", name=op.f("uq_households_area_id_number")),
    )
    op.create_table(
        "series",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("area_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("service", sa.String(length=16), nullable=False),
        sa.Column("host", sa.String(length=80), nullable=False),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.Column("rule", sa.String(length=200), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("holiday_rule", sa.String(length=12), nullable=False),
        sa.Column("exceptions", sa.JSON(), nullable=False),
        sa.Column("extra", sa.JSON(), nullable=False),
        sa.Column("starts_at", sa.Time(), nullable=False),
        sa.Column("ends_at", sa.Time(), nullable=False),
        sa.Column("slot_minutes", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("planned_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_series_area_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
    )
    op.create_index(
        "uq_series_running",
        "series",
        ["area_id", "kind", "service"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "setting_changes",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("area_id", ID, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_setting_changes_area_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_setting_changes")),
    )
    op.create_index("ix_setting_changes_area", "setting_changes", ["area_id", "id"], unique=False)
    op.create_table(
        "tags",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("area_id", ID, nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_tags_area_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tags")),
        sa.UniqueConstraint("area_id", "name", name=op.f("uq_tags_area_id_name")),
    )
    op.create_table(
        "occurrences",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("series_id", ID, nullable=False),
        sa.Column("nominal_day", sa.Date(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("wakes_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("moved_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_occurrences_series_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_occurrences")),
        sa.UniqueConstraint("series_id", "nominal_day", name=op.f("uq_occurrences_series_id_nominal_day")),
    )
    op.create_index("ix_occurrences_series_day", "occurrences", ["series_id", "day"], unique=False)
    op.create_index(
        "ix_occurrences_waiting",
        "occurrences",
        ["wakes_at"],
        unique=False,
        sqlite_where=sa.text("wakes_at IS NOT NULL"),
        postgresql_where=sa.text("wakes_at IS NOT NULL"),
    )
    op.create_table(
        "receipts_waiting",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("provider_id", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["channel_accounts.id"], name=op.f("fk_receipts_waiting_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipts_waiting")),
    )
    op.create_index(
        "ix_receipts_waiting_account_provider", "receipts_waiting", ["account_id", "provider_id"], unique=False
    )
    op.create_table(
        "residents",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("area_id", ID, nullable=False),
        sa.Column("group_id", ID, nullable=True),
        sa.Column("household_id", ID, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("sex", sa.String(length=6), nullable=False),
        sa.Column("birth", sa.Date(), nullable=True),
        sa.Column("birth_year", sa.Integer(), nullable=True),
        sa.Column("relation", sa.String(length=20), nullable=False),
        sa.Column("is_head", sa.Boolean(), nullable=False),
        sa.Column("registered", sa.Boolean(), nullable=False),
        sa.Column("away", sa.Boolean(), nullable=False),
        sa.Column("away_place", sa.String(length=80), nullable=False),
        sa.Column("identity_hash", sa.LargeBinary(), nullable=True),
        sa.Column("party_member", sa.Boolean(), nullable=False),
        sa.Column("representative", sa.Boolean(), nullable=False),
        sa.Column("collective_member", sa.Boolean(), nullable=False),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.Column("initials", sa.String(length=80), nullable=False),
        sa.Column("gone", sa.String(length=8), nullable=False),
        sa.Column("gone_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("merged_into_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_residents_area_id")),
        sa.ForeignKeyConstraint(["group_id"], ["areas.id"], name=op.f("fk_residents_group_id")),
        sa.ForeignKeyConstraint(["household_id"], ["households.id"], name=op.f("fk_residents_household_id")),
        sa.ForeignKeyConstraint(["merged_into_id"], ["residents.id"], name=op.f("fk_residents_merged_into_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_residents")),
    )
    op.create_index("ix_residents_area_initials", "residents", ["area_id", "initials"], unique=False)
    op.create_index("ix_residents_area_name", "residents", ["area_id", "name"], unique=False)
    op.create_index(op.f("ix_residents_group_id"), "residents", ["group_id"], unique=False)
    op.create_index(op.f("ix_residents_household_id"), "residents", ["household_id"], unique=False)
    op.create_table(
        "occurrence_steps",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("occurrence_id", ID, nullable=False),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["occurrence_id"], ["occurrences.id"], name=op.f("fk_occurrence_steps_occurrence_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_occurrence_steps")),
        sa.UniqueConstraint("occurrence_id", "step", name=op.f("uq_occurrence_steps_occurrence_id_step")),
    )
    op.create_table(
        "resident_flags",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("resident_id", ID, nullable=False),
        sa.Column("flag", sa.String(length=16), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("set_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name=op.f("fk_resident_flags_resident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resident_flags")),
    )
    op.create_index(op.f("ix_resident_flags_resident_id"), "resident_flags", ["resident_id"], unique=False)
    op.create_index(
        "uq_resident_flags_borne",
        "resident_flags",
        ["resident_id", "flag"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "resident_tags",
        sa.Column("tag_id", ID, nullable=False),
        sa.Column("resident_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name=op.f("fk_resident_tags_resident_id")),
        sa.ForeignKeyConstraint(["tag_id"], ["tags.id"], name=op.f("fk_resident_tags_tag_id")),
        sa.PrimaryKeyConstraint("tag_id", "resident_id", name=op.f("pk_resident_tags")),
    )
    op.create_index(op.f("ix_resident_tags_resident_id"), "resident_tags", ["resident_id"], unique=False)
    op.create_table(
        "staff",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("area_id", ID, nullable=False),
        sa.Column("resident_id", ID, nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_staff_area_id")),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name=op.f("fk_staff_resident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
    )
    op.create_index(op.f("ix_staff_area_id"), "staff", ["area_id"], unique=False)
    op.create_table(
        "calendar_feeds",
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("token_index", sa.LargeBinary(), nullable=False),
        sa.Column("begun_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_calendar_feeds_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_calendar_feeds")),
        sa.UniqueConstraint("token_index", name=op.f("uq_calendar_feeds_token_index")),
    )
    op.create_table(
        "console_forms",
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("form", sa.String(length=32), nullable=False),
        sa.Column("pressed_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_console_forms_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", "form", name=op.f("pk_console_forms")),
    )
    op.create_index("ix_console_forms_pressed_at", "console_forms", ["pressed_at"], unique=False)
    op.create_table(
        "contacts",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("area_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("account_id", ID, nullable=True),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("address_index", sa.LargeBinary(), nullable=False),
        sa.Column("last4_index", sa.LargeBinary(), nullable=False),
        sa.Column("display_name", sa.String(length=80), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("staff_id", ID, nullable=True),
        sa.Column("opted_out_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("dead_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("next_free_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("open_until", UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["channel_accounts.id"], name=op.f("fk_contacts_account_id")),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_contacts_area_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_contacts_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts")),
        sa.UniqueConstraint("area_id", "kind", "address_index", name=op.f("uq_contacts_area_id_kind_address_index")),
    )
    op.create_index("ix_contacts_address_index", "contacts", ["address_index"], unique=False)
    op.create_index(op.f("ix_contacts_last4_index"), "contacts", ["last4_index"], unique=False)
    op.create_index(
        "ix_contacts_staff_id",
        "contacts",
        ["staff_id"],
        unique=False,
        sqlite_where=sa.text("staff_id IS NOT NULL"),
        postgresql_where=sa.text("staff_id IS NOT NULL"),
    )
    op.create_table(
        "duties",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("area_id", ID, nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_duties_area_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_duties_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duties")),
    )
    op.create_index(op.f("ix_duties_area_id"), "duties", ["area_id"], unique=False)
    op.create_index(op.f("ix_duties_staff_id"), "duties", ["staff_id"], unique=False)
    op.create_table(
        "duty_roster",
        sa.Column("area_id", ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_duty_roster_area_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_duty_roster_staff_id")),
        sa.PrimaryKeyConstraint("area_id", "day", name=op.f("pk_duty_roster")),
    )
    op.create_table(
        "kept_forms",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("form", sa.String(length=32), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_kept_forms_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_forms")),
        sa.UniqueConstraint("staff_id", "form", name=op.f("uq_kept_forms_staff_id_form")),
    )
    op.create_table(
        "circulars",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("drafted_by", ID, nullable=False),
        sa.Column("drafted_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["drafted_by"], ["staff.id"], name=op.f("fk_circulars_drafted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circulars")),
    )
    op.create_table(
        "notices",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("area_id", ID, nullable=False),
        sa.Column("circular_id", ID, nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("audience", sa.JSON(), nullable=False),
        sa.Column("audience_area_id", ID, nullable=False),
        sa.Column("fallback_minutes", sa.Integer(), nullable=False),
        sa.Column("fallback_unknown", sa.Boolean(), nullable=False),
        sa.Column("asks", sa.String(length=8), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("frozen_hash", sa.String(length=64), nullable=False),
        sa.Column("plan_hash", sa.String(length=64), nullable=False),
        sa.Column("needs_town", sa.Boolean(), nullable=False),
        sa.Column("drafted_by", ID, nullable=False),
        sa.Column("decided_by", ID, nullable=True),
        sa.Column("refusal", sa.String(length=200), nullable=False),
        sa.Column("drafted_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("decided_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("paused_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("closed_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("looks_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_notices_area_id")),
        sa.ForeignKeyConstraint(["audience_area_id"], ["areas.id"], name=op.f("fk_notices_audience_area_id")),
        sa.ForeignKeyConstraint(["circular_id"], ["circulars.id"], name=op.f("fk_notices_circular_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"], name=op.f("fk_notices_decided_by")),
        sa.ForeignKeyConstraint(["drafted_by"], ["staff.id"], name=op.f("fk_notices_drafted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("area_id", "number", name=op.f("uq_notices_area_id_number")),
    )
    op.create_index(op.f("ix_notices_area_id"), "notices", ["area_id"], unique=False)
    op.create_index(
        "ix_notices_circular_id",
        "notices",
        ["circular_id"],
        unique=False,
        sqlite_where=sa.text("circular_id IS NOT NULL"),
        postgresql_where=sa.text("circular_id IS NOT NULL"),
    )
    op.create_index(
        "ix_notices_open",
        "notices",
        ["looks_at"],
        unique=False,
        sqlite_where=sa.text("state = 'approved' AND closed_at IS NULL"),
        postgresql_where=sa.text("state = 'approved' AND closed_at IS NULL"),
    )
    op.create_table(
        "person_requests",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("area_id", ID, nullable=False),
        sa.Column("resident_id", ID, nullable=False),
        sa.Column("taken_by", ID, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("asked_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("due_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("answered_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_person_requests_area_id")),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name=op.f("fk_person_requests_resident_id")),
        sa.ForeignKeyConstraint(["taken_by"], ["staff.id"], name=op.f("fk_person_requests_taken_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_requests")),
    )
    op.create_index(op.f("ix_person_requests_area_id"), "person_requests", ["area_id"], unique=False)
    op.create_index(op.f("ix_person_requests_resident_id"), "person_requests", ["resident_id"], unique=False)
    op.create_table(
        "roster_uploads",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("area_id", ID, nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("problem", sa.String(length=40), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("uploaded_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("taken_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_roster_uploads_area_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_roster_uploads_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_uploads")),
    )
    op.create_index(op.f("ix_roster_uploads_area_id"), "roster_uploads", ["area_id"], unique=False)
    op.create_table(
        "saved_views",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_saved_views_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
        sa.UniqueConstraint("staff_id", "name", name=op.f("uq_saved_views_staff_id_name")),
    )
    op.create_table(
        "services",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("area_id", ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("papers", sa.Text(), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("duration", sa.String(length=120), nullable=False),
        sa.Column("changed_by", ID, nullable=False),
        sa.Column("changed_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_services_area_id")),
        sa.ForeignKeyConstraint(["changed_by"], ["staff.id"], name=op.f("fk_services_changed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_services")),
    )
    op.create_index(op.f("ix_services_area_id"), "services", ["area_id"], unique=False)
    op.create_table(
        "staff_passwords",
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("hash", sa.String(length=200), nullable=False),
        sa.Column("set_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_passwords_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_staff_passwords")),
    )
    op.create_table(
        "staff_totp",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("begun_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_totp_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_totp")),
        sa.UniqueConstraint("staff_id", name=op.f("uq_staff_totp_staff_id")),
    )
    op.create_table(
        "tasks",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("job", sa.String(length=24), nullable=False),
        sa.Column("area_id", ID, nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.String(length=24), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("file", sa.String(length=64), nullable=False),
        sa.Column("file_name", sa.String(length=80), nullable=False),
        sa.Column("asked_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_tasks_area_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_tasks_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
    )
    op.create_index("ix_tasks_staff", "tasks", ["staff_id", "id"], unique=False)
    op.create_table(
        "bookings",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("occurrence_id", ID, nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("contact_id", ID, nullable=False),
        sa.Column("resident_id", ID, nullable=True),
        sa.Column("booked_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_bookings_contact_id")),
        sa.ForeignKeyConstraint(["occurrence_id"], ["occurrences.id"], name=op.f("fk_bookings_occurrence_id")),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name=op.f("fk_bookings_resident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bookings")),
    )
    op.create_index(op.f("ix_bookings_contact_id"), "bookings", ["contact_id"], unique=False)
    op.create_index(op.f("ix_bookings_resident_id"), "bookings", ["resident_id"], unique=False)
    op.create_index(
        "uq_bookings_slot",
        "bookings",
        ["occurrence_id", "slot"],
        unique=True,
        sqlite_where=sa.text("cancelled_at IS NULL"),
        postgresql_where=sa.text("cancelled_at IS NULL"),
    )
    op.create_table(
        "codes",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("purpose", sa.String(length=12), nullable=False),
        sa.Column("contact_id", ID, nullable=True),
        sa.Column("phone_contact_id", ID, nullable=True),
        sa.Column("staff_id", ID, nullable=True),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("used_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_codes_contact_id")),
        sa.ForeignKeyConstraint(["phone_contact_id"], ["contacts.id"], name=op.f("fk_codes_phone_contact_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_codes_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_codes")),
    )
    op.create_index(op.f("ix_codes_code_hash"), "codes", ["code_hash"], unique=False)
    op.create_index(op.f("ix_codes_contact_id"), "codes", ["contact_id"], unique=False)
    op.create_table(
        "console_sessions",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("phone_contact_id", ID, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("begun_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("proved_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("seen_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["phone_contact_id"], ["contacts.id"], name=op.f("fk_console_sessions_phone_contact_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_console_sessions_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_console_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_console_sessions_token_hash")),
    )
    op.create_index(op.f("ix_console_sessions_staff_id"), "console_sessions", ["staff_id"], unique=False)
    op.create_table(
        "contact_holders",
        sa.Column("contact_id", ID, nullable=False),
        sa.Column("resident_id", ID, nullable=False),
        sa.Column("proof", sa.String(length=16), nullable=False),
        sa.Column("verified_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_contact_holders_contact_id")),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name=op.f("fk_contact_holders_resident_id")),
        sa.PrimaryKeyConstraint("contact_id", "resident_id", name=op.f("pk_contact_holders")),
    )
    op.create_index(op.f("ix_contact_holders_resident_id"), "contact_holders", ["resident_id"], unique=False)
    op.create_table(
        "emergency_notices",
        sa.Column("notice_id", ID, nullable=False),
        sa.Column("lifts_id", ID, nullable=True),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("issuer", sa.String(length=40), nullable=False),
        sa.Column("hazard", sa.String(length=16), nullable=False),
        sa.Column("level", sa.String(length=8), nullable=False),
        sa.Column("issued_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("evidence_text", sa.Text(), nullable=False),
        sa.Column("evidence_files", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["lifts_id"], ["notices.id"], name=op.f("fk_emergency_notices_lifts_id")),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_emergency_notices_notice_id")),
        sa.PrimaryKeyConstraint("notice_id", name=op.f("pk_emergency_notices")),
        sa.UniqueConstraint("lifts_id", name=op.f("uq_emergency_notices_lifts_id")),
    )
    op.create_table(
        "emergency_rolls",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("notice_id", ID, nullable=False),
        sa.Column("area_id", ID, nullable=False),
        sa.Column("opened_by", ID, nullable=False),
        sa.Column("opened_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("calls_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("called_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("closed_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_emergency_rolls_area_id")),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_emergency_rolls_notice_id")),
        sa.ForeignKeyConstraint(["opened_by"], ["staff.id"], name=op.f("fk_emergency_rolls_opened_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergency_rolls")),
        sa.UniqueConstraint("notice_id", name=op.f("uq_emergency_rolls_notice_id")),
    )
    op.create_index(op.f("ix_emergency_rolls_area_id"), "emergency_rolls", ["area_id"], unique=False)
    op.create_index(
        "ix_emergency_rolls_waiting",
        "emergency_rolls",
        ["calls_at"],
        unique=False,
        sqlite_where=sa.text("called_at IS NULL AND closed_at IS NULL"),
        postgresql_where=sa.text("called_at IS NULL AND closed_at IS NULL"),
    )
    op.create_table(
        "household_liaisons",
        sa.Column("household_id", ID, nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("since", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["household_id"], ["households.id"], name=op.f("fk_household_liaisons_household_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_household_liaisons_staff_id")),
        sa.PrimaryKeyConstraint("household_id", name=op.f("pk_household_liaisons")),
    )
    op.create_index(op.f("ix_household_liaisons_staff_id"), "household_liaisons", ["staff_id"], unique=False)
    op.create_table(
        "household_proxies",
        sa.Column("household_id", ID, nullable=False),
        sa.Column("contact_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_household_proxies_contact_id")),
        sa.ForeignKeyConstraint(["household_id"], ["households.id"], name=op.f("fk_household_proxies_household_id")),
        sa.PrimaryKeyConstraint("household_id", name=op.f("pk_household_proxies")),
    )
    op.create_table(
        "inbound_messages",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("provider_id", sa.String(length=80), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("address_index", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("received_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("due_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("handled_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("contact_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["channel_accounts.id"], name=op.f("fk_inbound_messages_account_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_inbound_messages_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound_messages")),
        sa.UniqueConstraint("account_id", "provider_id", name=op.f("uq_inbound_messages_account_id_provider_id")),
    )
    op.create_index(
        "ix_inbound_messages_contact_id",
        "inbound_messages",
        ["contact_id"],
        unique=False,
        sqlite_where=sa.text("contact_id IS NOT NULL"),
        postgresql_where=sa.text("contact_id IS NOT NULL"),
    )
    op.create_index("ix_inbound_messages_sender", "inbound_messages", ["address_index", "received_at"], unique=False)
    op.create_index(
        "ix_inbound_messages_waiting",
        "inbound_messages",
        ["due_at", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'received'"),
        postgresql_where=sa.text("state = 'received'"),
    )
    op.create_table(
        "matters",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("area_id", ID, nullable=False),
        sa.Column("group_id", ID, nullable=True),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("held_as", sa.String(length=16), nullable=False),
        sa.Column("named", sa.Boolean(), nullable=False),
        sa.Column("roll", sa.String(length=24), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("proposed_by_contact_id", ID, nullable=True),
        sa.Column("roll_size", sa.Integer(), nullable=False),
        sa.Column("cast_count", sa.Integer(), nullable=False),
        sa.Column("chain_head", sa.String(length=64), nullable=False),
        sa.Column("tally", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("meeting", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("proposed_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("opened_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("closes_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("closed_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_matters_area_id")),
        sa.ForeignKeyConstraint(["group_id"], ["areas.id"], name=op.f("fk_matters_group_id")),
        sa.ForeignKeyConstraint(
            ["proposed_by_contact_id"], ["contacts.id"], name=op.f("fk_matters_proposed_by_contact_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matters")),
    )
    op.create_index(op.f("ix_matters_area_id"), "matters", ["area_id"], unique=False)
    op.create_index(
        "uq_matters_open_code",
        "matters",
        ["area_id", "code"],
        unique=True,
        sqlite_where=sa.text("state IN ('published', 'voting')"),
        postgresql_where=sa.text("state IN ('published', 'voting')"),
    )
    op.create_table(
        "notice_answers",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("notice_id", ID, nullable=False),
        sa.Column("resident_id", ID, nullable=False),
        sa.Column("contact_id", ID, nullable=False),
        sa.Column("answer", sa.String(length=16), nullable=False),
        sa.Column("answered_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_notice_answers_contact_id")),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_notice_answers_notice_id")),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name=op.f("fk_notice_answers_resident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_answers")),
        sa.UniqueConstraint("notice_id", "resident_id", name=op.f("uq_notice_answers_notice_id_resident_id")),
    )
    op.create_index(op.f("ix_notice_answers_resident_id"), "notice_answers", ["resident_id"], unique=False)
    op.create_table(
        "notice_figures",
        sa.Column("notice_id", ID, nullable=False),
        sa.Column("households", sa.Integer(), nullable=False),
        sa.Column("proven", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_notice_figures_notice_id")),
        sa.PrimaryKeyConstraint("notice_id", name=op.f("pk_notice_figures")),
    )
    op.create_table(
        "notice_postings",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("notice_id", ID, nullable=False),
        sa.Column("group_name", sa.String(length=40), nullable=False),
        sa.Column("by_staff_id", ID, nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_staff_id"], ["staff.id"], name=op.f("fk_notice_postings_by_staff_id")),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_notice_postings_notice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_postings")),
    )
    op.create_index(op.f("ix_notice_postings_notice_id"), "notice_postings", ["notice_id"], unique=False)
    op.create_table(
        "notice_visits",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("notice_id", ID, nullable=False),
        sa.Column("village_id", ID, nullable=False),
        sa.Column("resident_id", ID, nullable=False),
        sa.Column("ticket_number", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("opened_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("reported_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_notice_visits_notice_id")),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name=op.f("fk_notice_visits_resident_id")),
        sa.ForeignKeyConstraint(["village_id"], ["areas.id"], name=op.f("fk_notice_visits_village_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_visits")),
        sa.UniqueConstraint("notice_id", "resident_id", name=op.f("uq_notice_visits_notice_id_resident_id")),
        sa.UniqueConstraint("village_id", "ticket_number", name=op.f("uq_notice_visits_village_id_ticket_number")),
    )
    op.create_index(op.f("ix_notice_visits_resident_id"), "notice_visits", ["resident_id"], unique=False)
    op.create_table(
        "questions",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("contact_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("asked_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("answered_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_questions_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
    )
    op.create_index(
        "ix_questions_open",
        "questions",
        ["contact_id", "kind", "subject_id"],
        unique=False,
        sqlite_where=sa.text("answered_at IS NULL"),
        postgresql_where=sa.text("answered_at IS NULL"),
    )
    op.create_table(
        "reading_links",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("area_id", ID, nullable=False),
        sa.Column("contact_id", ID, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("ends_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_reading_links_area_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_reading_links_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_reading_links_token_hash")),
    )
    op.create_table(
        "sessions",
        sa.Column("contact_id", ID, nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("speaker_id", ID, nullable=True),
        sa.Column("speaker_until", UtcDateTime(timezone=True), nullable=True),
        sa.Column("expires_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("flood_told_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_sessions_contact_id")),
        sa.ForeignKeyConstraint(["speaker_id"], ["residents.id"], name=op.f("fk_sessions_speaker_id")),
        sa.PrimaryKeyConstraint("contact_id", name=op.f("pk_sessions")),
    )
    op.create_table(
        "subscriptions",
        sa.Column("contact_id", ID, nullable=False),
        sa.Column("topic", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_subscriptions_contact_id")),
        sa.PrimaryKeyConstraint("contact_id", "topic", name=op.f("pk_subscriptions")),
    )
    op.create_table(
        "tickets",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("village_id", ID, nullable=False),
        sa.Column("area_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("about_staff", sa.Boolean(), nullable=False),
        sa.Column("accused", sa.JSON(), nullable=False),
        sa.Column("contact_id", ID, nullable=True),
        sa.Column("safe_contact_id", ID, nullable=True),
        sa.Column("resident_id", ID, nullable=True),
        sa.Column("assignee_id", ID, nullable=True),
        sa.Column("joined_to_id", ID, nullable=True),
        sa.Column("rating", sa.String(length=12), nullable=False),
        sa.Column("answered_by_sms", sa.Boolean(), nullable=False),
        sa.Column("opened_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("due_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("closed_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_tickets_area_id")),
        sa.ForeignKeyConstraint(["assignee_id"], ["staff.id"], name=op.f("fk_tickets_assignee_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_tickets_contact_id")),
        sa.ForeignKeyConstraint(["joined_to_id"], ["tickets.id"], name=op.f("fk_tickets_joined_to_id")),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name=op.f("fk_tickets_resident_id")),
        sa.ForeignKeyConstraint(["safe_contact_id"], ["contacts.id"], name=op.f("fk_tickets_safe_contact_id")),
        sa.ForeignKeyConstraint(["village_id"], ["areas.id"], name=op.f("fk_tickets_village_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tickets")),
        sa.UniqueConstraint("village_id", "number", name=op.f("uq_tickets_village_id_number")),
    )
    op.create_index("ix_tickets_area_state", "tickets", ["area_id", "state"], unique=False)
    op.create_index(op.f("ix_tickets_assignee_id"), "tickets", ["assignee_id"], unique=False)
    op.create_index(op.f("ix_tickets_contact_id"), "tickets", ["contact_id"], unique=False)
    op.create_index(op.f("ix_tickets_joined_to_id"), "tickets", ["joined_to_id"], unique=False)
    op.create_index("ix_tickets_number", "tickets", ["number"], unique=False)
    op.create_index(op.f("ix_tickets_resident_id"), "tickets", ["resident_id"], unique=False)
    op.create_index(op.f("ix_tickets_safe_contact_id"), "tickets", ["safe_contact_id"], unique=False)
    op.create_index("ix_tickets_state_resolved_at", "tickets", ["state", "resolved_at"], unique=False)
    op.create_table(
        "ballot_box",
        sa.Column("matter_id", ID, nullable=False),
        sa.Column("receipt", sa.String(length=12), nullable=False),
        sa.Column("choice", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["matter_id"], ["matters.id"], name=op.f("fk_ballot_box_matter_id")),
        sa.PrimaryKeyConstraint("matter_id", "receipt", name=op.f("pk_ballot_box")),
    )
    op.create_table(
        "ballot_keys",
        sa.Column("matter_id", ID, nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["matter_id"], ["matters.id"], name=op.f("fk_ballot_keys_matter_id")),
        sa.PrimaryKeyConstraint("matter_id", name=op.f("pk_ballot_keys")),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("area_id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=True),
        sa.Column("contact_id", ID, nullable=True),
        sa.Column("resident_id", ID, nullable=True),
        sa.Column("notice_id", ID, nullable=True),
        sa.Column("reminds_id", ID, nullable=True),
        sa.Column("ticket_id", ID, nullable=True),
        sa.Column("matter_id", ID, nullable=True),
        sa.Column("occurrence_id", ID, nullable=True),
        sa.Column("inbound_id", ID, nullable=True),
        sa.Column("falls_back_from_id", ID, nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("buttons", sa.JSON(), nullable=False),
        sa.Column("replaces", sa.String(length=80), nullable=False),
        sa.Column("is_receipt", sa.Boolean(), nullable=False),
        sa.Column("is_bulk", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=False),
        sa.Column("provider_id", sa.String(length=80), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("lease_holder", sa.String(length=64), nullable=False),
        sa.Column("lease_until", UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("sent_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["channel_accounts.id"], name=op.f("fk_deliveries_account_id")),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_deliveries_area_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_deliveries_contact_id")),
        sa.ForeignKeyConstraint(
            ["falls_back_from_id"], ["deliveries.id"], name=op.f("fk_deliveries_falls_back_from_id")
        ),
        sa.ForeignKeyConstraint(["inbound_id"], ["inbound_messages.id"], name=op.f("fk_deliveries_inbound_id")),
        sa.ForeignKeyConstraint(["matter_id"], ["matters.id"], name=op.f("fk_deliveries_matter_id")),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_deliveries_notice_id")),
        sa.ForeignKeyConstraint(["occurrence_id"], ["occurrences.id"], name=op.f("fk_deliveries_occurrence_id")),
        sa.ForeignKeyConstraint(["reminds_id"], ["notices.id"], name=op.f("fk_deliveries_reminds_id")),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name=op.f("fk_deliveries_resident_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_deliveries_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
    )
    op.create_index(op.f("ix_deliveries_contact_id"), "deliveries", ["contact_id"], unique=False)
    op.create_index("ix_deliveries_due_at", "deliveries", ["due_at"], unique=False)
    op.create_index(
        "ix_deliveries_held",
        "deliveries",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'held'"),
        postgresql_where=sa.text("state = 'held'"),
    )
    op.create_index(
        "ix_deliveries_matter_id",
        "deliveries",
        ["matter_id"],
        unique=False,
        sqlite_where=sa.text("matter_id IS NOT NULL"),
        postgresql_where=sa.text("matter_id IS NOT NULL"),
    )
    op.create_index(
        "ix_deliveries_notice",
        "deliveries",
        ["notice_id", "state"],
        unique=False,
        sqlite_where=sa.text("notice_id IS NOT NULL"),
        postgresql_where=sa.text("notice_id IS NOT NULL"),
    )
    op.create_index(
        "ix_deliveries_provider",
        "deliveries",
        ["provider_id", "account_id"],
        unique=False,
        sqlite_where=sa.text("provider_id != ''"),
        postgresql_where=sa.text("provider_id != ''"),
    )
    op.create_index(
        "ix_deliveries_second_step",
        "deliveries",
        ["falls_back_from_id"],
        unique=False,
        sqlite_where=sa.text("falls_back_from_id IS NOT NULL"),
        postgresql_where=sa.text("falls_back_from_id IS NOT NULL"),
    )
    op.create_index(
        "ix_deliveries_sending",
        "deliveries",
        ["account_id", "lease_until"],
        unique=False,
        sqlite_where=sa.text("state = 'sending'"),
        postgresql_where=sa.text("state = 'sending'"),
    )
    op.create_index(
        "ix_deliveries_ticket_id",
        "deliveries",
        ["ticket_id"],
        unique=False,
        sqlite_where=sa.text("ticket_id IS NOT NULL"),
        postgresql_where=sa.text("ticket_id IS NOT NULL"),
    )
    op.create_index(
        "ix_deliveries_unknown",
        "deliveries",
        ["account_id"],
        unique=False,
        sqlite_where=sa.text("state = 'unknown'"),
        postgresql_where=sa.text("state = 'unknown'"),
    )
    op.create_index(
        "ix_deliveries_waiting",
        "deliveries",
        ["account_id", "is_bulk", "due_at", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'queued'"),
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.create_table(
        "disclosure_items",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("disclosure_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("flow", sa.String(length=12), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("row_digest", sa.String(length=64), nullable=True),
        sa.Column("urgent_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("entered_by", ID, nullable=True),
        sa.Column("asked_in", ID, nullable=True),
        sa.Column("entered_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["asked_in"], ["tickets.id"], name=op.f("fk_disclosure_items_asked_in")),
        sa.ForeignKeyConstraint(["disclosure_id"], ["disclosures.id"], name=op.f("fk_disclosure_items_disclosure_id")),
        sa.ForeignKeyConstraint(["entered_by"], ["staff.id"], name=op.f("fk_disclosure_items_entered_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosure_items")),
        sa.UniqueConstraint("disclosure_id", "number", name=op.f("uq_disclosure_items_disclosure_id_number")),
        sa.UniqueConstraint("disclosure_id", "row_digest", name=op.f("uq_disclosure_items_disclosure_id_row_digest")),
    )
    op.create_table(
        "emergency_roll_entries",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("roll_id", ID, nullable=False),
        sa.Column("household_id", ID, nullable=False),
        sa.Column("resident_id", ID, nullable=False),
        sa.Column("group_id", ID, nullable=True),
        sa.Column("contact_id", ID, nullable=True),
        sa.Column("officer_id", ID, nullable=True),
        sa.Column("reply", sa.String(length=8), nullable=False),
        sa.Column("replied_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=8), nullable=False),
        sa.Column("outcome_by", ID, nullable=True),
        sa.Column("outcome_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_emergency_roll_entries_contact_id")),
        sa.ForeignKeyConstraint(["group_id"], ["areas.id"], name=op.f("fk_emergency_roll_entries_group_id")),
        sa.ForeignKeyConstraint(
            ["household_id"], ["households.id"], name=op.f("fk_emergency_roll_entries_household_id")
        ),
        sa.ForeignKeyConstraint(["officer_id"], ["staff.id"], name=op.f("fk_emergency_roll_entries_officer_id")),
        sa.ForeignKeyConstraint(["outcome_by"], ["staff.id"], name=op.f("fk_emergency_roll_entries_outcome_by")),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name=op.f("fk_emergency_roll_entries_resident_id")),
        sa.ForeignKeyConstraint(["roll_id"], ["emergency_rolls.id"], name=op.f("fk_emergency_roll_entries_roll_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergency_roll_entries")),
        sa.UniqueConstraint("roll_id", "household_id", name=op.f("uq_emergency_roll_entries_roll_id_household_id")),
    )
    op.create_index(
        op.f("ix_emergency_roll_entries_contact_id"), "emergency_roll_entries", ["contact_id"], unique=False
    )
    op.create_index(
        op.f("ix_emergency_roll_entries_resident_id"), "emergency_roll_entries", ["resident_id"], unique=False
    )
    op.create_table(
        "entitlements",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("matter_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("resident_id", ID, nullable=True),
        sa.Column("household_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["household_id"], ["households.id"], name=op.f("fk_entitlements_household_id")),
        sa.ForeignKeyConstraint(["matter_id"], ["matters.id"], name=op.f("fk_entitlements_matter_id")),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name=op.f("fk_entitlements_resident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entitlements")),
        sa.UniqueConstraint("matter_id", "household_id", name=op.f("uq_entitlements_matter_id_household_id")),
        sa.UniqueConstraint("matter_id", "resident_id", name=op.f("uq_entitlements_matter_id_resident_id")),
    )
    op.create_index(op.f("ix_entitlements_matter_id"), "entitlements", ["matter_id"], unique=False)
    op.create_table(
        "matter_comments",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("matter_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("contact_id", ID, nullable=False),
        sa.Column("signature", sa.String(length=80), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_matter_comments_contact_id")),
        sa.ForeignKeyConstraint(["matter_id"], ["matters.id"], name=op.f("fk_matter_comments_matter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matter_comments")),
        sa.UniqueConstraint("matter_id", "number", name=op.f("uq_matter_comments_matter_id_number")),
    )
    op.create_table(
        "ticket_events",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("event", sa.String(length=24), nullable=False),
        sa.Column("by_staff_id", ID, nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_staff_id"], ["staff.id"], name=op.f("fk_ticket_events_by_staff_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_ticket_events_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_events")),
    )
    op.create_index(op.f("ix_ticket_events_ticket_id"), "ticket_events", ["ticket_id"], unique=False)
    op.create_table(
        "ticket_links",
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("other_id", ID, nullable=False),
        sa.Column("by_staff_id", ID, nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_staff_id"], ["staff.id"], name=op.f("fk_ticket_links_by_staff_id")),
        sa.ForeignKeyConstraint(["other_id"], ["tickets.id"], name=op.f("fk_ticket_links_other_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_ticket_links_ticket_id")),
        sa.PrimaryKeyConstraint("ticket_id", "other_id", name=op.f("pk_ticket_links")),
    )
    op.create_index(op.f("ix_ticket_links_other_id"), "ticket_links", ["other_id"], unique=False)
    op.create_table(
        "ticket_messages",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("by_staff_id", ID, nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("internal", sa.Boolean(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_staff_id"], ["staff.id"], name=op.f("fk_ticket_messages_by_staff_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_ticket_messages_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_messages")),
    )
    op.create_index(op.f("ix_ticket_messages_ticket_id"), "ticket_messages", ["ticket_id"], unique=False)
    op.create_table(
        "board_answers",
        sa.Column("item_id", ID, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by_staff_id", ID, nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_staff_id"], ["staff.id"], name=op.f("fk_board_answers_by_staff_id")),
        sa.ForeignKeyConstraint(["item_id"], ["disclosure_items.id"], name=op.f("fk_board_answers_item_id")),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_board_answers")),
    )
    op.create_table(
        "casts",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("matter_id", ID, nullable=False),
        sa.Column("entitlement_id", ID, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("choice", sa.Integer(), nullable=True),
        sa.Column("receipt", sa.String(length=12), nullable=False),
        sa.Column("nonce", sa.String(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("receipt_mark", sa.LargeBinary(), nullable=True),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "sealed IS NULL OR (receipt = '' AND nonce = '')", name=op.f("ck_casts_nothing_beside_the_seal")
        ),
        sa.CheckConstraint("(choice IS NULL) <> (sealed IS NULL)", name=op.f("ck_casts_named_or_sealed")),
        sa.ForeignKeyConstraint(["entitlement_id"], ["entitlements.id"], name=op.f("fk_casts_entitlement_id")),
        sa.ForeignKeyConstraint(["matter_id"], ["matters.id"], name=op.f("fk_casts_matter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_casts")),
        sa.UniqueConstraint("matter_id", "sequence", name=op.f("uq_casts_matter_id_sequence")),
    )
    op.create_index(op.f("ix_casts_entitlement_id"), "casts", ["entitlement_id"], unique=False)
    op.create_table(
        "delivery_attempts",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("delivery_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.String(length=200), nullable=False),
        sa.Column("started_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("finished_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("fk_delivery_attempts_delivery_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_attempts")),
        sa.UniqueConstraint("delivery_id", "number", name=op.f("uq_delivery_attempts_delivery_id_number")),
    )
    op.create_table(
        "disclosure_files",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("item_id", ID, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("doubts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["disclosure_items.id"], name=op.f("fk_disclosure_files_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosure_files")),
        sa.UniqueConstraint("item_id", "sha256", name=op.f("uq_disclosure_files_item_id_sha256")),
    )
    op.create_table(
        "entitlement_holders",
        sa.Column("entitlement_id", ID, nullable=False),
        sa.Column("resident_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["entitlement_id"], ["entitlements.id"], name=op.f("fk_entitlement_holders_entitlement_id")
        ),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name=op.f("fk_entitlement_holders_resident_id")),
        sa.PrimaryKeyConstraint("entitlement_id", "resident_id", name=op.f("pk_entitlement_holders")),
    )
    op.create_index(op.f("ix_entitlement_holders_resident_id"), "entitlement_holders", ["resident_id"], unique=False)
    op.create_table(
        "named_lists",
        sa.Column("item_id", ID, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["disclosure_items.id"], name=op.f("fk_named_lists_item_id")),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_named_lists")),
    )
    op.create_table(
        "paper_entries",
        sa.Column("entitlement_id", ID, nullable=False),
        sa.Column("matter_id", ID, nullable=False),
        sa.Column("by_staff_id", ID, nullable=False),
        sa.Column("held", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_staff_id"], ["staff.id"], name=op.f("fk_paper_entries_by_staff_id")),
        sa.ForeignKeyConstraint(["entitlement_id"], ["entitlements.id"], name=op.f("fk_paper_entries_entitlement_id")),
        sa.ForeignKeyConstraint(["matter_id"], ["matters.id"], name=op.f("fk_paper_entries_matter_id")),
        sa.PrimaryKeyConstraint("entitlement_id", name=op.f("pk_paper_entries")),
    )
    op.create_index(op.f("ix_paper_entries_matter_id"), "paper_entries", ["matter_id"], unique=False)
    _forbid_changes()


def _forbid_changes() -> None:
    """Triggers that keep append-only rows as they are, whoever connects."""
    if op.get_bind().dialect.name == "sqlite":
        for table in APPEND_ONLY:
            for verb in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION banyan_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION banyan_append_only()"
        )

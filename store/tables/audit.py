"""The audit chain."""

from sqlalchemy import Column, Index, Integer, String, Table, UniqueConstraint

from store.tables.columns import id_, metadata, moment, to

audit_entries = Table(
    "audit_entries",
    metadata,
    id_(),
    to("area_id", "areas"),
    Column("sequence", Integer, nullable=False),
    Column("actor", String(40), nullable=False),
    Column("action", String(40), nullable=False),
    Column("subject", String(60), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("salt", String(32), nullable=False),
    Column("hash", String(64), nullable=False),
    moment("at"),
    UniqueConstraint("area_id", "sequence"),
    Index("ix_audit_entries_area_subject", "area_id", "subject"),
)

audit_heads = Table(
    "audit_heads",
    metadata,
    to("area_id", "areas", primary_key=True),
    Column("sequence", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
)

"""What a village's service catalogue says: what can be done, with which papers, where, and how long it takes."""

from sqlalchemy import Column, Integer, String, Table, Text

from store.tables.columns import id_, metadata, moment, to

services = Table(
    "services",
    metadata,
    id_(),
    to("area_id", "areas", index=True),
    Column("position", Integer, nullable=False),
    Column("title", String(60), nullable=False),
    Column("papers", Text, nullable=False),
    Column("place", String(120), nullable=False),
    Column("duration", String(120), nullable=False),
    to("changed_by", "staff"),
    moment("changed_at"),
)

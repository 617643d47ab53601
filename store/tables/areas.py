"""Areas: county, town, village and group, with their settings and counters."""

from sqlalchemy import JSON, Column, Index, Integer, String, Table, UniqueConstraint

from store.tables.columns import id_, metadata, moment, to

areas = Table(
    "areas",
    metadata,
    id_(),
    to("parent_id", "areas", optional=True),
    Column("kind", String(16), nullable=False),
    Column("name", String(80), nullable=False),
    Column("path", String(200), nullable=False, index=True),
    Column("number", Integer),
    UniqueConstraint("parent_id", "name"),
)

area_settings = Table(
    "area_settings",
    metadata,
    to("area_id", "areas", primary_key=True),
    Column("name", String(40), primary_key=True),
    Column("value", JSON, nullable=False),
)

setting_changes = Table(
    "setting_changes",
    metadata,
    id_(),
    to("area_id", "areas"),
    Column("name", String(40), nullable=False),
    Column("before", JSON, nullable=False),
    Column("after", JSON, nullable=False),
    Column("actor", String(40), nullable=False),
    moment("at"),
    Index("ix_setting_changes_area", "area_id", "id"),
)

counters = Table(
    "counters",
    metadata,
    to("area_id", "areas", primary_key=True),
    Column("name", String(20), primary_key=True),
    Column("value", Integer, nullable=False),
)

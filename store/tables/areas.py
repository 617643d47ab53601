"""Areas: county, town, village and group, with their settings and counters."""

from sqlalchemy import JSON, Column, Integer, String, Table, UniqueConstraint

from store.tables.columns import id_, metadata, to

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

counters = Table(
    "counters",
    metadata,
    to("area_id", "areas", primary_key=True),
    Column("name", String(20), primary_key=True),
    Column("value", Integer, nullable=False),
)

"""Households and residents."""

from sqlalchemy import JSON, Boolean, Column, Date, Index, Integer, LargeBinary, String, Table, UniqueConstraint

from store.tables.columns import id_, metadata, to

households = Table(
    "households",
    metadata,
    id_(),
    to("area_id", "areas"),
    to("group_id", "areas", optional=True),
    Column("number", String(40), nullable=False),
    UniqueConstraint("area_id", "number"),
)

residents = Table(
    "residents",
    metadata,
    id_(),
    to("area_id", "areas", index=True),
    to("group_id", "areas", optional=True),
    to("household_id", "households", index=True),
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

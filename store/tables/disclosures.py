"""What the village discloses: to everybody, and the lists of names that are for villagers only."""

from sqlalchemy import JSON, BigInteger, Column, Date, Integer, LargeBinary, String, Table, Text, UniqueConstraint

from store.tables.columns import id_, metadata, moment, to

disclosures = Table(
    "disclosures",
    metadata,
    id_(),
    to("area_id", "areas"),
    Column("month", Date, nullable=False),
    Column("opening_fen", BigInteger),
    moment("published_at", optional=True),
    UniqueConstraint("area_id", "month"),
)

disclosure_items = Table(
    "disclosure_items",
    metadata,
    id_(),
    to("disclosure_id", "disclosures"),
    Column("number", Integer, nullable=False),
    Column("category", String(12), nullable=False),
    Column("title", String(120), nullable=False),
    Column("flow", String(12), nullable=False),
    Column("amount_fen", BigInteger),
    Column("text", Text, nullable=False),
    Column("row_digest", String(64)),
    moment("urgent_at", optional=True),
    to("entered_by", "staff", optional=True),
    to("asked_in", "tickets", optional=True),
    moment("entered_at"),
    UniqueConstraint("disclosure_id", "number"),
    UniqueConstraint("disclosure_id", "row_digest"),
)

board_answers = Table(
    "board_answers",
    metadata,
    to("item_id", "disclosure_items", primary_key=True),
    Column("text", Text, nullable=False),
    to("by_staff_id", "staff"),
    moment("at"),
)

disclosure_files = Table(
    "disclosure_files",
    metadata,
    id_(),
    to("item_id", "disclosure_items"),
    Column("sha256", String(64), nullable=False),
    Column("name", String(120), nullable=False),
    Column("doubts", JSON, nullable=False),
    UniqueConstraint("item_id", "sha256"),
)

named_lists = Table(
    "named_lists",
    metadata,
    to("item_id", "disclosure_items", primary_key=True),
    Column("text", Text, nullable=False),
)

reading_links = Table(
    "reading_links",
    metadata,
    id_(),
    to("area_id", "areas"),
    to("contact_id", "contacts"),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    moment("ends_at"),
)

"""A village's residents as a roster: to match a clerk's file against, and to write one."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from store.database import Transaction
from store.domain.people import ContactKind, Gone, Proof
from store.domain.roster_matching import KnownResident, Standing
from store.queries.people import ADDRESS
from store.tables import areas, contact_holders, contacts, households, residents

EXPORT_HEADINGS = (
    "组",
    "户号",
    "姓名",
    "是否户主",
    "与户主关系",
    "性别",
    "出生日期",
    "联系电话",
    "是否本村户籍",
    "是否外出",
    "外出地点",
    "备注",
)
_SEX = {"male": "男", "female": "女"}


async def known_residents(tx: Transaction, village_id: int) -> list[KnownResident]:
    """Everyone of the village, also who has gone, with the phones that each holds."""
    phones: dict[int, dict[bytes, Proof]] = {}
    for row in await tx.all(
        select(contact_holders.c.resident_id, contact_holders.c.proof, contacts.c.address_index)
        .join(contacts, contacts.c.id == contact_holders.c.contact_id)
        .where(contacts.c.area_id == village_id, contacts.c.kind == ContactKind.PHONE)
    ):
        phones.setdefault(row.resident_id, {})[row.address_index] = Proof(row.proof)
    known = (residents.c.area_id == village_id, residents.c.gone != Gone.MERGED)
    rows = await tx.all(select(residents).where(*known).order_by(residents.c.id))
    return [
        KnownResident(row.id, row.household_id, row.group_id, _standing(row), phones.get(row.id, {})) for row in rows
    ]


def _standing(row: Any) -> Standing:
    return Standing(
        name=row.name,
        sex=row.sex,
        birth=row.birth,
        birth_year=row.birth_year,
        relation=row.relation,
        is_head=row.is_head,
        registered=row.registered,
        away=row.away,
        away_place=row.away_place,
        identity_hash=row.identity_hash,
        party_member=row.party_member,
        representative=row.representative,
        flags=tuple(row.flags),
        gone=row.gone,
    )


async def household_numbers(tx: Transaction, village_id: int) -> dict[str, int]:
    """The village's households: number → id."""
    rows = await tx.all(select(households.c.number, households.c.id).where(households.c.area_id == village_id))
    return {row.number: row.id for row in rows}


async def phone_contacts(tx: Transaction, village_id: int) -> dict[bytes, int]:
    """The village's phones: blind index → contact."""
    rows = await tx.all(
        select(contacts.c.address_index, contacts.c.id).where(
            contacts.c.area_id == village_id, contacts.c.kind == ContactKind.PHONE
        )
    )
    return {row.address_index: row.id for row in rows}


async def export_rows(tx: Transaction, village_id: int) -> Iterator[list[str]]:
    """The roster of those who are here as rows under `EXPORT_HEADINGS`, with phone numbers opened.

    Whoever calls this leaves an audit fact.

    Read back, it changes nothing. Identity numbers are not kept, and sensitive flags stay here.
    """
    numbers: dict[int, list[str]] = {}
    for link in await tx.all(
        select(contact_holders.c.resident_id, contacts.c.address)
        .join(contacts, contacts.c.id == contact_holders.c.contact_id)
        .where(contacts.c.area_id == village_id, contacts.c.kind == ContactKind.PHONE)
        .order_by(contacts.c.id)
    ):
        numbers.setdefault(link.resident_id, []).append(tx.keyring.open(link.address, context=ADDRESS))
    rows = await tx.all(
        select(residents, households.c.number.label("household"), areas.c.name.label("group"))
        .join(households, households.c.id == residents.c.household_id)
        .outerjoin(areas, areas.c.id == residents.c.group_id)
        .where(residents.c.area_id == village_id, residents.c.gone == "")
        .order_by(areas.c.number, households.c.id, residents.c.is_head.desc(), residents.c.id)
    )
    return (_exported(row, numbers.get(row.id, [])) for row in rows)


def _exported(row: Any, numbers: list[str]) -> list[str]:
    remarks = [word for word, is_one in (("党员", row.party_member), ("村民代表", row.representative)) if is_one]
    return [
        row.group or "",
        row.household,
        row.name,
        _yes(row.is_head),
        row.relation,
        _SEX.get(row.sex, ""),
        row.birth.isoformat() if row.birth else str(row.birth_year or ""),
        " ".join(numbers),
        _yes(row.registered),
        _yes(row.away),
        row.away_place,
        "、".join(remarks),
    ]


def _yes(value: object) -> str:
    return "是" if value else "否"

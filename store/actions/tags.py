"""Tags: a village's own words by which it finds people (种植户, 民兵). Nothing sensitive belongs there."""

from sqlalchemy import select

from store.database import Transaction
from store.domain.areas import Area
from store.domain.errors import NotAllowed, NotFound, Refusal
from store.domain.people import Staff
from store.domain.roster_remarks import read_remarks
from store.queries.access import may_keep_roster
from store.queries.residents import Home
from store.tables import resident_tags, tags

TAG_LENGTH = 20
MOST_TAGS = 100


async def add_tag(tx: Transaction, village: Area, name: str, person: Staff) -> int:
    """Raises NotAllowed, and Refusal as `_named` does, ("tag.taken") or ("tag.too_many")."""
    _require(person, village)
    name = _named(name)
    names = [row.name for row in await tx.all(select(tags.c.name).where(tags.c.area_id == village.id))]
    if name in names:
        raise Refusal("tag.taken", name=name)
    if len(names) >= MOST_TAGS:
        raise Refusal("tag.too_many")
    tag_id = await tx.insert(tags, area_id=village.id, name=name)
    tx.audit(village.id, f"staff:{person.id}", "tag.added", f"tag:{tag_id}")
    return tag_id


async def rename_tag(tx: Transaction, village: Area, tag_id: int, name: str, person: Staff) -> None:
    _require(person, village)
    name = _named(name)
    others = (tags.c.area_id == village.id, tags.c.name == name, tags.c.id != tag_id)
    if await tx.scalar(select(tags.c.id).where(*others)):
        raise Refusal("tag.taken", name=name)
    if not await tx.run(tags.update().where(tags.c.id == tag_id, tags.c.area_id == village.id).values(name=name)):
        raise NotFound("tag.unknown")
    tx.audit(village.id, f"staff:{person.id}", "tag.renamed", f"tag:{tag_id}")


async def drop_tag(tx: Transaction, village: Area, tag_id: int, person: Staff) -> None:
    """Nobody bears it any more."""
    _require(person, village)
    if not await tx.scalar(select(tags.c.id).where(tags.c.id == tag_id, tags.c.area_id == village.id)):
        raise NotFound("tag.unknown")
    await tx.run(resident_tags.delete().where(resident_tags.c.tag_id == tag_id))
    await tx.run(tags.delete().where(tags.c.id == tag_id))
    tx.audit(village.id, f"staff:{person.id}", "tag.dropped", f"tag:{tag_id}")


async def tag_resident(tx: Transaction, home: Home, chosen: set[int], person: Staff) -> None:
    """Exactly these tags of his village, whatever he bore before."""
    own = {row.id for row in await tx.all(select(tags.c.id).where(tags.c.area_id == home.village_id))}
    await drop_tags_of(tx, home.resident_id)
    borne = sorted(chosen & own)
    await tx.insert_many(resident_tags, [{"tag_id": one, "resident_id": home.resident_id} for one in borne])
    tx.audit(home.village_id, f"staff:{person.id}", "resident.tagged", f"resident:{home.resident_id}", borne)


async def drop_tags_of(tx: Transaction, resident_id: int) -> int:
    return await tx.run(resident_tags.delete().where(resident_tags.c.resident_id == resident_id))


def _named(name: str) -> str:
    """Raises Refusal("tag.name_missing"), and ("tag.sensitive") for a word that only a flag may say or nobody keeps."""
    name = name.strip()[:TAG_LENGTH]
    if not name:
        raise Refusal("tag.name_missing")
    read = read_remarks([name])
    if read.sensitive_flags or read.refused:
        raise Refusal("tag.sensitive")
    return name


def _require(person: Staff, village: Area) -> None:
    if not may_keep_roster(person, village.path):
        raise NotAllowed("roster.not_yours")

"""Emergency notices: what is open, and by which photo a warning is proved."""

import hmac
from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Select, literal, or_, select

from store.database import Transaction
from store.domain.emergencies import Emergency, Level, Source, Warned, may_lift
from store.domain.errors import NotFound
from store.domain.people import Staff
from store.tables import areas, emergency_notices, emergency_rolls, files, notices

_villages = areas.alias("villages")
_lifting = emergency_notices.alias("lifting")


def _emergencies() -> Select[Any]:
    return (
        select(
            emergency_notices,
            notices.c.area_id,
            notices.c.number,
            notices.c.circular_id,
            notices.c.text,
            notices.c.audience,
            notices.c.drafted_by,
            _villages.c.name.label("village_name"),
            areas.c.path,
            emergency_rolls.c.id.label("roll_id"),
            _lifting.c.notice_id.label("lifted_by"),
        )
        .join(notices, notices.c.id == emergency_notices.c.notice_id)
        .join(_villages, _villages.c.id == notices.c.area_id)
        .join(areas, areas.c.id == notices.c.audience_area_id)
        .outerjoin(emergency_rolls, emergency_rolls.c.notice_id == emergency_notices.c.notice_id)
        .outerjoin(_lifting, _lifting.c.lifts_id == emergency_notices.c.notice_id)
    )


def _emergency(row: Any) -> Emergency:
    return Emergency(
        notice_id=row.notice_id,
        village_id=row.area_id,
        village_name=row.village_name,
        number=row.number,
        area_path=row.path,
        addressed=tuple(path for _, _, path, _ in row.audience["groups"]) or (row.path,),
        text=row.text,
        warned=Warned(
            Source(row.source),
            row.issuer,
            row.issued_at,
            row.hazard,
            Level(row.level),
            row.evidence_text,
            tuple(row.evidence_files),
        ),
        drafted_by=row.drafted_by,
        roll_id=row.roll_id,
        lifts_id=row.lifts_id,
        lifted=row.lifted_by is not None,
        circular_id=row.circular_id,
    )


async def emergency_of(tx: Transaction, notice_id: int) -> Emergency:
    row = await tx.first(_emergencies().where(emergency_notices.c.notice_id == notice_id))
    if row is None:
        raise NotFound("emergency.unknown")
    return _emergency(row)


async def emergencies_of(tx: Transaction, circular_id: int) -> list[Emergency]:
    """The emergency notices, or the all-clears, of a circular; none of one that is no emergency's."""
    rows = await tx.all(_emergencies().where(notices.c.circular_id == circular_id).order_by(notices.c.id))
    return [_emergency(row) for row in rows]


async def open_emergencies(
    tx: Transaction, person: Staff, may: Callable[[Staff, Emergency], bool] = may_lift
) -> list[Emergency]:
    """What has had no all-clear yet, of what this person `may`, the newest first."""
    still = (_lifting.c.notice_id.is_(None), emergency_notices.c.lifts_id.is_(None), _near(person, _villages.c.path))
    rows = await tx.all(_emergencies().where(*still).order_by(emergency_notices.c.notice_id.desc()))
    return [emergency for emergency in map(_emergency, rows) if may(person, emergency)]


def _near(person: Staff, village_path: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether he has a duty in that village, in a group of it or above it."""
    paths = sorted({duty.area_path for duty in person.duties})
    return or_(False, *(or_(village_path.startswith(one), literal(one).startswith(village_path)) for one in paths))


def photo_sign(tx: Transaction, sha256: str, person: Staff) -> str:
    """What a form carries of a photo that this person took for a warning; nobody can make one for another's photo."""
    seal = tx.keyring.index(f"{person.id}:{sha256}", context="emergency.photo")
    return f"{sha256}.{seal.hex()}"


async def photo_of(tx: Transaction, sign: str, person: Staff) -> str | None:
    """The digest of such a photo, None where it is not his or is no longer kept."""
    sha256 = sign.partition(".")[0]
    if not hmac.compare_digest(sign.encode(), photo_sign(tx, sha256, person).encode()):
        return None
    found: str | None = await tx.scalar(select(files.c.sha256).where(files.c.sha256 == sha256))
    return found

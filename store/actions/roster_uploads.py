"""A roster file brought to the console: kept sealed, previewed as often as one likes, then taken over in one press."""

import base64
from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta
from functools import partial

from store.actions.progress import begin_progress, finish_progress, take_up
from store.actions.roster_import import import_roster
from store.database import Transaction
from store.domain.areas import Area
from store.domain.errors import NotAllowed, NotFound, Refusal
from store.domain.jobs import JobName
from store.domain.people import Staff
from store.domain.roster import RosterSheet, read_roster
from store.domain.roster_remarks import SensitiveFlag
from store.domain.working_calendar import VILLAGE_ZONE
from store.queries.access import may_keep_roster, may_see_flags
from store.queries.areas import area_by_id, groups_of
from store.queries.roster_uploads import CONTENT, Upload, UploadState, upload_by_id, upload_content
from store.sheets import sheets_in
from store.tables import roster_uploads

Reading = Callable[[Callable[[int], None]], RosterSheet]
"""Reads a sheet, telling as `read_roster` does."""
KEPT_FOR = timedelta(days=7)
"""A file that nobody took over; people's numbers are in it."""
LARGE = 1_000
"""People: so many are written within a second or two."""
NAME_LENGTH = 120


async def keep_upload(tx: Transaction, village: Area, name: str, content: bytes, people: int, person: Staff) -> int:
    """`people` is how many `read_upload` finds in it."""
    _require(person, village)
    upload_id = await tx.insert(
        roster_uploads,
        area_id=village.id,
        staff_id=person.id,
        name=name[-NAME_LENGTH:],
        content=tx.keyring.seal(base64.b64encode(content).decode(), context=CONTENT),
        people=people,
        state=UploadState.SHOWN,
        flags=[],
        reason="",
        problem="",
        counts=[],
        uploaded_at=tx.now,
    )
    tx.audit(village.id, f"staff:{person.id}", "roster.uploaded", f"upload:{upload_id}")
    return upload_id


def read_upload(
    content: bytes,
    name: str,
    today: date,
    groups: Collection[str] = (),
    told: Callable[[int], None] = lambda _people: None,
) -> RosterSheet:
    """The first worksheet with anything on it, as `read_roster`. Raises SheetUnreadable, too. Takes its time."""
    sheets = sheets_in(content, name)
    return read_roster(next((rows for rows in sheets.values() if rows), []), today, groups, told)


async def upload_to_keep(tx: Transaction, person: Staff, upload_id: int) -> tuple[Upload, Area]:
    """Raises NotFound, also where the village's roster is not his to keep."""
    upload = await upload_by_id(tx, upload_id)
    village = await area_by_id(tx, upload.village_id)
    if not may_keep_roster(person, village.path):
        raise NotFound("file.unknown", name="")
    return upload, village


async def drop_upload(tx: Transaction, upload: Upload, person: Staff) -> None:
    await _move(tx, upload, UploadState.SHOWN, UploadState.DROPPED, content=None)
    tx.audit(upload.village_id, f"staff:{person.id}", "roster.upload_dropped", f"upload:{upload.id}")


async def take_upload(
    tx: Transaction, upload: Upload, village: Area, flags: Collection[SensitiveFlag], reason: str, person: Staff
) -> bool:
    """Take it over; whether it is done at once. A large one is read and written by a job after the commit.

    Raises NotAllowed for flags that are not his to set, and Refusal as `import_roster` does.
    """
    if flags and not may_see_flags(person, village.path):
        raise NotAllowed("flag.not_yours")
    if flags and not reason.strip():
        raise Refusal("roster.reason_missing")
    words = {"flags": sorted(flags), "reason": reason.strip()[:200], "staff_id": person.id}
    await _move(tx, upload, UploadState.SHOWN, UploadState.TAKING, **words)
    if upload.people > LARGE:
        await begin_progress(tx, JobName.IMPORT_ROSTER, upload.id, upload.people)
        return False
    reading = await reading_of(tx, upload)
    await _write(tx, await upload_by_id(tx, upload.id), reading(lambda _people: None))
    return True


async def write_upload(tx: Transaction, upload_id: int, sheet: RosterSheet) -> bool:
    """The job's transaction, once it has read the sheet; False where it is done already."""
    if not await take_up(tx, JobName.IMPORT_ROSTER, upload_id):
        return False
    await _write(tx, await upload_by_id(tx, upload_id), sheet)
    await finish_progress(tx, JobName.IMPORT_ROSTER, upload_id)
    return True


async def upload_failed(tx: Transaction, upload_id: int, problem: str) -> None:
    """What the books refuse they refuse again: the clerk is told, and nothing was written."""
    upload = await upload_by_id(tx, upload_id)
    await _move(tx, upload, UploadState.TAKING, UploadState.FAILED, problem=problem, content=None)
    await finish_progress(tx, JobName.IMPORT_ROSTER, upload_id)


async def forget_uploads(tx: Transaction, now: datetime) -> None:
    """The tick's chore: files that nobody took over are kept no longer."""
    old = (roster_uploads.c.state == UploadState.SHOWN, roster_uploads.c.uploaded_at < now - KEPT_FOR)
    await tx.run(roster_uploads.update().where(*old).values(state=UploadState.DROPPED, content=None))


async def reading_of(tx: Transaction, upload: Upload) -> Reading:
    """What is needed to read it when the transaction is over: that takes longer than one should hold the books."""
    today = tx.now.astimezone(VILLAGE_ZONE).date()
    groups = [group.name for group in await groups_of(tx, upload.village_id)]
    return partial(read_upload, await upload_content(tx, upload.id), upload.name, today, groups)


async def _write(tx: Transaction, upload: Upload, sheet: RosterSheet) -> None:
    village = await area_by_id(tx, upload.village_id)
    flags = [SensitiveFlag(flag) for flag in upload.flags]
    actor = f"staff:{upload.staff_id}"
    result = await import_roster(tx, village, sheet, keep_flags=flags, reason=upload.reason, actor=actor)
    plan = result.plan
    counts = [len(plan.new), len(plan.changed), plan.phones_to_link]
    await _move(tx, upload, UploadState.TAKING, UploadState.TAKEN, counts=counts, taken_at=tx.now, content=None)


async def _move(tx: Transaction, upload: Upload, before: UploadState, after: UploadState, **values: object) -> None:
    """Of two who press at once the second is refused."""
    mine = (roster_uploads.c.id == upload.id, roster_uploads.c.state == before)
    if not await tx.run(roster_uploads.update().where(*mine).values(state=after, **values)):
        raise Refusal("roster.upload_over")


def _require(person: Staff, village: Area) -> None:
    if not may_keep_roster(person, village.path):
        raise NotAllowed("roster.not_yours")

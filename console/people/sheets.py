"""A clerk's roster file brought in: seen first, then taken over in one press; and the roster as an Excel file."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from aiohttp import web

from console.people.presses import PEOPLE, named
from console.places import chosen, village_of_form, villages_open_to
from console.visits import Fields, Office, Visit, once
from notifier.pages import language_asked
from store.actions.roster_import import RosterPreview, preview
from store.actions.roster_uploads import (
    drop_upload,
    keep_upload,
    read_upload,
    take_upload,
    upload_to_keep,
)
from store.database import Transaction
from store.domain.areas import Area
from store.domain.errors import Refusal
from store.domain.roster import RosterSheet
from store.domain.roster_remarks import SensitiveFlag
from store.queries.access import may_keep_roster, may_see_flags
from store.queries.areas import groups_of
from store.queries.roster import EXPORT_HEADINGS, export_rows
from store.queries.roster_uploads import Upload, UploadState, upload_content, uploads_of
from store.sheets import LARGEST_FILE_BYTES
from store.workbooks import workbook

IMPORT = f"{PEOPLE}/import"
MOST_UPLOADED = LARGEST_FILE_BYTES + 100_000
"""With the rest of the form."""
SHOWN = 100
"""Problems and names; a file with more is put right first."""
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Seen:
    """What a file would do. `new` and `missing` are names, `changed` a name with what changes."""

    sheet: RosterSheet
    shown: RosterPreview
    new: Sequence[str]
    changed: Sequence[tuple[str, tuple[str, ...]]]
    missing: Sequence[str]


@dataclass(frozen=True, slots=True)
class SheetPages:
    office: Office

    async def upload(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        """Keep the file, once it proves to be a roster; what it would do is the next page."""
        village_id = fields.get("village", "")
        name, content = await _file(request)
        today = self.office.clock().astimezone(visit.settings.zone).date()
        sheet = await asyncio.to_thread(read_upload, content, name, today)
        file = {"file": hashlib.sha256(content).hexdigest()}
        async with self.office.database.write(self.office.clock()) as tx:
            await once(tx, request, visit, {**fields, **file}, f"{IMPORT}?{urlencode({'village': village_id})}")
            village = await village_of_form(tx, visit.person, may_keep_roster, village_id)
            upload_id = await keep_upload(tx, village, name, content, len(sheet.people), visit.person)
        raise web.HTTPSeeOther(f"{IMPORT}/{upload_id}")

    async def act(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        action, where = request.match_info["action"], f"{IMPORT}/{named(request, 'upload')}"
        async with self.office.database.write(self.office.clock()) as tx:
            await once(tx, request, visit, fields, where)
            upload, village = await upload_to_keep(tx, visit.person, named(request, "upload"))
            if action == "drop":
                await drop_upload(tx, upload, visit.person)
            else:
                flags = [flag for flag in SensitiveFlag if f"flag-{flag}" in fields]
                await take_upload(tx, upload, village, flags, fields.get("reason", ""), visit.person)
        raise web.HTTPSeeOther(where)

    async def export(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        """The whole roster with its numbers. The fact that it was taken out is committed before the file leaves."""
        async with self.office.database.write(self.office.clock()) as tx:
            village = await village_of_form(tx, visit.person, may_keep_roster, fields.get("village", ""))
            rows = list(await export_rows(tx, village.id))
            tx.audit(village.id, f"staff:{visit.person.id}", "roster.exported", f"area:{village.id}", len(rows))
        content = await asyncio.to_thread(workbook, village.name, [EXPORT_HEADINGS, *rows])
        words = self.office.pages.words(language_asked(request))["people"]
        return download(content, f"{village.name}{words['roster_file']}.xlsx")

    async def form(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        async with self.office.database.read(self.office.clock()) as tx:
            villages = await villages_open_to(tx, visit.person, may_keep_roster)
            village = chosen(villages, visit.asked(request).get("village", ""))
            uploads = await uploads_of(tx, village.id) if village else []
        return self.office.page(
            request, visit, "people_import.html", villages=villages, village=village, uploads=uploads
        )

    async def one(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        async with self.office.database.read(self.office.clock()) as tx:
            upload, village = await upload_to_keep(tx, visit.person, named(request, "upload"))
            seen = await self._seen(tx, upload, village) if upload.state is UploadState.SHOWN else None
        why = Refusal(upload.problem) if upload.problem else None
        return self.office.page(
            request,
            visit,
            "people_upload.html",
            upload=upload,
            village=village,
            seen=seen,
            shown=SHOWN,
            sensitive=tuple(SensitiveFlag) if may_see_flags(visit.person, village.path) else (),
            reason=visit.told.written.get("reason", ""),
            refusal=visit.told.refusal or (self.office.refused(request, why, visit.settings) if why else ""),
        )

    async def _seen(self, tx: Transaction, upload: Upload, village: Area) -> Seen:
        content = await upload_content(tx, upload.id)
        groups = [group.name for group in await groups_of(tx, village.id)]
        today = tx.now.date()
        sheet = await asyncio.to_thread(read_upload, content, upload.name, today, groups)
        shown = await preview(tx, village, sheet)
        plan = shown.plan
        return Seen(
            sheet=sheet,
            shown=shown,
            new=[one.after.name for one in plan.new[:SHOWN]],
            changed=[(one.after.name, one.fields) for one in plan.changed[:SHOWN]],
            missing=[one.standing.name for one in plan.missing[:SHOWN]],
        )


async def _file(request: web.Request) -> tuple[str, bytes]:
    """Name and content of the file of a form. Raises Refusal("file.missing")."""
    sent = (await request.post()).get("file")
    if not isinstance(sent, web.FileField):
        raise Refusal("file.missing")
    content = await asyncio.to_thread(sent.file.read)
    if not content:
        raise Refusal("file.missing")
    return sent.filename, content


def download(content: bytes, name: str) -> web.Response:
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return web.Response(body=content, content_type=EXCEL, headers=headers)

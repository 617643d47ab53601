"""What became of a notice, household by household; what was answered; and both to take along as a file."""

import asyncio
from dataclasses import dataclass

from aiohttp import web

from console.fields import whole_number
from console.notices.certificate import pdf_of
from console.notices.common import asked_for, in_words, notice_to_take_out, notice_with_readers
from console.notices.pages import OUTCOMES
from console.visits import Fields, Office, Visit
from notifier.answers import preview_reminder
from notifier.notice_sheets import answers_lines, reach_report
from store.actions.answers import may_remind
from store.domain.phones import masked_number
from store.domain.reach import Outcome
from store.queries.access import may_steer
from store.queries.answers import answers_in, silent_names, tally_of, was_reminded
from store.queries.areas import settings_for
from store.queries.certificate import ledger_page
from store.queries.reach import reach_of
from store.workbooks import workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"
MOST_SILENT = 200


@dataclass(frozen=True, slots=True)
class LedgerPages:
    office: Office

    async def ledger(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        asked, after = request.query.get("show", ""), request.query.get("after", "")
        outcome = Outcome(asked) if asked in set(Outcome) else None
        async with self.office.database.read(self.office.clock()) as tx:
            notice = await notice_with_readers(tx, request, visit)
            settings = await settings_for(tx, notice.village_id)
            found = await ledger_page(tx, notice.id, outcome, after)
            reach = await reach_of(tx, notice.id)
        return self.office.page(
            request,
            visit,
            "notices_ledger.html",
            zone=settings.zone,
            notice=notice,
            to=in_words(self.office, request, visit.person, notice),
            found=found,
            outcome=outcome,
            outcomes=[one for one in OUTCOMES if reach.count(one)],
            reach=reach,
            masked=masked_number,
            is_first=not after,
            may_take=may_steer(visit.person, notice),
        )

    async def answers(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        group_id = whole_number(request.query.get("group", ""))
        async with self.office.database.read(self.office.clock()) as tx:
            notice = asked_for(await notice_with_readers(tx, request, visit))
            tally = await tally_of(tx, notice)
            reminds = may_remind(visit.person, notice) and not await was_reminded(tx, notice)
            reminder = await preview_reminder(tx, self.office.renderer, notice) if reminds and tally.silent else None
            homes = await answers_in(tx, notice, group_id) if group_id else []
            silent = await silent_names(tx, notice)
        return self.office.page(
            request,
            visit,
            "notices_answers.html",
            notice=notice,
            tally=tally,
            group_id=group_id,
            homes=homes,
            silent=silent[:MOST_SILENT],
            more_silent=max(0, len(silent) - MOST_SILENT),
            reminder=reminder,
            may_take=may_steer(visit.person, notice),
        )

    async def take_reach(self, request: web.Request, visit: Visit, _fields: Fields) -> web.StreamResponse:
        """The certificate as a workbook. The fact that it was taken is committed before it goes out."""
        async with self.office.database.write(self.office.clock()) as tx:
            notice = await notice_to_take_out(tx, request, visit)
            report = await reach_report(tx, self.office.renderer, notice, f"staff:{visit.person.id}")
        content = await asyncio.to_thread(workbook, "送达情况", report.lines)
        return _download(content, XLSX, f"notice-{notice.number}-reach.xlsx")

    async def print_reach(self, request: web.Request, visit: Visit, _fields: Fields) -> web.StreamResponse:
        """The certificate on paper."""
        now = self.office.clock()
        async with self.office.database.write(now) as tx:
            notice = await notice_to_take_out(tx, request, visit)
            zone = (await settings_for(tx, notice.village_id)).zone
            report = await reach_report(tx, self.office.renderer, notice, f"staff:{visit.person.id}")
        content = await asyncio.to_thread(pdf_of, notice, report, now.astimezone(zone))
        return _download(content, PDF, f"notice-{notice.number}-reach.pdf")

    async def take_answers(self, request: web.Request, visit: Visit, _fields: Fields) -> web.StreamResponse:
        async with self.office.database.write(self.office.clock()) as tx:
            notice = asked_for(await notice_to_take_out(tx, request, visit))
            lines = await answers_lines(tx, notice, f"staff:{visit.person.id}")
        content = await asyncio.to_thread(workbook, "回复", lines)
        return _download(content, XLSX, f"notice-{notice.number}-answers.xlsx")


def _download(content: bytes, content_type: str, name: str) -> web.Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return web.Response(body=content, content_type=content_type, headers=headers)

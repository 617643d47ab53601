"""Long work at the console: how far it is, and what came of it. It goes on whether anybody looks or not."""

from dataclasses import dataclass
from urllib.parse import quote

from aiohttp import web

from console.fields import whole_number
from console.visits import Office, Visit
from notifier.pages import language_asked
from store.domain.tasks import Task
from store.queries.tasks import task_seen_by, tasks_of

JOBS = "/console/jobs"


@dataclass(frozen=True, slots=True)
class JobPages:
    office: Office

    async def list(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        after = request.query.get("after", "")
        async with self.office.database.read(now := self.office.clock()) as tx:
            found = await tasks_of(tx, visit.person, whole_number(after))
        return self.office.page(
            request,
            visit,
            "jobs.html",
            found=found,
            is_first=not after,
            said=[self._said(request, task) for task in found.tasks],
            files=[task.file_at(now) for task in found.tasks],
        )

    async def one(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        async with self.office.database.read(now := self.office.clock()) as tx:
            task = await task_seen_by(tx, visit.person, int(request.match_info["task"]))
        return self.office.page(
            request, visit, "job.html", task=task, said=self._said(request, task), file=task.file_at(now)
        )

    async def file(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        async with self.office.database.read(now := self.office.clock()) as tx:
            task = await task_seen_by(tx, visit.person, int(request.match_info["task"]))
        digest = task.file_at(now)
        path = self.office.files.path_of(digest) if digest else None
        if path is None or not path.is_file():
            raise web.HTTPNotFound
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(task.file_name)}",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        }
        return web.FileResponse(path, headers=headers)

    def _said(self, request: web.Request, task: Task) -> str:
        """What came of it, "" while it runs. A job's words are `<job>_<outcome>` with its result."""
        words = self.office.pages.words(language_asked(request))["jobs"]
        return words[f"{task.job}_{task.outcome}"].format(**task.result) if task.is_over else ""

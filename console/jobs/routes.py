"""Where long work is found."""

from aiohttp import web

from console.jobs.pages import JobPages
from console.visits import Doorkeeper, Office

_TASK = r"/jobs/{task:\d{1,18}}"


def job_routes(office: Office) -> list[web.RouteDef]:
    keeper, jobs = Doorkeeper(office), JobPages(office)
    return [
        web.get("/jobs", keeper.page(jobs.list)),
        web.get(_TASK, keeper.page(jobs.one)),
        web.get(_TASK + "/file", keeper.page(jobs.file)),
    ]

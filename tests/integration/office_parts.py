"""People and things for the tests of figures, settings, the book and long work."""

from datetime import datetime, timedelta

from sqlalchemy import select

from console.work import console_jobs
from store.actions.casework import answer_ticket, resolve_ticket
from store.actions.tickets import confirm_ticket, submit_ticket
from store.domain.people import Role
from store.domain.tickets import Category, Report
from store.queries.people import contact_by_id, staff_by_id
from store.queries.tickets import ticket_by_id
from store.tables import jobs, tasks, tickets
from tests.hub import Hub, parent_of
from tests.integration.console_parts import PAGES


async def add_administrator(hub: Hub) -> None:
    """陈管理, of the whole town."""
    async with hub.books() as tx:
        town = await parent_of(tx, hub.village)
    await hub.add_officer("陈管理", "+8613900007019", (Role.ADMINISTRATOR, town))


async def run_jobs(hub: Hub) -> None:
    """What a worker would do with the tasks that are not over."""
    handlers = console_jobs(hub.database, hub.files, PAGES, hub.clock)
    async with hub.books() as tx:
        rows = await tx.all(select(tasks.c.id, tasks.c.job).where(tasks.c.outcome == "").order_by(tasks.c.id))
        assert not await tx.all(select(jobs.c.id))  # the hub of a test has no queue
    for row in rows:
        await handlers[row.job]({"subject": row.id})


async def tell(
    hub: Hub, name: str, category: Category, *, group: int = 3, about_staff: bool = False, accused: str = ""
) -> int:
    """A ticket's id."""
    contact = await hub.contact_of(name)
    async with hub.books() as tx:
        ticket = await submit_ticket(
            tx,
            hub.village,
            Report(category, "", f"{category}的事", about_staff=about_staff),
            contact,
            resident_id=hub.residents[name],
            area=hub.groups[group - 1],
            accused=[hub.staff[accused].id] if accused else [],
        )
    return ticket.id


async def settle(hub: Hub, ticket_id: int, *, hours: float = 1, rating: str = "satisfied") -> None:
    """Answered so many hours later, done, and rated."""
    began = hub.clock.now
    hub.clock.pass_time(hours=hours)
    async with hub.books() as tx:
        person = await staff_by_id(tx, hub.staff["周文书"].id)
        [ticket] = await answer_ticket(tx, await ticket_by_id(tx, ticket_id), person, "明天来")
        [ticket] = await resolve_ticket(tx, ticket, person, "好了")
        if rating:
            await confirm_ticket(tx, ticket, await contact_by_id(tx, ticket.contact_id or 0), rating)
    hub.clock.now = began


async def opened_at(hub: Hub, ticket_id: int, moment: datetime) -> None:
    async with hub.books() as tx:
        values = {"opened_at": moment, "due_at": moment + timedelta(hours=8)}
        await tx.run(tickets.update().where(tickets.c.id == ticket_id).values(values))

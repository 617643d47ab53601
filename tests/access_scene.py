"""A village with one of everything, and somebody for every role: what the table of who may do what is measured on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from PIL import Image
from sqlalchemy import select

from notifier.approving import approve
from notifier.circulars import plan_circular, submit, warn_villages
from notifier.emergencies import warn
from notifier.notices import preview_notice
from store.actions.accounts import add_account
from store.actions.bookings import book_slot
from store.actions.canned_replies import keep_reply
from store.actions.circulars import begin_circular
from store.actions.disclosure_files import attach_file
from store.actions.disclosures import add_item
from store.actions.feeds import new_feed
from store.actions.inbound import record_files
from store.actions.kept_forms import keep_form
from store.actions.notices import ask_readers, draft_notice, submit_notice
from store.actions.personal_data import take_request
from store.actions.roster_uploads import keep_upload
from store.actions.saved_views import save_view
from store.actions.services import add_service
from store.actions.tags import add_tag
from store.actions.tasks import ask_for_task, finish_task
from store.actions.tickets import submit_ticket
from store.actions.visits import open_visits
from store.database import Transaction
from store.domain.accounts import AccountKind
from store.domain.answers import ATTENDING
from store.domain.areas import Area
from store.domain.audiences import Audience, AudienceKind
from store.domain.emergencies import Aim, Level, Source, Warned
from store.domain.jobs import JobName
from store.domain.kept_forms import FilledForm
from store.domain.people import Role, Staff
from store.domain.personal_data import RequestKind
from store.domain.services import ServiceText
from store.domain.tickets import Category, Report
from store.queries.areas import villages_under
from store.queries.circulars import circular_for_staff
from store.queries.kept_forms import kept_forms_of
from store.queries.residents import home_seen_by
from store.queries.tasks import task_by_id
from store.tables import (
    canned_replies,
    circulars,
    emergency_roll_entries,
    households,
    notice_visits,
    notices,
    occurrences,
    residents,
    saved_views,
    tickets,
)
from tests.acceptance.test_emergencies import WARNING, WHAT_TO_DO
from tests.acceptance.test_service_days import lawyer_day
from tests.hub import RENDERER, Hub, parent_of
from tests.integration.test_console_matters import open_matter
from tests.integration.test_public_pages import DITCH, RENT, disclose

PHOTO = Image.new("RGB", (24, 32), "white")._repr_png_() or b""
NEIGHBOUR = "next village"
"""Who holds every role there."""
Samples = Mapping[str, str]
"""What the variables of an address may be."""
DRAFT, WAITING, OUT, EMERGENCY = "draft", "waiting", "out", "emergency"
_CIRCULARS = (DRAFT, WAITING, EMERGENCY)


@dataclass(frozen=True, slots=True)
class Scene:
    """`near` is of group 3, and may be somebody's own: see `handed_to`. `far` is another's, or of group 1."""

    hub: Hub
    people: Sequence[str]
    near: Samples
    far: Samples

    async def handed_to(self, name: str) -> Samples:
        """What is near, once it is his own work."""
        person = self.hub.staff[name]
        async with self.hub.books() as tx:
            if name == Role.TOWN_OFFICIAL:
                await _hand_circulars_to(tx, person, [int(self.near[f"circular {state}"]) for state in _CIRCULARS])
            mine = notices.c.id.in_([int(self.near[state]) for state in (DRAFT, WAITING, OUT, EMERGENCY)])
            if name != NEIGHBOUR:
                await tx.run(notices.update().where(mine).values(drafted_by=person.id))
            return {**self.near, **await _made_by(tx, self.hub, person)}


async def set_scene(hub: Hub) -> Scene:
    people = await _people(hub)
    common = await _village(hub)
    near = {**common, **await _of_group(hub, 3, "陈伯")}
    return Scene(hub, people, near, {**common, **await _of_group(hub, 1, "黄明")})


async def _hand_circulars_to(tx: Transaction, person: Staff, ids: Sequence[int]) -> None:
    await tx.run(circulars.update().where(circulars.c.id.in_(ids)).values(drafted_by=person.id))
    await tx.run(notices.update().where(notices.c.circular_id.in_(ids)).values(drafted_by=person.id))


async def _people(hub: Hub) -> list[str]:
    """One for each role: of the town, of group 3, or of the village; and the neighbour."""
    other = await hub.neighbour_village("竹坑村")
    async with hub.books() as tx:
        town = await parent_of(tx, hub.village)
    areas = {Role.TOWN_OFFICIAL: town, Role.GRID_OFFICER: hub.groups[2]}
    for number, role in enumerate(Role):
        await hub.add_officer(role.value, f"+861390000{7100 + number}", (role, areas.get(role, hub.village)))
    await other.add_officer(NEIGHBOUR, "+8613900007199", *((role, other.village) for role in Role))
    hub.staff |= other.staff
    hub.numbers |= other.numbers
    return [*(role.value for role in Role), NEIGHBOUR]


async def _village(hub: Hub) -> Samples:
    """What belongs to nobody more than to the next."""
    clerk = hub.staff["周文书"]
    await hub.add_household(1, ("黄婆婆", ""))
    await hub.add_household(3, ("覃奶奶", ""))
    series = await lawyer_day(hub)
    matter, vote = await open_matter(hub)
    await disclose(hub, DITCH)
    given = {"access_key_id": "k", "access_key_secret": "s", "signature": "榕溪村"}
    photo, phone = hub.files.put_photo(PHOTO), await hub.contact_of("林嫂")
    async with hub.books() as tx:
        day = await tx.scalar(select(occurrences.c.id).order_by(occurrences.c.id.desc()).limit(1))
        item = await add_item(tx, hub.village, date(2026, 11, 1), RENT, clerk)
        await attach_file(tx, hub.village, item.id, photo, "收据.jpg", clerk)
        account = await add_account(tx, hub.village.id, AccountKind.ALIYUN, "阿里云", given, actor="test")
        await keep_reply(tx, hub.village, clerk, "电工", "电工明天来")
        home = await home_seen_by(tx, clerk, hub.residents["陈伯"])
        return {
            "village": str(hub.village.id),
            "month": "2026-10",
            "page": "1",
            "language": "zh_CN",
            "message": "thanks",
            "medium": "chat",
            "series": str(series.id),
            "day": str(day),
            "gone": str(hub.residents["林强"]),
            "home number": str(await tx.scalar(select(households.c.number).order_by(households.c.id.desc()).limit(1))),
            "tag": str(await add_tag(tx, hub.village, "民兵", clerk)),
            "booking": str((await book_slot(tx, int(day), 1, phone, hub.residents["林嫂"])).id),
            "matter": matter.rpartition("/")[2],
            "vote": str(vote),
            "item": str(item.id),
            "digest": photo.sha256,
            "account": str(account.id),
            "reply": str(await tx.scalar(select(canned_replies.c.id))),
            "service": str(await add_service(tx, hub.village, ServiceText("盖章", "", "", ""), clerk)),
            "staff": str(hub.staff[Role.MEDIATOR].id),
            "token": await new_feed(tx, clerk),
            "request": str(await take_request(tx, home, RequestKind.SHOW, "", clerk)),
            "upload": str(await keep_upload(tx, hub.village, "x.csv", "姓名\n新来的\n".encode(), 1, clerk)),
        }


async def _of_group(hub: Hub, number: int, name: str) -> Samples:
    """Notices are to group 3 or, where it is far, to the village."""
    group, clerk, contact = hub.groups[number - 1], hub.staff["周文书"], await hub.contact_of(name)
    resident = hub.residents[name]
    photo = hub.files.put_photo(PHOTO)
    rubbish = Report(Category.ENVIRONMENT, "垃圾", "垃圾没人收", "晒谷场", files=(photo.sha256,))
    async with hub.books() as tx:
        ticket = await submit_ticket(tx, hub.village, rubbish, contact, resident_id=resident, area=group, accused=[])
        home = await tx.scalar(select(residents.c.household_id).where(residents.c.id == resident))
        return {
            "group": str(group.id),
            "contact": str(contact.id),
            "ticket": str(ticket.id),
            "resident": str(resident),
            "household": str(home),
            **await _made_by(tx, hub, clerk),
            **await _notices(tx, hub, group if number == 3 else hub.village),
            **await _emergency(tx, hub, group if number == 3 else hub.village, resident),
            **await _circulars(tx, hub),
        }


async def _circulars(tx: Transaction, hub: Hub) -> Samples:
    """The town's notices to both villages, in each state, with what their pages show."""
    official, villages = hub.staff["赵工"], await villages_under(tx, await parent_of(tx, hub.village))
    samples = {f"village_{village.id}": "1" for village in villages}
    for state in (DRAFT, WAITING):
        key = await begin_circular(tx, official)
        for village in villages:
            await draft_notice(tx, village, Audience(AudienceKind.VILLAGE, village), official, "明天停水", key)
        circular = await circular_for_staff(tx, official, key)
        plans = {key: one.frozen for key, one in (await plan_circular(tx, RENDERER, circular)).previews.items()}
        if state == WAITING:
            await submit(tx, RENDERER, circular, official, plans)
        samples |= {f"circular {state}": str(key)} | {f"plan_{one}": frozen for one, frozen in plans.items()}
        samples |= {f"hash_{one.id}": one.content_hash for one in circular.notices}
    says = Warned(Source.TOWN, "榕溪镇政府", tx.now, "台风", Level.YELLOW, WARNING)
    aims = [Aim(village, Audience(AudienceKind.VILLAGE, village, units=True)) for village in villages]
    warned = await warn_villages(tx, RENDERER, aims, official, says, WHAT_TO_DO, with_roll=True)
    return {**samples, f"circular {EMERGENCY}": str(warned)}


async def _emergency(tx: Transaction, hub: Hub, area: Area, resident: int) -> Samples:
    """A warning that is out, and the line of somebody's home on its transfer list."""
    clerk, kind = hub.staff["周文书"], AudienceKind.VILLAGE if area == hub.village else AudienceKind.GROUP
    files = (hub.files.put_photo(PHOTO).sha256,)
    says = Warned(Source.WEATHER_STATION, "青榕县气象台", tx.now, "台风", Level.YELLOW, WARNING, files)
    audience = Audience(kind, area, units=True)
    notice, _ = await warn(tx, RENDERER, hub.village, audience, clerk, says, WHAT_TO_DO, with_roll=True)
    entry = await tx.scalar(
        select(emergency_roll_entries.c.id)
        .join(residents, residents.c.household_id == emergency_roll_entries.c.household_id)
        .where(residents.c.id == resident)
        .order_by(emergency_roll_entries.c.id.desc())
    )
    return {EMERGENCY: str(notice.id), "entry": str(entry)}


async def _made_by(tx: Transaction, hub: Hub, person: Staff) -> Samples:
    await save_view(tx, person, "急的", {})
    await keep_form(tx, person.id, FilledForm("/console/tickets/1/note", "x", {"text": "没交上去的"}))
    [kept] = await kept_forms_of(tx, person.id)
    view = await tx.scalar(select(saved_views.c.id).where(saved_views.c.staff_id == person.id))
    stored = hub.files.put_document(b"x")
    await record_files(tx, [stored])
    task_id = await ask_for_task(tx, JobName.EXPORT_AUDIT, person, hub.village.id, 1)
    task = await task_by_id(tx, task_id)
    await finish_task(tx, task, "written", {"count": 1}, file=stored.sha256, file_name="x.xlsx")
    return {"view": str(view), "task": str(task_id), "kept": str(kept.id)}


async def _notices(tx: Transaction, hub: Hub, area: Area) -> Samples:
    """One in each state with the hash and the plan that its page shows, and a door at which one that is out is told."""
    clerk, kind = hub.staff["周文书"], AudienceKind.VILLAGE if area == hub.village else AudienceKind.GROUP
    draft, waiting, out = [
        await draft_notice(tx, hub.village, Audience(kind, area), clerk, "明天停水") for _ in range(3)
    ]
    out = await ask_readers(tx, out, clerk, ATTENDING)
    plan = await preview_notice(tx, RENDERER, waiting)
    waiting = await submit_notice(tx, waiting, clerk, plan, plan.frozen)
    seen = await preview_notice(tx, RENDERER, out)
    out = await submit_notice(tx, out, clerk, seen, seen.frozen)
    await approve(tx, RENDERER, out, hub.staff["赵工"], seen.frozen)
    await open_visits(tx, out, "test")
    door = (
        select(tickets.c.id)
        .join(notice_visits, notice_visits.c.ticket_number == tickets.c.number)
        .where(notice_visits.c.notice_id == out.id)
    )
    return {
        "door": str(await tx.scalar(door.order_by(tickets.c.id))),
        "plan": plan.frozen,
        **{state: str(one.id) for state, one in ((DRAFT, draft), (WAITING, waiting), (OUT, out))},
        **{f"hash of {one.id}": one.content_hash for one in (draft, waiting, out)},
    }

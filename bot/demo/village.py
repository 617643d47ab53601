"""The demo village, whole: invented from a seed, the same for the same day, without any store."""

from dataclasses import dataclass
from datetime import date
from random import Random

from bot.demo import names
from bot.demo.accounts import Lease, MonthAccounts, Objection, leases, upheld_objection, year_of_accounts
from bot.demo.matters import Matter, put_to_the_village
from bot.demo.notices import Notice, water_cut
from bot.demo.offices import SERVICE_DAYS, ServiceDay, Staff, appoint, choose_officers
from bot.demo.people import Group, Household, Resident, groups, settle
from bot.demo.phones import Phone, give_phones, name_proxies, phones_by_resident
from bot.demo.standing import distinguish
from bot.demo.tickets import Ticket, ask_forty


@dataclass(frozen=True, slots=True)
class DemoVillage:
    """Everything of the village. Residents and households are numbered from 1 in their order; staff go by key.

    All moments are aware, in Asia/Shanghai, and before `today`, but for what is planned.
    """

    today: date
    county: str
    town: str
    name: str
    landline: str
    groups: tuple[Group, ...]
    households: tuple[Household, ...]
    residents: tuple[Resident, ...]
    phones: tuple[Phone, ...]
    staff: tuple[Staff, ...]
    service_days: tuple[ServiceDay, ...]
    months: tuple[MonthAccounts, ...]
    objections: tuple[Objection, ...]
    leases: tuple[Lease, ...]
    matters: tuple[Matter, ...]
    tickets: tuple[Ticket, ...]
    notices: tuple[Notice, ...]


def demo_village(today: date, seed: int = 2026) -> DemoVillage:
    """榕溪村 as it stands on the morning of `today`."""
    people = _dice(seed, "people")
    roster = settle(people, today)
    officers = choose_officers(people, roster, today)
    roster = distinguish(people, roster, officers, today)
    phones = give_phones(people, roster, officers, today)
    roster = name_proxies(people, roster, phones, today)
    in_hand = phones_by_resident(phones)
    months = year_of_accounts(_dice(seed, "accounts"), today)
    tickets = ask_forty(_dice(seed, "tickets"), today, roster, in_hand, officers.values())
    doubter = next(ticket.resident for ticket in tickets if ticket.group == names.DOUBTERS_GROUP)
    return DemoVillage(
        today=today,
        county=names.COUNTY,
        town=names.TOWN,
        name=names.VILLAGE,
        landline=names.LANDLINE,
        groups=groups(),
        households=roster.households,
        residents=roster.residents,
        phones=phones,
        staff=appoint(officers, roster, in_hand),
        service_days=SERVICE_DAYS,
        months=months,
        objections=(upheld_objection(months, doubter),),
        leases=leases(today),
        matters=put_to_the_village(_dice(seed, "matters"), today, roster, in_hand),
        tickets=tickets,
        notices=(water_cut(_dice(seed, "notices"), today, roster, in_hand),),
    )


def _dice(seed: int, part: str) -> Random:
    """Each part throws its own, so that a change in one leaves the others as they were."""
    return Random(f"{seed}/{part}")  # noqa: S311 - invented people, not secrets

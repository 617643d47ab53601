"""Who holds which office in the demo village, and the days on which someone sees residents.

Five cadres hold all the eight roles (八员) between them; the leaders of the seven groups are its grid officers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time
from random import Random

from bot.demo.names import HAMLETS
from bot.demo.people import Resident, Roster
from bot.demo.phones import Phone
from store.domain.people import Role


@dataclass(frozen=True, slots=True)
class Staff:
    """A person in office. `group` is 0 for the whole village; `resident` is None for those who come from outside."""

    key: str
    title: str
    name: str
    roles: tuple[Role, ...]
    phone: str
    group: int = 0
    resident: int | None = None


@dataclass(frozen=True, slots=True)
class ServiceDay:
    """A recurring day. `weekday` counts from Monday = 0; `week_of_month` is 1 for the first such day, 0 for every one.

    `slot_minutes` is 0 where nobody books.
    """

    key: str
    title: str
    staff: str
    weekday: int
    week_of_month: int
    starts: time
    ends: time
    place: str
    slot_minutes: int


@dataclass(frozen=True, slots=True)
class Office:
    """An office of the village and who may come into it: sex ("" for either) and age."""

    key: str
    title: str
    roles: tuple[Role, ...]
    sex: str
    youngest: int
    oldest: int
    group: int = 0


CADRES = (
    Office(
        "secretary",
        "村党支部书记、村委会主任",
        (Role.PARTY_BRANCH, Role.COUNCIL_CHAIR),
        "男",
        45,
        58,
    ),
    Office(
        "deputy",
        "村委会副主任",
        (Role.MEDIATOR, Role.SECURITY, Role.FIRE_LIAISON),
        "男",
        36,
        56,
    ),
    Office(
        "clerk",
        "文书",
        (Role.FRONT_DESK, Role.POPULATION, Role.ERRANDS, Role.ADMINISTRATOR),
        "",
        27,
        50,
    ),
    Office(
        "accountant",
        "会计",
        (Role.ACCOUNTANT, Role.ORGANIZATIONS, Role.LEGAL_TUTOR),
        "",
        35,
        58,
    ),
    Office(
        "womens_chair",
        "妇联主席",
        (Role.WELFARE, Role.REHABILITATION),
        "女",
        32,
        56,
    ),
)

SUPERVISORS = (
    Office("supervisor_1", "监委会主任", (Role.SUPERVISORS,), "", 45, 70),
    Office("supervisor_2", "监委会委员", (Role.SUPERVISORS,), "", 40, 70),
    Office("supervisor_3", "监委会委员", (Role.SUPERVISORS,), "", 40, 70),
)

WOMEN_TOO = (3, 6)
"""Groups whose leader may be a woman; elsewhere the custom is a man."""

LEADERS = tuple(
    Office(
        f"leader_{group}",
        f"{hamlet.title}组长",
        (Role.GRID_OFFICER,),
        "" if group in WOMEN_TOO else "男",
        40,
        66,
        group,
    )
    for group, hamlet in enumerate(HAMLETS, 1)
)

OFFICES = (*CADRES, *SUPERVISORS, *LEADERS)

VISITORS = (
    Staff("lawyer", "村法律顾问", "王律师", (Role.LEGAL_ADVISER,), "+8613900000011"),
    Staff("police", "村居警官", "韦警官", (Role.POLICE,), "+8613900000012"),
    Staff("town_leader", "镇驻村领导", "覃副镇长", (Role.TOWN_OFFICIAL,), "+8613900000013"),
    Staff("town_official", "榕溪镇农业农村办干部", "莫主任", (Role.TOWN_OFFICIAL,), "+8613900000014"),
)

SERVICE_DAYS = (
    ServiceDay("lawyer_day", "律师接待日", "lawyer", 2, 1, time(9), time(12), "村委会二楼", 20),
    ServiceDay("police_day", "民警接待日", "police", 1, 0, time(9), time(11, 30), "村警务室", 0),
    ServiceDay("town_day", "镇领导驻点日", "town_leader", 3, 0, time(8, 30), time(11, 30), "村委会一楼", 0),
)


def choose_officers(dice: Random, roster: Roster, today: date) -> dict[str, int]:
    """Office key → resident number. No two come from one household, so nobody oversees his kin."""
    candidates = [resident for resident in roster.residents if resident.registered and resident.at_home]
    dice.shuffle(candidates)
    chosen: dict[str, Resident] = {}
    for office in OFFICES:
        taken = {resident.household for resident in chosen.values()}
        fits = _fits(office, today)
        chosen[office.key] = next(one for one in candidates if one.household not in taken and fits(one))
    return {key: resident.number for key, resident in chosen.items()}


def _fits(office: Office, today: date) -> Callable[[Resident], bool]:
    def fits(resident: Resident) -> bool:
        return (
            office.youngest <= resident.age_on(today) <= office.oldest
            and office.sex in ("", resident.sex)
            and office.group in (0, resident.group)
        )

    return fits


def appoint(officers: Mapping[str, int], roster: Roster, phones: Mapping[int, Phone]) -> tuple[Staff, ...]:
    """The holders of all offices; `phones` is by resident."""
    own = tuple(
        Staff(
            office.key,
            office.title,
            roster.resident(officers[office.key]).name,
            office.roles,
            phones[officers[office.key]].number,
            office.group,
            officers[office.key],
        )
        for office in OFFICES
    )
    return (*own, *VISITORS)

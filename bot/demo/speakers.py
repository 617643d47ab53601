"""Whom a sentence of the scripts may be put into the mouth of."""

from collections.abc import Callable
from datetime import date

from bot.demo.people import Resident

AGES = {
    "elder": range(66, 90),
    "adult": range(26, 65),
    "woman": range(22, 52),
    "away": range(24, 52),
    "tenant": range(20, 50),
}


def speaks_as(who: str, group: int, today: date) -> Callable[[Resident], bool]:
    """`group` is 0 for any."""

    def fits(one: Resident) -> bool:
        return (
            one.age_on(today) in AGES[who]
            and group in (0, one.group)
            and one.registered == (who != "tenant")
            and one.at_home == (who != "away")
            and (who != "woman" or one.sex == "女")
        )

    return fits

"""Who lives under one roof: the forms of household of the demo village and how often each occurs.

The counts add up to 412 households and 1,563 registered residents; a village whose young have gone to the factories.
"""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Kin:
    """A relative of the head. `younger` and `older` bound the age in years relative to the head's.

    `relation` is (as a man, as a woman); an empty string means that the form has none of that sex.
    """

    relation: tuple[str, str]
    younger: int
    older: int


@dataclass(frozen=True, slots=True)
class Form:
    """A form of household: how many there are, what share of heads are women in percent, the head's age, the kin."""

    count: int
    women_percent: int
    youngest: int
    oldest: int
    kin: tuple[Kin, ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    relation: str
    sex: str
    age: int


WIFE = Kin(("", "妻子"), -5, 1)
MOTHER = Kin(("", "母亲"), 20, 28)
CHILD = Kin(("儿子", "女儿"), -30, -22)
GROWN = Kin(("儿子", "女儿"), -27, -22)
SON = Kin(("儿子", ""), -29, -24)
SONS_WIFE = Kin(("", "儿媳"), -31, -25)
GRANDCHILD = Kin(("孙子", "孙女"), -57, -50)
SISTER_IN_HOUSE = Kin(("", "女儿"), -38, -30)

FORMS = (
    Form(30, 60, 66, 92),
    Form(6, 0, 41, 63),
    Form(40, 0, 63, 87, (WIFE,)),
    Form(10, 0, 50, 61, (WIFE,)),
    Form(16, 0, 40, 57, (MOTHER,)),
    Form(26, 0, 62, 79, (WIFE, SON)),
    Form(32, 0, 28, 45, (WIFE, CHILD)),
    Form(20, 0, 47, 58, (WIFE, GROWN)),
    Form(39, 0, 30, 46, (WIFE, CHILD, CHILD)),
    Form(20, 0, 48, 59, (WIFE, GROWN, GROWN)),
    Form(32, 0, 35, 52, (MOTHER, WIFE, CHILD)),
    Form(30, 0, 34, 50, (MOTHER, WIFE, CHILD, CHILD)),
    Form(40, 0, 58, 74, (WIFE, SON, SONS_WIFE, GRANDCHILD)),
    Form(50, 0, 58, 73, (WIFE, SON, SONS_WIFE, GRANDCHILD, GRANDCHILD)),
    Form(15, 0, 60, 72, (WIFE, SON, SONS_WIFE, GRANDCHILD, GRANDCHILD, GRANDCHILD)),
    Form(6, 0, 60, 70, (WIFE, SON, SONS_WIFE, SISTER_IN_HOUSE, GRANDCHILD, GRANDCHILD)),
)


def all_homes(dice: Random) -> list[tuple[Member, ...]]:
    """Every household of the village in no order, the head first and then from old to young."""
    homes = [_home(dice, form) for form in FORMS for _ in range(form.count)]
    dice.shuffle(homes)
    return homes


def _home(dice: Random, form: Form) -> tuple[Member, ...]:
    sex = "女" if dice.randrange(100) < form.women_percent else "男"
    head = Member("户主", sex, dice.randint(form.youngest, form.oldest))
    others = [_relative(dice, head.age, kin) for kin in form.kin]
    return (head, *sorted(others, key=lambda member: -member.age))


def _relative(dice: Random, head_age: int, kin: Kin) -> Member:
    as_man, as_woman = kin.relation
    woman = not as_man or (bool(as_woman) and dice.random() < 0.48)  # noqa: PLR2004 - girls among children
    age = head_age + dice.randint(kin.younger, kin.older)
    return Member(as_woman if woman else as_man, "女" if woman else "男", max(age, dice.randrange(4)))

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.domain.receipts import new_receipt, parse_receipt

numbers = st.integers(0, 10**8 - 1)


def receipt_of(number: int) -> str:
    return new_receipt(lambda _: number)


@pytest.mark.parametrize(
    "text",
    [
        "4821-7730-5",
        "482177305",
        "4821 7730 5",
        "4821－7730－5",
        "４８２１７７３０５",
        "4821—7730—5",
        " 回执4821-7730-5。",
        "回执号:4821 7730 5",
        "4 8 2 1 7 7 3 0 5",
    ],
)
def test_a_receipt_as_people_copy_it(text: str) -> None:
    assert parse_receipt(text) == "4821-7730-5"


@pytest.mark.parametrize(
    "text",
    ["", "回执", "4821-7730", "4821-7730-6", "4821-7730-55", "8421-7730-5", "4821-7330-5", "13900007421", "611"],
)
def test_not_a_receipt(text: str) -> None:
    assert parse_receipt(text) is None


def test_eight_digits_are_drawn_and_leading_zeros_stay() -> None:
    bounds: list[int] = []

    def randbelow(bound: int) -> int:
        bounds.append(bound)
        return 42

    receipt = new_receipt(randbelow)
    assert bounds == [10**8]
    assert receipt.startswith("0000-0042-")
    assert len(receipt) == 11


@given(number=numbers)
def test_what_is_drawn_is_read_back(number: int) -> None:
    assert parse_receipt(receipt_of(number)) == receipt_of(number)


@given(number=numbers, place=st.integers(0, 8), wrong=st.integers(1, 9))
def test_every_single_wrong_digit_is_found(number: int, place: int, wrong: int) -> None:
    digits = receipt_of(number).replace("-", "")
    changed = str((int(digits[place]) + wrong) % 10)
    assert parse_receipt(digits[:place] + changed + digits[place + 1 :]) is None


@given(number=numbers, place=st.integers(0, 7))
def test_every_swap_of_neighbours_is_found(number: int, place: int) -> None:
    digits = receipt_of(number).replace("-", "")
    swapped = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
    assert (parse_receipt(swapped) is None) is (swapped != digits)


def test_receipts_of_a_village_differ() -> None:
    dice = random.Random(611)
    assert len({new_receipt(dice.randrange) for _ in range(586)}) == 586

"""What a village owes to disclose, and what should not stand in it: rules as tables of cases."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.domain.disclosure_catalogue import Standing, last_day, quarter_of, standings
from store.domain.disclosure_doubts import doubts_in_pages, doubts_of
from store.domain.disclosures import AttachedFile, DisclosureCategory, DisclosureItem, Flow
from store.domain.errors import Refusal
from store.domain.privacy import (
    Concern,
    Doubt,
    NumberKind,
    doubts_in,
    holds_personal_number,
    personal_numbers_in,
    shorten_names,
    without_personal_numbers,
)
from store.domain.services import ServiceText, check_service

FINANCE, WORKS, LAND, OTHER = (
    DisclosureCategory.FINANCE,
    DisclosureCategory.WORKS,
    DisclosureCategory.LAND,
    DisclosureCategory.OTHER,
)
OCTOBER, DECEMBER = date(2026, 10, 1), date(2026, 12, 1)

CASES = [
    # month, category, in the month, in the quarter, monthly besides → standing
    (OCTOBER, FINANCE, 0, False, (), Standing.MISSING),
    (OCTOBER, FINANCE, 0, True, (), Standing.MISSING),
    (OCTOBER, FINANCE, 2, True, (), Standing.DONE),
    (OCTOBER, WORKS, 0, False, (), Standing.LATER),
    (OCTOBER, WORKS, 0, False, (WORKS,), Standing.MISSING),
    (OCTOBER, LAND, 0, False, (), Standing.LATER),
    (DECEMBER, WORKS, 0, False, (), Standing.MISSING),
    (DECEMBER, LAND, 0, False, (), Standing.MISSING),
    (DECEMBER, WORKS, 0, True, (), Standing.DONE),
    (DECEMBER, OTHER, 0, False, (), Standing.FREE),
    (DECEMBER, OTHER, 1, True, (), Standing.DONE),
]


@pytest.mark.parametrize(("month", "category", "count", "in_quarter", "monthly", "expected"), CASES)
def test_how_a_category_stands(
    month: date,
    category: DisclosureCategory,
    count: int,
    in_quarter: bool,  # noqa: FBT001
    monthly: tuple[DisclosureCategory, ...],
    expected: Standing,
) -> None:
    found = standings(month, {category: count}, {category} if in_quarter else set(), monthly)
    assert {one.category: one.standing for one in found}[category] is expected
    assert [one.category for one in found] == list(DisclosureCategory)


@pytest.mark.parametrize(
    ("month", "first", "after"),
    [
        (date(2026, 1, 1), date(2026, 1, 1), date(2026, 4, 1)),
        (date(2026, 6, 1), date(2026, 4, 1), date(2026, 7, 1)),
        (date(2026, 12, 1), date(2026, 10, 1), date(2027, 1, 1)),
    ],
)
def test_quarters(month: date, first: date, after: date) -> None:
    assert quarter_of(month) == (first, after)


def test_the_day_of_publication_is_not_counted() -> None:
    assert last_day(date(2026, 11, 28), 5) == date(2026, 12, 3)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("打13900007009", {NumberKind.PHONE}),
        ("打１３９-０００07009", {NumberKind.PHONE}),
        ("身份证440101197001011234", {NumberKind.IDENTITY}),
        ("卡6222 0212 3456 7890 123", {NumberKind.BANK_CARD}),
        ("电话6123456,金额126000000元", set()),
        ("IMG_20261118_120501.jpg", set()),
        ("13900007009和44010119700101123X.jpg", {NumberKind.PHONE, NumberKind.IDENTITY}),
    ],
)
def test_which_numbers_stand_there(text: str, kinds: set[NumberKind]) -> None:
    assert personal_numbers_in(text) == kinds
    assert holds_personal_number(text) is bool(kinds)


@given(st.text(), st.sampled_from(("13900007009", "１３９００００７００９", "440101197001011234", "6222021234567890")))
def test_nothing_is_left_of_a_number(around: str, number: str) -> None:
    assert not holds_personal_number(without_personal_numbers(f"{around} {number} {around}"))


@given(st.text(alphabet="路灯修好了abc。,"))
def test_what_holds_no_number_is_left_alone(text: str) -> None:
    assert without_personal_numbers(text) == text


@pytest.mark.parametrize(
    ("text", "names", "short"),
    [
        ("低保:陈小强、陈小、林强", ["陈小", "陈小强", "林强"], "低保:陈*强、陈*、林*"),
        ("欧阳小强领450元", ["欧阳小强"], "欧**强领450元"),
        ("没有人名", ["林强"], "没有人名"),
    ],
)
def test_names_are_shortened(text: str, names: list[str], short: str) -> None:
    assert shorten_names(text, names) == short


def test_what_should_be_looked_at() -> None:
    found = doubts_in("林强因病致贫,患尿毒症,发450元", ["林强", "林嫂"])
    assert [(one.concern, one.words) for one in found] == [
        (Concern.NAME, ("林强",)),
        (Concern.ILLNESS, ("尿毒症",)),
        (Concern.HARDSHIP, ("因病致贫",)),
    ]
    assert doubts_in("修三组水渠120米", ["林强"]) == ()


def test_what_was_found_in_a_paper_stays_with_it() -> None:
    found = Doubt(Concern.UNREAD_PAGES, ("2",), "林强合同.pdf")
    files = (
        AttachedFile("a" * 64, "林强合同.pdf", "application/pdf", (found,)),
        AttachedFile("b" * 64, "", "image/jpeg"),
    )
    item = DisclosureItem(1, OCTOBER, 1, WORKS, "水渠", Flow.POSTED, None, "", None, files)
    assert doubts_of(item, ["林强"]) == (Doubt(Concern.NAME, ("林强",)), found)


@pytest.mark.parametrize(
    ("pages", "is_whole", "expected"),
    [
        (["修三组水渠120米", "合计12600元"], True, []),
        (["林强签字", "因病致贫"], True, [(Concern.NAME, ("林强",)), (Concern.HARDSHIP, ("因病致贫",))]),
        (["水渠", "", ""], True, [(Concern.UNREAD_PAGES, ("2", "3"))]),
        (["水渠"], False, [(Concern.UNREAD_REST, ())]),
        ([], False, [(Concern.UNREAD_REST, ())]),
    ],
)
def test_what_should_be_looked_at_in_a_paper(
    pages: list[str],
    is_whole: bool,  # noqa: FBT001
    expected: list[tuple[Concern, tuple[str, ...]]],
) -> None:
    found = doubts_in_pages(pages, "", ["林强"], is_whole=is_whole)
    assert [(one.concern, one.words) for one in found] == expected


@pytest.mark.parametrize(
    ("pages", "beside", "key"),
    [
        (["水渠", "找老罗139 0000 7009"], "", "disclosure.file_number$"),
        (["水渠", ""], "13900007009", "disclosure.file_number_beside"),
    ],
)
def test_a_paper_with_a_number_is_refused(pages: list[str], beside: str, key: str) -> None:
    with pytest.raises(Refusal, match=key):
        doubts_in_pages(pages, beside, [], is_whole=True)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (ServiceText(" ", "", "", ""), "service.title_missing"),
        (ServiceText("办证", "", "x" * 121, ""), "service.too_long"),
        (ServiceText("办证", "打13900007009", "", ""), "disclosure.personal_number"),
    ],
)
def test_what_a_service_may_not_say(text: ServiceText, key: str) -> None:
    with pytest.raises(Refusal, match=key):
        check_service(text)

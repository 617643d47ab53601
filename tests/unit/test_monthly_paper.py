"""The month's page: what it says, how it looks, and what is read out."""

import io
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from notifier.paper.layout import page_of
from notifier.paper.reading import reading_of
from notifier.paper.typesetting import Edition, pages_of, pdf_of, pictures_of
from notifier.render import Renderer
from store.domain.areas import Area, AreaKind
from store.domain.disclosures import Flow, digest_of
from store.domain.money import grouped
from store.domain.monthly_paper import MonthlyPaper, change_of, days_announced, sections_of
from store.domain.settings import settings_of
from store.domain.spoken import spoken
from tests.papers import ADDRESS, long_month, october

GOLDEN = Path(__file__).parents[1] / "recordings"
VILLAGE = settings_of(Area(3, AreaKind.VILLAGE, "榕溪村", "/3/"), "榕溪村", {"landline": "6123456"})
GOLDEN_WIDTH = 420
"""Pixels: enough to see every line of the page, small enough to keep."""
MOST_DIFFERENT = 1.0
"""Of 255, on average over the picture: fonts are ours, but the rasteriser's next version may shade an edge anew."""


def shrunk(png: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(png)).convert("L")
    return picture.resize((GOLDEN_WIDTH, picture.height * GOLDEN_WIDTH // picture.width), Image.Resampling.BOX)


@pytest.mark.parametrize(("name", "paper", "pages"), [("october", october(), 1), ("long", long_month(), 3)])
def test_it_looks_as_it_was_approved(name: str, paper: MonthlyPaper, pages: int) -> None:
    pictures = pictures_of(paper, ADDRESS, "zh_CN")
    assert len(pictures) == pages == pages_of(paper, ADDRESS, "zh_CN")
    for number, png in enumerate(pictures, start=1):
        assert len(png) < 150_000
        approved = Image.open(GOLDEN / f"paper-{name}-{number}.png").convert("L")
        seen = shrunk(png)
        assert seen.size == approved.size
        assert ImageStat.Stat(ImageChops.difference(seen, approved)).mean[0] < MOST_DIFFERENT, number


def test_another_month_does_not_pass_for_the_approved_one() -> None:
    """The tolerance tells two months apart."""
    wrong = replace(october(), asked=())
    approved = Image.open(GOLDEN / "paper-october-1.png").convert("L")
    seen = shrunk(pictures_of(wrong, ADDRESS, "zh_CN")[0])
    assert ImageStat.Stat(ImageChops.difference(seen, approved)).mean[0] > MOST_DIFFERENT


@pytest.mark.parametrize("edition", list(Edition))
@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_the_pdf_is_archivable_and_the_same_whenever_it_is_printed(edition: Edition, language: str) -> None:
    content = pdf_of(october(), ADDRESS, language, edition)
    assert content.startswith(b"%PDF-1.")
    assert b"<pdfaid:part>2</pdfaid:part>" in content
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in content
    assert content == pdf_of(october(), ADDRESS, language, edition)


def test_large_type_takes_more_room() -> None:
    usual, large = (pdf_of(long_month(), ADDRESS, "zh_CN", edition) for edition in Edition)
    assert (b"/Type/Pages/Count 3" in usual, b"/Type/Pages/Count 5" in large) == (True, True)


@pytest.mark.parametrize(
    "title", ['#panic("x")', "$x^2$ *粗* _斜_ `原样`", "<label> @ref", "\\", "</svg>", "修" * 120, "W" * 120]
)
def test_whatever_a_title_holds_is_text(title: str) -> None:
    paper = october()
    first = paper.sections[0]
    items = (replace(first.items[0], title=title, text=title), *first.items[1:])
    hostile = replace(paper, village=title[:20], sections=(replace(first, items=items), *paper.sections[1:]))
    assert pdf_of(hostile, ADDRESS, "zh_CN").startswith(b"%PDF")


def test_amounts_and_changes_stand_there_as_figures() -> None:
    page = page_of(october(), ADDRESS, "zh_CN")
    assert page["sums"] == {
        "title": "总账（元）",
        "head": ["", "月初余额", "收入", "支出", "月末结余"],
        "rows": [
            ["本月", "188,903.00", "48,620.00", "31,205.00", "206,318.00"],
            ["上月", "185,243.00", "18,200.00", "14,540.00", "188,903.00"],
            ["比上月", "多3,660.00", "多30,420.00", "多16,665.00", "多17,415.00"],
        ],
    }
    sections = page["sections"]
    assert isinstance(sections, list)
    assert [one["title"] for one in sections] == ["财务收支", "集体资产", "工程项目", "低保救助", "宅基地"]
    assert sections[0]["sums"] == ["收入15,000.00，比上月多3,000.00", "支出16,655.00，比上月多2,115.00"]
    assert sections[3]["sums"] == ["共2项"]
    assert sections[4]["rows"] == [["15", "六组1户拆旧建新,96平方米,镇里已批", "", "公示", "—"]]


def test_without_a_month_before_nothing_is_compared() -> None:
    paper = october()
    items = [item for one in paper.sections for item in one.items]
    alone = replace(paper, before=None, sections=sections_of(items, None), landline="", published_on=None)
    page = page_of(alone, ADDRESS, "zh_CN")
    assert isinstance(page["sums"], dict)
    assert [row[0] for row in page["sums"]["rows"]] == ["本月"]
    assert page["published"] == "公开日期：　　　年　　月　　日"
    assert "比上月" not in str(page["sections"])
    assert "打" not in str(page["ask"])
    assert "比上个月" not in reading_of(alone, Renderer(), VILLAGE)


def test_it_is_read_out_in_words_with_the_largest_items() -> None:
    text = reading_of(october(), Renderer(), VILLAGE)
    assert not re.search(r"\d", text)
    for said in (
        "榕溪村二零二六年十月的账公开了",
        "支出三万一千二百零五元",
        "支出比上个月多一万六千六百六十五元",
        "修三组水渠一百二十米一万二千六百元",
        "组长、监委会误工补贴五千四百元",
        "十一月十二日九点",
        "打六幺二三四五六",
    ):
        assert said in text
    assert "纸张" not in text
    english = reading_of(october(), Renderer(), replace(VILLAGE, language="en"))
    assert "31205 yuan were spent" in english


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("1386.40元", "一千三百八十六元四角"),
        ("12.05元", "十二元零五分"),
        ("0.50元", "五角"),
        ("0.05元", "五分"),
        ("100.00元", "一百元"),
        ("每斤3.5元", "每斤三点五元"),
    ],
)
def test_coins_are_said_as_coins(written: str, said: str) -> None:
    assert spoken(written) == said


@pytest.mark.parametrize(
    ("day", "last"),
    [
        (date(2026, 11, 10), date(2026, 12, 31)),
        (date(2026, 12, 10), date(2027, 1, 31)),
        (date(2027, 1, 31), date(2027, 2, 28)),
    ],
)
def test_service_days_are_named_to_the_end_of_the_next_month(day: date, last: date) -> None:
    assert days_announced(day) == (day, last)


def test_what_is_read_out_is_the_largest_of_its_kind() -> None:
    spent = october().largest(Flow.EXPENDITURE)
    assert [item.amount_fen for item in spent] == [12_600_00, 7_200_00, 5_400_00, 2_050_00, 1_950_00]
    assert digest_of(spent).expenditure_fen == 29_200_00


@pytest.mark.parametrize(("now", "before", "change"), [(5, 3, 2), (3, 5, -2), (None, 3, None), (3, None, None)])
def test_a_change_needs_both_months(now: int | None, before: int | None, change: int | None) -> None:
    assert change_of(now, before) == change


@pytest.mark.parametrize(("fen", "shown"), [(1_260_000, "12,600.00"), (5, "0.05"), (-150, "-1.50"), (0, "0.00")])
def test_amounts_have_both_decimals(fen: int, shown: str) -> None:
    assert grouped(fen) == shown

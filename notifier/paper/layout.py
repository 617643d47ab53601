"""The month's page as the typesetter gets it: every word and figure as it is printed, no arithmetic left to do."""

import functools
import io
import tomllib
from collections.abc import Mapping
from datetime import date

import segno

from notifier.render import TEMPLATES
from store.domain.disclosures import Digest, DisclosureItem, Flow
from store.domain.money import grouped
from store.domain.monthly_paper import Asked, MonthlyPaper, PaperSection, change_of
from store.domain.series import Occurrence

Words = Mapping[str, str]

_SIGNATURES = ("chair", "member", "member")


def page_of(paper: MonthlyPaper, address: str, language: str) -> dict[str, object]:
    """What `templates/paper/month.typ` prints. `address` is where the QR code leads."""
    words, services = _words(language)
    month = _month(paper.month, words)
    return {
        "language": language[:2],
        "title": words["title"],
        "village": paper.village,
        "month": month,
        "published": _published(paper.published_on, words),
        "sums": {"title": words["sums"], "head": _sums_head(words), "rows": _sums_rows(paper, words)},
        "head": [words["number"], words["item"], words["kind"], words["amount"]],
        "sections": [_section(one, words, services) for one in paper.sections],
        "asked": {"title": words["asked"], "lines": [_asked(one, words) for one in paper.asked]},
        "days": {"title": words["days"], "lines": [_day(one, words, services) for one in paper.days]},
        "ask": words["ask"].format(landline=paper.landline) if paper.landline else words["ask_no_landline"],
        "scan": words["scan"],
        "scan_alt": words["scan_alt"],
        "code": _code(address),
        "checked": words["checked"],
        "signatures": [*(words[one] for one in _SIGNATURES), words["signed_on"]],
        "foot": words["foot"].format(village=paper.village, month=month),
        "page": words["page"],
    }


@functools.cache
def _words(language: str) -> tuple[Words, Words]:
    """The paper's own words, and those that it shares with the conversation: categories and services."""
    folder = TEMPLATES / language
    shared = tomllib.loads((folder / "words.toml").read_text("utf-8"))
    return tomllib.loads((folder / "paper.toml").read_text("utf-8")), {**shared["option"], **shared["service"]}


def _month(month: date, words: Words) -> str:
    return words["month"].format(year=month.year, month=month.month)


def _published(day: date | None, words: Words) -> str:
    if day is None:
        return words["unpublished"]
    return words["published"].format(year=day.year, month=day.month, day=day.day)


def _sums_head(words: Words) -> list[str]:
    return ["", words["opening"], words["income"], words["expenditure"], words["balance"]]


def _sums_rows(paper: MonthlyPaper, words: Words) -> list[list[str]]:
    now = _sums(paper.sums, paper.opening_fen)
    rows = [[words["this_month"], *(_amount(fen, words) for fen in now)]]
    if paper.before:
        then = _sums(paper.before, _opening(paper.before))
        rows.append([words["last_month"], *(_amount(fen, words) for fen in then)])
        changes = (change_of(*both) for both in zip(now, then, strict=True))
        rows.append([words["change"], *(_change(fen, words) for fen in changes)])
    return rows


def _sums(sums: Digest, opening_fen: int | None) -> tuple[int | None, ...]:
    return opening_fen, sums.income_fen, sums.expenditure_fen, sums.balance_fen


def _opening(sums: Digest) -> int | None:
    return None if sums.balance_fen is None else sums.balance_fen - sums.income_fen + sums.expenditure_fen


def _section(section: PaperSection, words: Words, shared: Words) -> dict[str, object]:
    return {
        "title": shared[f"disclosure_{section.category}"],
        "sums": _section_sums(section, words),
        "rows": [_item(one, words) for one in section.items],
    }


def _section_sums(section: PaperSection, words: Words) -> list[str]:
    """What the category came to, and how that differs from a month ago; of what is only posted, how many."""
    said = []
    before = section.before
    for flow in (Flow.INCOME, Flow.EXPENDITURE):
        now_fen, then_fen = _of(section.sums, flow), _of(before, flow) if before else None
        if not now_fen and not then_fen:
            continue
        facts = {"flow": words[flow], "amount": grouped(now_fen)}
        if then_fen is None:
            said.append(words["section_sum"].format(**facts))
        else:
            change = f"{words['change']}{_change(now_fen - then_fen, words)}"
            said.append(words["section_change"].format(**facts, change=change))
    return said or [words["section_count"].format(count=section.sums.count)]


def _of(sums: Digest, flow: Flow) -> int:
    return sums.income_fen if flow is Flow.INCOME else sums.expenditure_fen


def _item(item: DisclosureItem, words: Words) -> list[str]:
    return [str(item.number), item.title, item.text, words[item.flow], _amount(item.amount_fen, words)]


def _asked(asked: Asked, words: Words) -> list[str]:
    title = words["asked_item"].format(month=asked.month.month, number=asked.number, title=asked.title)
    return [title, asked.answer]


def _day(day: Occurrence, words: Words, shared: Words) -> list[str]:
    when = words["day"].format(
        month=day.day.month,
        day=day.day.day,
        weekday=words[f"weekday_{day.day.isoweekday()}"],
        begins=f"{day.series.starts_at:%-H:%M}",
        ends=f"{day.series.ends_at:%-H:%M}",
    )
    return [when, shared[day.series.service or ""], day.series.host, day.place]


def _amount(fen: int | None, words: Words) -> str:
    return words["unknown"] if fen is None else grouped(fen)


def _change(fen: int | None, words: Words) -> str:
    if fen is None:
        return words["unknown"]
    if fen == 0:
        return words["same"]
    return words["more" if fen > 0 else "less"].format(amount=grouped(abs(fen)))


def _code(address: str) -> str:
    """As SVG. Level Q is read though a quarter of it is torn off or wet."""
    content = io.BytesIO()
    segno.make(address, error="q", micro=False).save(content, kind="svg", border=0, scale=4)
    return content.getvalue().decode()

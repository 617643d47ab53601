"""Figures as tables in words, from which the page, the sheet and the paper are all made."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from console.figures.charts import Chart, Mark, bars, line
from store.domain.figures import FEWEST, Figures, Folded, Reached, Told, Turnout

Words = Mapping[str, Mapping[str, str]]
_WHOLE = 100


@dataclass(frozen=True, slots=True)
class Table:
    """`rows` are words and whole numbers in the order of `headings`; `svg` says the same as a picture, "" for none."""

    key: str
    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str | int, ...], ...]
    svg: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Headline:
    label: str
    value: str
    beside: str = ""


@dataclass(frozen=True, slots=True)
class _Speaker:
    """The words of one reader's language."""

    all_words: Words

    @property
    def own(self) -> Mapping[str, str]:
        return self.all_words["figures"]

    def percent(self, value: int | None, whole: int) -> str:
        """A share of the whole; of nothing there is none, of a few none is told."""
        if value is None:
            return self.own["too_few" if whole else "none"]
        return f"{value}%"

    def month(self, month: date) -> str:
        return self.own["month"].format(year=month.year, month=month.month)

    def category(self, category: str) -> str:
        return self.all_words["category"].get(category, self.own["rest"])


def headlines(figures: Figures, all_words: Words) -> tuple[Headline, ...]:
    say = _Speaker(all_words)
    own, total, before = say.own, figures.total, figures.total_before

    def beside(value: int | None) -> str:
        return own["before"].format(value=f"{value}%") if value is not None else ""

    return (
        Headline(own["tickets"], str(total.tickets), own["before"].format(value=before.tickets)),
        Headline(own["kept"], say.percent(total.kept_percent, total.due), beside(before.kept_percent)),
        Headline(own["satisfied"], say.percent(total.satisfied_percent, total.rated), beside(before.satisfied_percent)),
        Headline(own["reach"], say.percent(figures.reach.percent, figures.reach.households)),
        Headline(own["turnout"], say.percent(figures.turnout.percent, figures.turnout.entitled)),
    )


def tables_of(figures: Figures, area_name: str, all_words: Words) -> tuple[Table, ...]:
    """All that there is to say; a table without rows is left out."""
    say = _Speaker(all_words)
    made = (
        _months(figures, say),
        _cells("categories", figures.by_category, {key: say.category(key) for key in figures.by_category.cells}, say),
        _cells("places", figures.by_place, _place_names(figures, area_name, say), say),
        _ratings(figures.total, say),
        _reach(figures, say),
        _reach_places(figures, say),
        _turnouts(figures, say),
    )
    return tuple(table for table in made if table.rows)


def _months(figures: Figures, say: _Speaker) -> Table:
    rows = tuple((say.month(month), *_told(told, say)) for month, told in figures.by_month.items())
    marks = [
        Mark(say.own["short_month"].format(month=month.month), told.tickets, "")
        for month, told in figures.by_month.items()
    ]
    return _table("months", rows, line, marks, say, say.own["told_headings"])


def _told(told: Told, say: _Speaker) -> tuple[str | int, ...]:
    kept, satisfied = say.percent(told.kept_percent, told.due), say.percent(told.satisfied_percent, told.rated)
    return told.tickets, kept, satisfied


def _cells(key: str, folded: Folded[str] | Folded[int], names: Mapping[object, str], say: _Speaker) -> Table:
    """The largest category first; places in their own order: nobody is ranked."""
    pairs = [(names.get(one, say.own["rest"]), told) for one, told in folded.cells.items()]
    if key == "categories":
        pairs.sort(key=lambda pair: -pair[1].tickets)
    rest = folded.rest
    if rest.tickets:
        pairs.append((say.own["rest" if folded.cells else "together"], rest))
    rows = tuple((name, *_told(told, say)) for name, told in pairs)
    marks = [Mark(name, told.tickets, say.own["count"].format(count=told.tickets)) for name, told in pairs]
    note = say.own["folded"].format(fewest=FEWEST) if rest.tickets else ""
    return _table(key, rows, bars, marks, say, say.own["told_headings"], note=note)


def _place_names(figures: Figures, area_name: str, say: _Speaker) -> dict[object, str]:
    unknown = say.own["no_group"].format(area=area_name)
    return {key: figures.places.get(key, unknown) for key in figures.by_place.cells}


def _ratings(total: Told, say: _Speaker) -> Table:
    """Nothing where fewer than five said what they think of it."""
    if total.rated < FEWEST:
        return _table("ratings", (), bars, [], say, say.own["rating_headings"])
    counts = (
        (say.own["rated_satisfied"], total.satisfied),
        (say.own["rated_fair"], total.fair),
        (say.own["rated_dissatisfied"], total.dissatisfied),
    )
    marks = [Mark(name, count, say.own["times"].format(count=count)) for name, count in counts]
    return _table("ratings", counts, bars, marks, say, say.own["rating_headings"])


def _reach(figures: Figures, say: _Speaker) -> Table:
    """A row for each month in which a notice went out; the line is broken over the others."""
    told = {month: reached for month, reached in figures.reach_by_month.items() if reached.notices}
    rows = tuple((say.month(month), *_reached(reached, say)) for month, reached in told.items())
    marks = [
        _percent_mark(say.own["short_month"].format(month=month.month), reached.percent, reached.households, say)
        for month, reached in figures.reach_by_month.items()
    ]
    return _table("reached", rows, line, marks, say, say.own["reach_headings"], most=_WHOLE)


def _reach_places(figures: Figures, say: _Speaker) -> Table:
    named = [(figures.places[place], reached) for place, reached in figures.reach_by_place.items()]
    rows = tuple((name, *_reached(reached, say)) for name, reached in named)
    marks = [_percent_mark(name, reached.percent, reached.households, say) for name, reached in named]
    return _table("reached_places", rows, bars, marks, say, say.own["reach_headings"], most=_WHOLE)


def _reached(reached: Reached, say: _Speaker) -> tuple[str | int, ...]:
    return reached.notices, reached.households, reached.proven, say.percent(reached.percent, reached.households)


def _turnouts(figures: Figures, say: _Speaker) -> Table:
    named = [(one.title, one) for one in figures.turnouts]
    named += [(figures.places[place], one) for place, one in figures.turnout_by_place.items()]
    rows = tuple((name, *_voted(one, say)) for name, one in named)
    marks = [_percent_mark(name, one.percent, one.entitled, say) for name, one in named]
    return _table("turnouts", rows, bars, marks, say, say.own["turnout_headings"], most=_WHOLE)


def _voted(turnout: Turnout, say: _Speaker) -> tuple[str | int, ...]:
    """Of a roll of fewer than five nobody is told how many came."""
    if turnout.percent is None:
        return (say.percent(None, turnout.entitled),) * 3
    return turnout.entitled, turnout.voted, f"{turnout.percent}%"


def _percent_mark(name: str, percent: int | None, whole: int, say: _Speaker) -> Mark:
    return Mark(name, percent, say.percent(percent, whole))


def _table(
    key: str,
    rows: Sequence[tuple[str | int, ...]],
    draw: Callable[[Chart, str], str],
    marks: Sequence[Mark],
    say: _Speaker,
    headings: str,
    *,
    most: int = 0,
    note: str = "",
) -> Table:
    title, described = say.own[f"{key}_title"], say.own["described"]
    first = f"{say.own[f'{key}_first']}|{headings}"
    said = "; ".join(f"{mark.label} {mark.shown or mark.value}" for mark in marks)
    chart = Chart(title, described.format(said=said), marks, most)
    svg = draw(chart, key) if marks else ""
    return Table(key, title, tuple(first.split("|")), tuple(rows), svg, note)

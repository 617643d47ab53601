"""What a measurement is: ours beside a reference of the same run, for absolute figures tell more of the machine."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from statistics import median

RUNS = 3
FLAT = 1 / 1.2
"""Growth: what one recipient costs among many may be a fifth more than among few."""

Measured = Callable[[], Awaitable[float]]


@dataclass(frozen=True, slots=True)
class Row:
    """`ratio` is ours over the reference; below `at_least` something is slower than it may be."""

    name: str
    ours: float
    reference: float
    ratio: float
    at_least: float

    @property
    def holds(self) -> bool:
        return self.ratio >= self.at_least


async def compare(name: str, ours: Measured, reference: Measured, *, at_least: float) -> Row:
    """Medians of several runs. The two take turns, so that a noisy minute hits both."""
    mine, theirs = [], []
    for _ in range(RUNS):
        theirs.append(await reference())
        mine.append(await ours())
    return beside(name, median(mine), median(theirs), at_least=at_least)


def beside(name: str, ours: float, reference: float, *, at_least: float) -> Row:
    return Row(name, ours, reference, ours / reference, at_least)


def within(name: str, costs: Sequence[float], limit: float) -> Row:
    """A cost, less of which is better: the limit is the reference, and the ratio is how often it is kept."""
    cost = median(costs)
    return Row(name, cost, limit, limit / cost, 1.0)

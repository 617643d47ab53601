"""What a measurement is: ours beside a reference of the same run, for absolute figures tell more of the machine."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from statistics import median

RUNS = 3

Measured = Callable[[], Awaitable[float]]


@dataclass(frozen=True, slots=True)
class Row:
    """`ratio` is ours over the reference; below `at_least` something has become slower than it may be."""

    name: str
    ours: float
    reference: float
    ratio: float
    at_least: float | None

    @property
    def holds(self) -> bool:
        return self.at_least is None or self.ratio >= self.at_least


async def compare(name: str, ours: Measured, reference: Measured, *, at_least: float | None) -> Row:
    """Medians of several runs. The two take turns, so that a noisy minute hits both."""
    mine, theirs = [], []
    for _ in range(RUNS):
        theirs.append(await reference())
        mine.append(await ours())
    return Row(name, median(mine), median(theirs), median(mine) / median(theirs), at_least)

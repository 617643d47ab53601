"""The tree of areas: county, town, village, group. Everything belongs to one; who sees an area sees its subtree."""

from dataclasses import dataclass
from enum import StrEnum


class AreaKind(StrEnum):
    COUNTY = "county"
    TOWN = "town"
    VILLAGE = "village"
    GROUP = "group"


PARENT_KIND = {
    AreaKind.TOWN: AreaKind.COUNTY,
    AreaKind.VILLAGE: AreaKind.TOWN,
    AreaKind.GROUP: AreaKind.VILLAGE,
}


@dataclass(frozen=True, slots=True)
class Area:
    """`path` is the ids from the root, "/1/4/9/": a subtree is a prefix. `number` counts the groups of a village."""

    id: int
    kind: AreaKind
    name: str
    path: str
    parent_id: int | None = None
    number: int | None = None

    def contains(self, path: str) -> bool:
        return path.startswith(self.path)

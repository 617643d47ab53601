"""Which rows of a roster make one household, and which group an empty cell means."""

from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class RosterHousehold:
    """One household while its rows are being read.

    `written` is what the clerk wrote in the household's column, "" where nothing. `group` is the first number or name
    written in it, `group_above` the last; `group_unknown`: somebody in it has a group that the village does not know.
    """

    key: str
    written: str
    group: int | str | None = None
    group_above: int | str | None = None
    has_head: bool = False
    group_unknown: bool = False

    def add(self, *, is_head: bool, group: int | str | None) -> None:
        self.has_head |= is_head
        self.group = group if self.group is None else self.group
        self.group_above = self.group_above if group is None else group

    def could_be(self, group: int | str | None) -> bool:
        return group is None or self.group is None or self.group == group


@dataclass(slots=True)
class Households:
    """Places row after row.

    `numbered`: the sheet has a column that says which household a row belongs to (a number, or the head's name); an
    empty cell repeats the one above. Else `headed`: each head (户主) begins a household. Else every row is one.
    Some villages number their households from 1 in each group: the same number in another group is another household.
    """

    numbered: bool
    headed: bool
    in_order: list[RosterHousehold] = field(default_factory=list)
    _by_written: dict[str, list[RosterHousehold]] = field(default_factory=dict)
    _above: RosterHousehold | None = None
    _keys: set[str] = field(default_factory=set)

    def begin_section(self) -> None:
        """A line between people: no household reaches across it, and numbers may begin again."""
        self._above = None
        self._by_written.clear()

    def place(self, written: str, *, is_head: bool, group: int | str | None) -> RosterHousehold:
        household = self._find(written, is_head=is_head, group=group) or self._begin(written, group)
        household.add(is_head=is_head, group=group)
        self._above = household
        return household

    def _find(self, written: str, *, is_head: bool, group: int | str | None) -> RosterHousehold | None:
        above = self._above
        if not self.numbered:
            return above if self.headed and not is_head else None
        restarts = above is not None and is_head and above.has_head and not above.could_be(group)
        if above and written in {"", above.written} and not restarts:
            return above
        return next((one for one in self._by_written.get(written, ()) if one.could_be(group)), None)

    def _begin(self, written: str, group: int | str | None) -> RosterHousehold:
        household = RosterHousehold(self._free_key(written, group), written)
        self._keys.add(household.key)
        self.in_order.append(household)
        if written:
            self._by_written.setdefault(written, []).append(household)
        return household

    def _free_key(self, written: str, group: int | str | None) -> str:
        if written and written not in self._keys:
            return written
        with_group = f"{written}@{group}"
        if written and group is not None and with_group not in self._keys:
            return with_group
        return f"{written}#{len(self.in_order) + 1}"

    def spread_groups(self) -> None:
        """Give silent households the group above where most are silent; else a household without a group has none.

        Such a sheet names each group once, on its first household: a merged column saved as .csv.
        """
        silent = sum(household.group is None for household in self.in_order)
        if silent * 2 <= len(self.in_order):
            return
        above = None
        for household in self.in_order:
            above = None if household.group_unknown else household.group_above or above
            household.group = household.group or above

"""How long what is kept about persons, and why no shorter: as short as the purpose allows (PIPL Art. 19)."""

from dataclasses import dataclass
from enum import StrEnum


class Ends(StrEnum):
    """What happens at the end: by itself, on request, by hand once an archive's period is over, or never.

    `mark`: only a keyed mark to know somebody by was ever there.
    """

    ITSELF = "itself"
    ASKED = "asked"
    ARCHIVE = "archive"
    NEVER = "never"
    MARK = "mark"


@dataclass(frozen=True, slots=True)
class Period:
    """`what` and `how_long` name words of the pages, `law` the source."""

    what: str
    how_long: str
    ends: Ends
    law: str


RETENTION = (
    Period("roster", "while_here", Ends.ASKED, "cun_13"),
    Period("numbers", "while_here", Ends.ASKED, "pipl_19"),
    Period("tags", "while_here", Ends.ASKED, "pipl_19"),
    Period("flags", "a_year", Ends.ITSELF, "pipl_28"),
    Period("upload", "a_week", Ends.ITSELF, "pipl_19"),
    Period("pictures", "three_days", Ends.ITSELF, "pipl_19"),
    Period("unsent", "a_day", Ends.ITSELF, "pipl_19"),
    Period("tickets", "archive", Ends.ARCHIVE, "cun_34"),
    Period("votes", "archive", Ends.ARCHIVE, "cun_34"),
    Period("ballots", "until_count", Ends.ITSELF, "pipl_19"),
    Period("ledger", "archive", Ends.ARCHIVE, "pipl_47"),
    Period("audit", "archive", Ends.NEVER, "pipl_51"),
    Period("identity", "never_kept", Ends.MARK, "pipl_28"),
)

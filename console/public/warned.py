"""An emergency notice as everybody may read it: never without who says it, when, and how grave it is."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from notifier.pages import moment
from store.domain.emergencies import Source
from store.queries.public_notices import PublicNotice, PublicWarning

Words = Mapping[str, Mapping[str, str]]


def warned_line(warning: PublicWarning, words: Words, zone: ZoneInfo) -> str:
    """青榕县气象台11月18日 11:40发台风黄色预警."""
    public = words["public"]
    says = "said" if warning.lifts or warning.source is Source.VILLAGE else "warned"
    return public[says].format(
        issuer=public["village_committee"] if warning.source is Source.VILLAGE else warning.issuer,
        at=moment(warning.issued_at, zone, words["time"]),
        hazard=warning.hazard,
        level=words["level"].get(warning.level, ""),
    )


def over_line(warning: PublicWarning, words: Words, zone: ZoneInfo) -> str:
    """Since when it is over; "" while it is not known to be."""
    if warning.lifted_at is None:
        return ""
    return words["public"]["lifted"].format(at=moment(warning.lifted_at, zone, words["time"]))


def in_full(notice: PublicNotice, words: Words, zone: ZoneInfo) -> str:
    """The words of a notice where nothing stands beside them: in a picture, in a feed."""
    if notice.warning is None:
        return notice.text
    lines = (warned_line(notice.warning, words, zone), notice.text, over_line(notice.warning, words, zone))
    return "\n".join(line for line in lines if line)

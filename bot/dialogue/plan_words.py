"""What people type about a notice's plan: 全文, 不补短信, 30分钟后补短信."""

import re

from bot.dialogue.numbers import read_number

WHOLE_PLAN = frozenset({"全文", "看全文", "明细", "看明细", "details"})
_NONE = re.compile(r"(?:不要?|别)补(?:发)?(?:短信)?|no sms later")
_AFTER = re.compile(
    r"(?P<number>[0-9零一二两三四五六七八九十百]{1,5}|半)个?(?P<unit>分钟|小时)(?:以?后|没看到?就?)?再?补(?:发)?(?:短信)?"
)
_MINUTES = {"分钟": 1, "小时": 60}


def read_fallback(normal: str) -> int | None:
    """After how many minutes an SMS is to follow; 0 for never; None where it is about something else."""
    if _NONE.fullmatch(normal):
        return 0
    found = _AFTER.fullmatch(normal)
    if found is None:
        return None
    if found["number"] == "半":
        return _MINUTES[found["unit"]] // 2
    return (read_number(found["number"]) or 0) * _MINUTES[found["unit"]]

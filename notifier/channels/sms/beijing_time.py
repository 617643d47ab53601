"""Times as China's gateways write them: 2026-11-22 08:00:04, Beijing's, without a zone."""

from datetime import datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8))


def read_time(written: object) -> datetime | None:
    """None for what is no such time."""
    try:
        moment = datetime.fromisoformat(str(written))
    except ValueError:
        return None
    return None if moment.tzinfo else moment.replace(tzinfo=BEIJING)

"""The demo village's clock."""

from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")

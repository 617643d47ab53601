"""Telegram's flood limits (core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this)."""

import math
from collections import defaultdict, deque
from dataclasses import dataclass, field


@dataclass(slots=True)
class Window:
    """At most `limit` in any `seconds`."""

    limit: int
    seconds: float
    times: deque[float] = field(default_factory=deque)

    def wait_seconds(self, now: float) -> float:
        while self.times and self.times[0] <= now - self.seconds:
            self.times.popleft()
        return 0.0 if len(self.times) < self.limit else self.times[0] + self.seconds - now


class FloodControl:
    """30 a second in all, 20 a minute in a group, one a second in a chat with short bursts of `chat_burst`."""

    def __init__(self, chat_burst: int) -> None:
        self._all = Window(30, 1.0)
        self._chats: dict[int, Window] = defaultdict(lambda: Window(chat_burst, float(chat_burst)))
        self._groups: dict[int, Window] = defaultdict(lambda: Window(20, 60.0))

    def take(self, chat_id: int, now: float) -> int:
        """Whole seconds to wait; 0 when the message may go, which then counts."""
        windows = [self._all, self._chats[chat_id]]
        if chat_id < 0:
            windows.append(self._groups[chat_id])
        wait_seconds = max(window.wait_seconds(now) for window in windows)
        if wait_seconds > 0:
            return math.ceil(wait_seconds)
        for window in windows:
            window.times.append(now)
        return 0

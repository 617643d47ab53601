"""Figures for Prometheus: what one process did since it began, and what waits in the store."""

import math

from prometheus_client import Counter, Gauge

from store.queries.backlog import Backlog

REQUESTS = Counter("banyan_http_requests", "HTTP requests answered", ("method", "route", "status"))
TURNS = Counter("banyan_turns", "Messages answered, or put off because the turn failed", ("outcome",))
CALLS = Counter("banyan_provider_calls", "Messages handed to providers", ("account", "outcome"))
UNMATCHED_RECEIPTS = Counter("banyan_unmatched_receipts", "Receipts for messages that we do not know", ("account",))

INBOUND_WAITING = Gauge("banyan_inbound_waiting", "Messages that came in and are not answered yet")
INBOUND_LONGEST = Gauge("banyan_inbound_waiting_seconds", "How long the one that waits longest has waited")
DUE = Gauge("banyan_due_deliveries", "Messages that should be out and are not", ("account", "lane"))
DUE_LONGEST = Gauge("banyan_due_deliveries_seconds", "How long the one due longest is due", ("account", "lane"))


def show_backlog(backlog: Backlog) -> None:
    """The store's own figures as they are at this moment, the same whichever process is asked."""
    INBOUND_WAITING.set(backlog.inbound.count)
    INBOUND_LONGEST.set(backlog.inbound.longest.total_seconds())
    _hide_due()
    for (account_id, is_bulk), waiting in backlog.outbound.items():
        lane = "notices" if is_bulk else "answers"
        DUE.labels(account_id, lane).set(waiting.count)
        DUE_LONGEST.labels(account_id, lane).set(waiting.longest.total_seconds())


def hide_backlog() -> None:
    """The store does not answer: better no figure than an old one."""
    INBOUND_WAITING.set(math.nan)
    INBOUND_LONGEST.set(math.nan)
    _hide_due()


def _hide_due() -> None:
    DUE.clear()
    DUE_LONGEST.clear()

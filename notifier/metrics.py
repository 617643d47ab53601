"""Figures of one process for Prometheus. What the store knows itself is counted there, not here."""

from prometheus_client import Counter

REQUESTS = Counter("banyan_http_requests", "HTTP requests answered", ("method", "route", "status"))
TURNS = Counter("banyan_turns", "Messages answered, or put off because the turn failed", ("outcome",))
CALLS = Counter("banyan_provider_calls", "Messages handed to providers", ("account", "outcome"))
UNMATCHED_RECEIPTS = Counter("banyan_unmatched_receipts", "Receipts for messages that we do not know", ("account",))

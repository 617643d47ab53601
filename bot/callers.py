"""Where a request comes from."""

from collections.abc import Callable

from aiohttp import web

from notifier.networks import is_in, networks_in

Caller = Callable[[web.BaseRequest], str]
"""The address of whoever asks."""


def caller_by(proxies: str) -> Caller:
    """A proxy in one of these networks names the caller last in X-Forwarded-For; what stands before is hearsay."""
    networks = networks_in(proxies)

    def caller_of(request: web.BaseRequest) -> str:
        peer = request.remote or ""
        forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        return forwarded if forwarded and is_in(networks, peer) else peer

    return caller_of

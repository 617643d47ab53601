"""Where a request comes from."""

from ipaddress import ip_address

from aiohttp import web


def caller_of(request: web.BaseRequest) -> str:
    """The caller's address. A proxy on this machine names it last in X-Forwarded-For; what stands before is hearsay."""
    peer = request.remote or ""
    forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return forwarded if forwarded and peer and ip_address(peer).is_loopback else peer

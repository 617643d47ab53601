"""Who may call an account's webhooks: everybody with the secret, or only the addresses that the account names."""

from ipaddress import ip_address, ip_network

from aiohttp import web


def caller_of(request: web.BaseRequest) -> str:
    """The caller's address. A proxy on this machine names it last in X-Forwarded-For; what stands before is hearsay."""
    peer = request.remote or ""
    forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return forwarded if forwarded and peer and ip_address(peer).is_loopback else peer


def may_call(allowed: str, caller: str) -> bool:
    """Whether one of the networks, parted by commas, holds the address; none named allows all.

    Raises ValueError where a network is none.
    """
    networks = [ip_network(part.strip()) for part in allowed.split(",") if part.strip()]
    if not networks:
        return True
    try:
        address = ip_address(caller)
    except ValueError:
        return False
    return any(address in network for network in networks)

"""Networks as people write them, parted by commas, and whether one of them holds an address."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network


def networks_in(written: str) -> list[Network]:
    """Raises ValueError where one is none."""
    return [ip_network(part.strip()) for part in written.split(",") if part.strip()]


def is_in(networks: Sequence[Network], address: str) -> bool:
    """False for what is no address."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in networks)

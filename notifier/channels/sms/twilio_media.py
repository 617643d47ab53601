"""Fetching a picture that came with a message (twilio.com/docs/messaging/api/media-resource)."""

from collections.abc import Mapping

import aiohttp
from yarl import URL

_MOST_BYTES = 10 * 1024 * 1024
_CHUNK_BYTES = 64 * 1024
# Twilio's own host asks for the account's token and then points to the store, which must not be shown it.
_STORES = (".twiliocdn.com", ".amazonaws.com")


class PhotoLost(ValueError):
    """A picture that may not or cannot be fetched. The text holds no address."""


async def fetch_photo(session: aiohttp.ClientSession, url: str, endpoint: URL, auth: Mapping[str, str]) -> bytes:
    """Return at most 10 MB from the API at `endpoint`, or from where it points to. `auth`: headers for the API alone.

    Raises PhotoLost, aiohttp.ClientError, TimeoutError.
    """
    asked = URL(url)
    if asked.origin() != endpoint.origin():
        raise PhotoLost("not on the account's own host")
    async with session.get(asked, headers=auth, allow_redirects=False) as response:
        if not 300 <= response.status < 400:  # noqa: PLR2004  redirects
            return await _content(response)
        stored = asked.join(URL(response.headers.get("Location", "")))
    if not may_be_store(stored, endpoint):
        raise PhotoLost("points to a strange host")
    async with session.get(stored, allow_redirects=False) as response:
        return await _content(response)


def may_be_store(url: URL, endpoint: URL) -> bool:
    """Whether the API may point there: to itself, or by https to one of the hosts where Twilio keeps pictures."""
    stored = url.scheme == "https" and (url.host or "").endswith(_STORES)
    return stored or url.origin() == endpoint.origin()


async def _content(response: aiohttp.ClientResponse) -> bytes:
    if response.status != 200:  # noqa: PLR2004
        raise PhotoLost(f"HTTP {response.status}")
    content = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
        content += chunk
        if len(content) > _MOST_BYTES:
            raise PhotoLost("too large")
    return bytes(content)

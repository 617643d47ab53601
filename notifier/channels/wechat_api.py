"""Calls of WeChat's API: each with the account's access token, which is fetched when it is needed.

Exception
├── WechatRefusal   WeChat answered with an error
└── NoToken         there is no token, so nothing was called; `error` says what that means for a message
"""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import aiohttp

from notifier.channels.wechat_answer import STALE_TOKEN, WechatRefusal, read_answer, token_error_of
from notifier.message import SendError

BASE_URL = "https://api.weixin.qq.com"
MAX_FILE_BYTES = 10 * 1024 * 1024
_CHUNK_BYTES = 64 * 1024
_CONNECT_TIMEOUT_SECONDS = 5.0
_EARLY_SECONDS = 60.0
"""WeChat has the next token ready five minutes before, and takes both for as long."""
_FORCE_EVERY_SECONDS = 3600.0
"""It takes twenty such wishes a day."""


class NoToken(Exception):
    def __init__(self, error: SendError) -> None:
        super().__init__(error.code)
        self.error = error


class WechatApi:
    """One account. `timeout_seconds` is for one answer.

    The stable_token endpoint gives every caller the same token for two hours, so that processes need not share it.
    """

    def __init__(
        self, app_id: str, app_secret: str, *, base_url: str = BASE_URL, timeout_seconds: float = 10.0
    ) -> None:
        self.app_id = app_id
        self._app_secret = app_secret
        self._base_url = base_url.rstrip("/")
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds, sock_connect=_CONNECT_TIMEOUT_SECONDS)
        self._opened: aiohttp.ClientSession | None = None
        self._token, self._token_ends = "", 0.0
        self._may_force_at = 0.0
        self._fetching = asyncio.Lock()

    async def post(self, path: str, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        """Raises WechatRefusal, NoToken, aiohttp.ClientError, TimeoutError, and ValueError for another's answer."""
        return read_answer(*await self._with_token("POST", path, {}, _json(payload)))

    async def get(self, path: str) -> Mapping[str, Any]:
        """Raises what `post` does."""
        return read_answer(*await self._with_token("GET", path, {}))

    async def media(self, media_id: str) -> bytes:
        """A file of at most 10 MB. Raises what `post` does, and ValueError for a larger one."""
        status, content = await self._with_token("GET", "/cgi-bin/media/get", {"media_id": media_id})
        if status != 200 or content.startswith(b"{"):  # noqa: PLR2004  no picture and no voice begins so
            read_answer(status, content)
            raise ValueError("no file")
        return content

    async def close(self) -> None:
        if self._opened is not None:
            await self._opened.close()

    async def _with_token(
        self, method: str, path: str, query: Mapping[str, str], body: bytes | None = None
    ) -> tuple[int, bytes]:
        """Call, and once more with a new token where WeChat says that the token was no good."""
        token = await self._current_token()
        answer = await self._call(method, path, {"access_token": token, **query}, body)
        if not _is_stale(*answer):
            return answer
        token = await self._token_instead_of(token)
        return await self._call(method, path, {"access_token": token, **query}, body)

    async def _current_token(self) -> str:
        async with self._fetching:
            if asyncio.get_running_loop().time() >= self._token_ends:
                await self._fetch_token(force=False)
            return self._token

    async def _token_instead_of(self, stale: str) -> str:
        """Another call may have fetched it meanwhile. By force only where WeChat gives the stale one again."""
        async with self._fetching:
            if self._token == stale:
                await self._fetch_token(force=False)
            now = asyncio.get_running_loop().time()
            if self._token == stale and now >= self._may_force_at:
                self._may_force_at = now + _FORCE_EVERY_SECONDS
                await self._fetch_token(force=True)
            return self._token

    async def _fetch_token(self, *, force: bool) -> None:
        asked = {"grant_type": "client_credential", "appid": self.app_id, "secret": self._app_secret}
        payload = _json({**asked, "force_refresh": force})
        try:
            answer = read_answer(*await self._call("POST", "/cgi-bin/stable_token", {}, payload))
        except WechatRefusal as refusal:
            raise NoToken(token_error_of(refusal.code)) from None
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise NoToken(SendError("no_token", type(error).__name__, retryable=True)) from None
        token, seconds = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not token or not isinstance(seconds, int):
            raise NoToken(SendError("no_token", "this is not WeChat", retryable=True))
        self._token = token
        self._token_ends = asyncio.get_running_loop().time() + seconds - _EARLY_SECONDS

    async def _call(
        self, method: str, path: str, query: Mapping[str, str], body: bytes | None = None
    ) -> tuple[int, bytes]:
        if self._opened is None:
            self._opened = aiohttp.ClientSession(timeout=self._timeout)
        headers = {"Content-Type": "application/json"} if body else {}
        async with self._opened.request(
            method, f"{self._base_url}{path}", params=query, data=body, headers=headers, allow_redirects=False
        ) as response:
            return response.status, await _content(response)


def _json(payload: Mapping[str, Any]) -> bytes:
    """With the characters themselves: WeChat takes none that JSON has escaped (40033)."""
    return json.dumps(payload, ensure_ascii=False).encode(errors="replace")


async def _content(response: aiohttp.ClientResponse) -> bytes:
    content = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
        content += chunk
        if len(content) > MAX_FILE_BYTES:
            raise ValueError("too large")
    return bytes(content)


def _is_stale(status: int, body: bytes) -> bool:
    try:
        read_answer(status, body)
    except WechatRefusal as refusal:
        return refusal.code in STALE_TOKEN
    except ValueError:
        return False
    return False

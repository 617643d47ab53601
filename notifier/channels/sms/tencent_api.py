"""Calls of Tencent Cloud's API 3.0: one signed POST each."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import aiohttp
from yarl import URL

from notifier.channel import ChannelUnreachable
from notifier.channels.sms.tencent_answer import TencentRefusal, read_answer
from notifier.channels.sms.tencent_signature import TencentKey, signed_headers

ENDPOINT = "https://sms.tencentcloudapi.com"
REGION = "ap-guangzhou"
_CONNECT_TIMEOUT_SECONDS = 5.0


class TencentApi:
    """One application (SdkAppId). `timeout_seconds` is for one answer."""

    def __init__(
        self,
        key: TencentKey,
        app_id: str,
        *,
        endpoint: str = ENDPOINT,
        region: str = REGION,
        timeout_seconds: float = 15.0,
    ) -> None:
        self.app_id = app_id
        self._key = key
        self._url = URL(endpoint).with_path("/")
        self._region = region
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds, sock_connect=_CONNECT_TIMEOUT_SECONDS)
        self._session: aiohttp.ClientSession | None = None

    async def call(self, action: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the answer's "Response". Raises TencentRefusal, aiohttp.ClientError, TimeoutError, ValueError."""
        if self._session is None:
            # A request waits for no other: its time-out would otherwise run out before it is written.
            self._session = aiohttp.ClientSession(timeout=self._timeout, connector=aiohttp.TCPConnector(limit=0))
        payload = json.dumps({"SmsSdkAppId": self.app_id, **parameters}).encode()
        headers = signed_headers(
            self._key,
            host=self._url.host_port_subcomponent or "",
            region=self._region,
            action=action,
            payload=payload,
            now=datetime.now(UTC),
        )
        async with self._session.post(self._url, data=payload, headers=headers, allow_redirects=False) as response:
            return read_answer(response.status, await response.read())

    async def ask(self, action: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Call for what changes nothing. Raises ChannelUnreachable."""
        try:
            return await self.call(action, parameters)
        except TencentRefusal as refusal:
            raise ChannelUnreachable(f"Tencent refuses {action}: {refusal.code}") from None
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise ChannelUnreachable(f"Tencent did not answer ({type(error).__name__})") from None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

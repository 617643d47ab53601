"""Apprise with an address a recipient: `python apprise_peer.py URL MESSAGES` prints messages a second.

Runs in an environment of its own, without Banyan.
"""

import asyncio
import sys
import time

import apprise  # type: ignore[import-not-found,unused-ignore]

TEXT = "【榕溪村】通知26041号:您户水表本月用水12吨,明早8点停水。"


async def send_all(url: str, messages: int) -> float:
    started = time.perf_counter()
    recipients = apprise.Apprise()
    for number in range(messages):
        recipients.add(f"{url.replace('http:', 'json:')}?+X-To=139{10_000 + number:08d}")
    if not await recipients.async_notify(body=TEXT):
        raise RuntimeError("not all were sent")
    return messages / (time.perf_counter() - started)


if __name__ == "__main__":
    print(asyncio.run(send_all(sys.argv[1], int(sys.argv[2]))))  # noqa: T201 - its answer

"""Celery with a Redis broker: `python celery_peer.py URL MESSAGES BROKER` prints messages a second.

Runs in an environment of its own, without Banyan; its worker imports this file again.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import requests  # type: ignore[import-untyped,unused-ignore]
from celery import Celery  # type: ignore[import-not-found,import-untyped,unused-ignore]

TEXT = "【榕溪村】通知26041号:您户水表本月用水12吨,明早8点停水。"
PROCESSES = 4
app = Celery("peer", broker=os.environ.get("PEER_BROKER"))
app.conf.task_ignore_result = True
app.conf.worker_prefetch_multiplier = 16
session = requests.Session()


@app.task(name="send")  # type: ignore[untyped-decorator,unused-ignore]
def send(url: str, to: str, text: str) -> None:
    headers = {"X-Kannel-To": to, "Content-Type": "text/plain; charset=UTF-8"}
    session.post(url, data=text.encode(), headers=headers, timeout=30).raise_for_status()


def send_all(url: str, messages: int) -> float:
    started = time.perf_counter()
    for number in range(messages):
        send.delay(url, f"+86139{10_000 + number:08d}", TEXT)
    with app.connection_for_read() as connection:
        broker = connection.channel().client
        while broker.llen("celery") or broker.hlen("unacked"):
            time.sleep(0.02)
    return messages / (time.perf_counter() - started)


def main(url: str, messages: int) -> float:
    command = ("-m", "celery", "-A", "celery_peer", "worker", "-c", str(PROCESSES), "--loglevel", "ERROR")
    worker = subprocess.Popen([sys.executable, *command], cwd=Path(__file__).parent, stdout=subprocess.DEVNULL)  # noqa: S603
    try:
        while not app.control.ping(timeout=1.0):
            pass
        return send_all(url, messages)
    finally:
        worker.terminate()
        worker.wait()


if __name__ == "__main__":
    print(main(sys.argv[1], int(sys.argv[2])))  # noqa: T201 - its answer

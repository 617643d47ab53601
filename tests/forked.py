"""Processes of Banyan's own code that start at once: forked from a server process that has imported it already.

They are killed and stopped as any other process; what they print goes to a file.
"""

import asyncio
import ctypes
import multiprocessing
import os
import signal
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, tzinfo
from multiprocessing.context import ForkServerProcess
from multiprocessing.forkserver import ensure_running
from pathlib import Path
from unittest.mock import patch

from bot.commands import serving

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload([__name__, "bot.commands.serving", "tests.integration.answering"])
_PR_SET_PDEATHSIG = 1


class Forked:
    """One such process. `target` is a function of a module; its process ends when it returns."""

    def __init__(self, target: Callable[..., None], *arguments: object, log: Path) -> None:
        self._process: ForkServerProcess = _FORKS.Process(target=_run, args=(target, arguments, log))
        self._process.start()

    @property
    def exit_code(self) -> int | None:
        """None while it runs; -9 after a kill."""
        return self._process.exitcode

    def signal(self, number: signal.Signals) -> None:
        if self._process.pid is not None and self.exit_code is None:
            os.kill(self._process.pid, number)

    async def end(self, timeout_seconds: float) -> int:
        """Wait for its end; the exit code. Raises TimeoutError."""
        await asyncio.to_thread(self._process.join, timeout_seconds)
        if self.exit_code is None:
            raise TimeoutError
        return self.exit_code


def make_ready() -> None:
    """Have the server process import the program meanwhile: it takes seconds, and the first start waits for it."""
    ensure_running()


def serve(environment: Mapping[str, str]) -> None:
    """`banyan serve` in this environment and no other BANYAN_ setting."""
    _set(environment)
    serving.serve()


def serve_ahead(environment: Mapping[str, str], ahead: timedelta) -> None:
    """`banyan serve` whose clock is before the true one: to the store, so much time has passed.

    A page of web chat still goes by the true time, and sees what is due by that.
    """

    class Ahead:
        @staticmethod
        def now(zone: tzinfo) -> datetime:
            return datetime.now(zone) + ahead

    with patch("bot.opening.datetime", Ahead):
        serve(environment)


def serve_web_only(environment: Mapping[str, str]) -> None:
    _set(environment)
    serving.serve(web_only=True)


def work(environment: Mapping[str, str]) -> None:
    """`banyan worker`."""
    _set(environment)
    serving.work()


def _set(environment: Mapping[str, str]) -> None:
    for name in [name for name in os.environ if name.startswith("BANYAN_")]:
        del os.environ[name]
    os.environ.update(environment)


def _run(target: Callable[..., None], arguments: tuple[object, ...], log: Path) -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # it dies with the tests, however they end
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    target(*arguments)

"""Serving the hub."""

import asyncio
import gc
import logging

import structlog

from bot.main import serve as serve_hub
from bot.main import work as run_worker
from bot.settings import ConfigurationError, Settings, read_settings

OBJECTS_BETWEEN_COLLECTIONS = 20_000
"""Python's own 700 took a tenth of the time of a webhook."""


def serve(*, web_only: bool = False) -> None:
    settings = read_settings()
    if web_only:
        _require_postgresql(settings, "`banyan serve --web-only`")
    configure_process()
    asyncio.run(serve_hub(settings, web_only=web_only))


def work() -> None:
    settings = read_settings()
    _require_postgresql(settings, "`banyan worker`")
    configure_process()
    asyncio.run(run_worker(settings))


def _require_postgresql(settings: Settings, command: str) -> None:
    """One SQLite file has one writer: a second process would only wait for the first."""
    if settings.database_url.startswith("sqlite"):
        raise ConfigurationError(f"{command} needs PostgreSQL; on SQLite `banyan serve` does everything itself.")


def configure_process() -> None:
    """What every process that serves does before it begins."""
    _configure_logging()
    # What is imported lives as long as the process, and what a request makes is gone with it, without a collector.
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)


def _configure_logging() -> None:
    """JSON lines with ids only; libraries speak from INFO on, Telegram's never of its token."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(),
    )

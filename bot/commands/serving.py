"""Serving the hub."""

import asyncio
import logging

import structlog

from bot.main import serve as serve_hub
from bot.settings import read_settings


def serve() -> None:
    configure_logging()
    asyncio.run(serve_hub(read_settings()))


def configure_logging() -> None:
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

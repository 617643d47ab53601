"""Pages for what goes wrong: whoever asked reads a sentence, and sees no error of ours."""

from collections.abc import Mapping

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from notifier.pages import Pages
from store.domain.errors import NotFound, Refusal, StoreUnavailable

log = structlog.get_logger()

Failures = Mapping[type[Exception], tuple[int, str]]
"""What is caught, the status that it is answered with, and the sentence on the page; the narrower before the wider."""


def failures_on(pages: Pages, page: str, failures: Failures) -> Middleware:
    """`page` is the template that shows the sentence."""
    caught = tuple(failures)

    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except caught as failure:
            _log(failure)
            status, sentence = next(found for kind, found in failures.items() if isinstance(failure, kind))
            return pages.page(request, page, status=status, sentence=sentence)

    return answer


def _log(failure: Exception) -> None:
    if isinstance(failure, StoreUnavailable):
        log.warning("page.store_unavailable")
    elif isinstance(failure, Refusal) and not isinstance(failure, NotFound):
        log.info("page.refused", key=failure.key)

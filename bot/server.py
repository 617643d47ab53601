"""The aiohttp application: providers' webhooks, web chat, health and figures, and whatever it is given beside them."""

import hmac
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from http import HTTPStatus
from ipaddress import ip_address
from urllib.parse import parse_qsl

import structlog
from aiohttp import web
from aiohttp.abc import AbstractAccessLogger
from prometheus_client import CONTENT_TYPE_LATEST, Counter, generate_latest

from bot.callers import Caller
from bot.opening import utc_now
from notifier.accounts import may_call
from notifier.channel import Channel, Receive, WebRequest
from notifier.message import DeliveryReceipt, InboundMessage
from notifier.metrics import REQUESTS, hide_backlog, show_backlog
from store.database import Database
from store.domain.accounts import Account
from store.domain.errors import StoreUnavailable
from store.queries.backlog import backlog_of

log = structlog.get_logger()

MOST_BODY_BYTES = 11 * 1024 * 1024
"""A photo of 10 MB and what surrounds it."""

_HOOK = r"/hook/{account:\d{1,18}}/{secret}/{name}"
_CANONICAL_HOOK = "/hook/{account}/{secret}/{name}"

Accept = Callable[[Account, Sequence[InboundMessage], Sequence[DeliveryReceipt]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Doors:
    """What the server opens: the accounts' webhooks, other routes, and sub-applications by their prefix.

    `caller` tells where a request comes from.
    """

    channels: Mapping[int, tuple[Account, Channel]]
    receive: Accept
    caller: Caller
    routes: Sequence[web.RouteDef]
    applications: Mapping[str, web.Application]


def build_application(database: Database, doors: Doors, metrics_token: str) -> web.Application:
    application = web.Application(client_max_size=MOST_BODY_BYTES)
    application.add_routes(_watching(database, metrics_token))
    application.add_routes([web.route("*", _HOOK, partial(_hook, doors), name="hook"), *doors.routes])
    for prefix, inner in doors.applications.items():
        application.add_subapp(prefix, inner)
    return application


def watching_application(database: Database, metrics_token: str) -> web.Application:
    """For a process that serves nobody: only what says how it fares."""
    application = web.Application()
    application.add_routes(_watching(database, metrics_token))
    return application


def _watching(database: Database, metrics_token: str) -> list[web.RouteDef]:
    return [
        web.get("/healthz", partial(_health, database), name="health"),
        web.get("/metrics", partial(_metrics, database, metrics_token), name="metrics"),
    ]


async def _health(database: Database, _request: web.Request) -> web.Response:
    """200 while the store answers, 503 while it does not."""
    alive = await database.is_alive()
    return web.json_response({"store": "up" if alive else "down"}, status=200 if alive else 503)


async def _metrics(database: Database, token: str, request: web.Request) -> web.Response:
    """Figures for Prometheus: from this machine, or with the token."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    here = (
        request.remote is not None
        and ip_address(request.remote).is_loopback
        and "X-Forwarded-For" not in request.headers
    )
    if not here and not (token and hmac.compare_digest(given.encode(errors="replace"), token.encode())):
        raise web.HTTPForbidden
    try:
        async with database.read(utc_now()) as tx:
            show_backlog(await backlog_of(tx))
    except StoreUnavailable:
        hide_backlog()
    return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})


async def _hook(doors: Doors, request: web.Request) -> web.Response:
    """A provider's webhook: found by the account and its secret, handled by the channel, answered once committed."""
    account_id, name = int(request.match_info["account"]), request.match_info["name"]
    account, channel = doors.channels.get(account_id, (None, None))
    secret = request.match_info["secret"]
    if account is None or channel is None or not hmac.compare_digest(secret.encode(), account.hook_secret.encode()):
        log.warning("hook.refused", account=account_id, hook=name)
        raise web.HTTPForbidden
    allowed = account.credentials.get("allow", "")
    if allowed and not may_call(allowed, doors.caller(request)):
        log.warning("hook.caller_refused", account=account_id, hook=name)
        raise web.HTTPForbidden
    route = next((one for one in channel.routes() if one.name == name and request.method in one.methods), None)
    if route is None:
        raise web.HTTPNotFound
    receive: Receive = partial(doors.receive, account)
    try:
        answer = await route.handle(await _web_request(request, secret), receive)
    except StoreUnavailable as error:
        log.warning("hook.store_unavailable", account=account_id, hook=name)
        raise web.HTTPServiceUnavailable from error
    return web.Response(status=answer.status, text=answer.text, content_type=answer.content_type)


async def _web_request(request: web.Request, secret: str) -> WebRequest:
    # surrogateescape keeps bytes that are not UTF-8 (an SMS in GB18030 by get-url) for the channel to decode.
    query = parse_qsl(request.rel_url.raw_query_string, keep_blank_values=True, errors="surrogateescape")
    return WebRequest(request.method, dict(query), request.headers, await request.read(), secret)


@lru_cache(maxsize=1024)  # looking a label up costs more than counting; a stranger may think up any method
def _answered(method: str, route: str, status: int) -> Counter:
    return REQUESTS.labels(method, route, status)


def _route_name(request: web.BaseRequest) -> str:
    """The route's pattern, never the path: paths hold secrets and persons' names."""
    match = getattr(request, "match_info", None)
    resource = match.route.resource if match is not None and match.route is not None else None
    return resource.canonical if resource is not None else "-"


class AccessLog(AbstractAccessLogger):
    """Counts every request, and writes a line: method, route, status, milliseconds. No path, no query, no address.

    A webhook that was taken has no line: what it brought is a row, and a prefecture's receipts would drown the rest.
    """

    def log(self, request: web.BaseRequest, response: web.StreamResponse, time: float) -> None:
        route = _route_name(request)
        _answered(request.method, route, response.status).inc()
        if route == _CANONICAL_HOOK and response.status < HTTPStatus.BAD_REQUEST:
            return
        log.info(
            "request",
            method=request.method,
            route=route,
            status=response.status,
            milliseconds=round(time * 1000, 1),
        )

"""Templates that gateways have approved: what the linter says of each, how it reads, and whether a text fits one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from console.fields import whole_number
from console.settings.room import back, begin_press, place_of, show
from console.visits import Fields, Office, Visit
from notifier.channels.sms.linter import Objection, objections, template_objections
from notifier.channels.sms.segments import count_parts
from notifier.channels.sms.templates import (
    MOST_TEXT_CHARACTERS,
    Piece,
    Template,
    Variable,
    fit,
    pieces_of,
    signatures_of,
    templates_of,
)
from store.actions.accounts import keep_template
from store.database import Transaction
from store.domain.accounts import Account, AccountKind
from store.domain.errors import NotAllowed, NotFound, Refusal
from store.queries.access import may_manage_channels
from store.queries.accounts import account_by_id
from store.queries.areas import area_by_id
from store.queries.channel_health import accounts_around

APPROVING = frozenset({AccountKind.ALIYUN, AccountKind.TENCENT})
_CODE = re.compile(r"[A-Za-z0-9_-]{1,40}")


@dataclass(frozen=True, slots=True)
class Looked:
    """A template as people see it: its pieces, its parts as an SMS, and what the gateway will object to."""

    template: Template
    pieces: tuple[tuple[str, bool], ...]
    parts: int
    objections: tuple[Objection, ...]


@dataclass(frozen=True, slots=True)
class Gateway:
    account: Account
    area_name: str
    signature: str
    templates: tuple[Looked, ...]
    may_change: bool


@dataclass(frozen=True, slots=True)
class Tried:
    """What one gateway says to a text: the template that it fits, "" for none."""

    name: str
    code: str
    objections: tuple[Objection, ...]


@dataclass(frozen=True, slots=True)
class TextPages:
    office: Office

    async def keep(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        """An empty text takes a template away. What the linter objects to is kept all the same: people approve."""
        async with self.office.database.write(self.office.clock()) as tx:
            account = await account_by_id(tx, whole_number(fields.get("account", "")))
            if not may_manage_channels(visit.person, (await area_by_id(tx, account.area_id)).path):
                raise NotFound("account.unknown")
            area = await begin_press(tx, request, visit, fields, "texts")
            await _keep(tx, visit, account, fields)
        raise back("texts", area, "template_kept" if fields.get("text") else "template_gone")

    async def list(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        """The templates, and what becomes of a text that is tried out in the address."""
        async with self.office.database.read(self.office.clock()) as tx:
            place = await place_of(tx, visit, visit.asked(request).get("area", ""))
            around = [pair for pair in await accounts_around(tx, place.area) if pair[0].kind in APPROVING]
            paths = {account.area_id: (await area_by_id(tx, account.area_id)).path for account, _ in around}
        gateways = [
            _gateway(account, name, may_change=may_manage_channels(visit.person, paths[account.area_id]))
            for account, name in around
        ]
        text = request.query.get("text", "").replace("\0", "")[:MOST_TEXT_CHARACTERS]
        return show(
            self.office,
            request,
            visit,
            "texts",
            place,
            gateways=gateways,
            text=text,
            tried=[_tried(account, text) for account, _ in around] if text else [],
            parts=count_parts(text).parts if text else 0,
        )


async def _keep(tx: Transaction, visit: Visit, account: Account, fields: Fields) -> None:
    code, text = fields.get("code", ""), fields.get("text", "")
    if account.kind not in APPROVING or not _CODE.fullmatch(code):
        raise NotAllowed("template.code_wrong")
    if len(text) > MOST_TEXT_CHARACTERS:
        raise Refusal("template.too_long", most=MOST_TEXT_CHARACTERS)
    await keep_template(tx, account, code, text, actor=f"staff:{visit.person.id}")


def _gateway(account: Account, area_name: str, *, may_change: bool) -> Gateway:
    signature = "、".join(signatures_of(account.credentials))
    looked = tuple(_looked(account, template) for template in templates_of(account.credentials))
    return Gateway(account, area_name, signature, looked, may_change)


def _looked(account: Account, template: Template) -> Looked:
    return Looked(
        template,
        _shown(pieces_of(template.text)),
        count_parts(f"【{''.join(signatures_of(account.credentials)[:1])}】{template.text}").parts,
        template_objections(account.kind, template),
    )


def _shown(pieces: Sequence[Piece]) -> tuple[tuple[str, bool], ...]:
    """Words, and blanks that are filled in (True)."""
    return tuple((piece.name, True) if isinstance(piece, Variable) else (piece, False) for piece in pieces)


def _tried(account: Account, text: str) -> Tried:
    found = fit(text, templates_of(account.credentials))
    said = objections(account.kind, account.credentials, text)
    return Tried(account.name, found.template.code if found else "", said)

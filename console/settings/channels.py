"""Accounts with providers: how they fare, whether they answer, adding one. Credentials go in and never come out."""

from dataclasses import dataclass, replace

from aiohttp import web

from console.settings.room import back, begin_press, place_of, show
from console.visits import Fields, Office, Told, Visit
from notifier.accounts import Checked, add_working_account, check_account, hook_url
from notifier.pages import language_asked
from notifier.registry import NEEDED, WELCOME
from store.actions.accounts import start_account
from store.database import Transaction
from store.domain.accounts import Account, AccountKind
from store.domain.errors import NotAllowed, NotFound, Refusal
from store.queries.access import may_manage_channels
from store.queries.accounts import account_by_id
from store.queries.areas import area_by_id
from store.queries.channel_health import accounts_around, health_of

KINDS = (*NEEDED, AccountKind.WEB_CHAT)
"""The simulator is for practising and is not added here."""
SECRET = frozenset({"token", "password", "access_key_secret", "secret_key", "auth_token", "app_secret", "aes_key"})
"""Never shown again, not even in the form that was refused."""
CREDENTIALS = frozenset(name for names in (*NEEDED.values(), *WELCOME.values()) for name in names)


@dataclass(frozen=True, slots=True)
class ChannelPages:
    office: Office

    async def list(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        return await self._list(request, visit)

    async def test(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        """The provider is asked between two transactions: it may take its time."""
        async with self.office.database.write(self.office.clock()) as tx:
            account = await self._account(tx, request, visit)
            await begin_press(tx, request, visit, fields, "channels")
            tx.audit(account.area_id, f"staff:{visit.person.id}", "channel.tested", f"account:{account.id}")
        checked = await check_account(account, self.office.outside)
        visit = replace(visit, told=Told(written=fields))
        return await self._list(request, visit, (account.id, checked))

    async def start(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        async with self.office.database.write(self.office.clock()) as tx:
            account = await self._account(tx, request, visit)
            area = await begin_press(tx, request, visit, fields, "channels")
            await start_account(tx, account, actor=f"staff:{visit.person.id}")
        raise back("channels", area, "started")

    async def add(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        """Sealed before it is written. What is secret has to be typed again where something was wrong."""
        kind = fields.get("kind", "")
        async with self.office.database.write(self.office.clock()) as tx:
            area = await begin_press(tx, request, visit, fields, "channels")
            if not may_manage_channels(visit.person, area.path):
                raise NotAllowed("setting.not_yours")
            given = {name: fields[name] for name in _asked(kind) if fields.get(name)}
            actor, name = f"staff:{visit.person.id}", fields.get("name", "")
            try:
                await add_working_account(tx, area, kind, name, given, self.office.outside, actor=actor)
            except Refusal as refusal:
                raise self._by_labels(request, kind, refusal) from refusal
        raise back("channels", area, "added")

    def _by_labels(self, request: web.Request, kind: str, refusal: Refusal) -> Refusal:
        """What is missing by the names that the form gives it; a provider's own error may hold what was typed."""
        if refusal.key == "channel.credentials_missing":
            labels = self.office.pages.words(language_asked(request))["credential"]
            named = str(refusal.params["missing"]).split(", ")
            missing = "、".join(labels.get(f"{kind}_{name}") or labels[name] for name in named)
            return Refusal("channel.credentials_missing", missing=missing)
        return Refusal("channel.credentials_unusable") if refusal.key == "channel.credentials_wrong" else refusal

    async def _account(self, tx: Transaction, request: web.Request, visit: Visit) -> Account:
        """Raises NotFound for whoever is not its administrator."""
        account = await account_by_id(tx, int(request.match_info["account"]))
        if not may_manage_channels(visit.person, (await area_by_id(tx, account.area_id)).path):
            raise NotFound("account.unknown")
        return account

    async def _list(
        self, request: web.Request, visit: Visit, tested: tuple[int, Checked] | None = None
    ) -> web.Response:
        async with self.office.database.read(self.office.clock()) as tx:
            place = await place_of(tx, visit, visit.asked(request).get("area", ""))
            found = await health_of(tx, await accounts_around(tx, place.area))
            paths = {one.account.area_id: (await area_by_id(tx, one.account.area_id)).path for one in found}
        managed = {area_id for area_id, path in paths.items() if may_manage_channels(visit.person, path)}
        return show(
            self.office,
            request,
            visit,
            "channels",
            place,
            found=found,
            managed=managed,
            addresses={
                one.account.id: f"{hook_url(one.account, self.office.outside)}/updates"
                for one in found
                if one.account.kind is AccountKind.WECHAT and one.account.area_id in managed
            },
            may_add=may_manage_channels(visit.person, place.area.path),
            tested_id=tested[0] if tested else 0,
            checked=tested[1] if tested else None,
        )

    async def form(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        written = visit.asked(request)
        kind = written.get("kind", "")
        async with self.office.database.read(self.office.clock()) as tx:
            place = await place_of(tx, visit, written.get("area", ""))
        if not may_manage_channels(visit.person, place.area.path):
            raise NotFound("area.unknown")
        return show(
            self.office,
            request,
            visit,
            "channel_new",
            place,
            kinds=KINDS,
            kind=kind if kind in KINDS else "",
            asked=_asked(kind),
            welcome=WELCOME.get(AccountKind(kind), ()) if kind in KINDS else (),
            secret=SECRET,
            written={name: value for name, value in written.items() if name not in SECRET},
        )


def _asked(kind: str) -> tuple[str, ...]:
    if kind not in KINDS:
        return ()
    return NEEDED.get(AccountKind(kind), ()) + WELCOME.get(AccountKind(kind), ())

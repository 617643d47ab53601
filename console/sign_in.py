"""Signing in and out: phone and password, for some a code by SMS or app, and the first password by a link code."""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from console.forms import csrf_of, read_form
from console.rooms import KEPT_FORMS, SIGN_IN
from console.visits import HOME, SESSION_COOKIE, VISIT_COOKIE, Fields, Office, Visit
from notifier.telling import write_tells
from store.actions.contacts import address_of
from store.actions.identity import start_console_code, take_console_code, take_password_code
from store.actions.sign_in import (
    Attempt,
    attempt_failed,
    attempt_succeeded,
    begin_attempt,
    open_session,
    prove_session,
    set_password,
    sign_out,
)
from store.actions.totp import drop_totp, take_totp
from store.database import Transaction
from store.domain.errors import Refusal
from store.domain.people import Staff
from store.domain.phones import e164
from store.domain.sign_in import ConsoleSession, check_password
from store.domain.speech import Say, Tell
from store.passwords import NOBODYS, hash_of, is_right
from store.queries.access import needs_code
from store.queries.areas import settings_for
from store.queries.kept_forms import how_many_kept
from store.queries.people import contact_by_id, staff_by_id
from store.queries.sign_in import Account, root_area_id, session_of
from store.queries.totp import uses_totp

CODE = "/console/code"
_LONGEST_NUMBER = 40
_DONE = {"password": "password_set", "kept": "signed_out_kept"}
"""What the sign-in says of what led there, by the address that led."""


@dataclass(frozen=True, slots=True)
class SignIn:
    office: Office

    async def sign_in_page(self, request: web.Request) -> web.StreamResponse:
        return self._page(request, "sign_in.html")

    async def start_page(self, request: web.Request) -> web.StreamResponse:
        return self._page(request, "start.html")

    async def code_page(self, request: web.Request) -> web.StreamResponse:
        session = await self._pending(request)
        if session is None:
            raise web.HTTPSeeOther(SIGN_IN)
        return self._page(request, "code.html", by_app=await self._by_app(session))

    async def sign_in(self, request: web.Request) -> web.StreamResponse:
        """The password first. A stranger is told the same, and waits as long, whether there is such a number or not."""
        fields = await read_form(request, request.cookies.get(VISIT_COOKIE, ""))
        office, now = self.office, self.office.clock()
        written = fields.get("phone", "")
        who = e164(written) or written[:_LONGEST_NUMBER]
        try:
            async with office.database.write(now) as tx:
                attempt = await begin_attempt(tx, who, office.caller(request))
            account = await asyncio.to_thread(_rightful, attempt.accounts, fields.get("password", ""))
            async with office.database.write(now) as tx:
                if account is None:
                    await attempt_failed(tx, attempt)
                    return self._page(request, "sign_in.html", status=403, problem="wrong")
                return await self._let_in(tx, account, attempt)
        except Refusal as refusal:
            return await self._refused(request, "sign_in.html", refusal)

    async def _let_in(self, tx: Transaction, account: Account, attempt: Attempt) -> web.Response:
        person = await staff_by_id(tx, account.staff_id)
        asks_code = needs_code(person)
        await attempt_succeeded(tx, attempt, is_in=not asks_code)
        token = await open_session(tx, account, needs_code=asks_code)
        if asks_code and not await uses_totp(tx, person.id):
            await self._send_code(tx, person, account.phone_contact_id)
        return self._with_session(token, CODE if asks_code else await _first_page(tx, person.id))

    async def _send_code(self, tx: Transaction, person: Staff, phone_contact_id: int) -> None:
        """Raises Refusal where no SMS reaches his phone."""
        code = await start_console_code(tx, person, await contact_by_id(tx, phone_contact_id))
        tell = Tell(phone_contact_id, Say("console.code", {"code": code}), waits_for_day=False)
        [written] = await write_tells(tx, self.office.renderer, [tell])
        if written.account_id is None:
            raise Refusal("sign_in.no_sms")

    async def enter_code(self, request: web.Request) -> web.StreamResponse:
        fields = await read_form(request, request.cookies.get(VISIT_COOKIE, ""))
        session = await self._pending(request)
        if session is None:
            raise web.HTTPSeeOther(SIGN_IN)
        office, by_app = self.office, await self._by_app(session)
        try:
            async with office.database.write(office.clock()) as tx:
                number = await address_of(tx, session.phone_contact_id)
                attempt = await begin_attempt(tx, number, office.caller(request))
                take = take_totp if by_app else take_console_code
                if not await take(tx, session.staff_id, fields.get("code", "")):
                    await attempt_failed(tx, attempt)
                    return self._page(request, "code.html", status=403, problem="wrong_code", by_app=by_app)
                await attempt_succeeded(tx, attempt)
                token = await prove_session(tx, session)
                where = await _first_page(tx, session.staff_id)
        except Refusal as refusal:
            return await self._refused(request, "code.html", refusal, by_app=by_app)
        return self._with_session(token, where)

    async def start(self, request: web.Request) -> web.StreamResponse:
        """Set a password with a link code. Wrong codes are counted by the caller's address: there is no account yet."""
        fields = await read_form(request, request.cookies.get(VISIT_COOKIE, ""))
        try:
            return await self._set_password(request, fields)
        except Refusal as refusal:
            return await self._refused(request, "start.html", refusal)

    async def _set_password(self, request: web.Request, fields: Fields) -> web.Response:
        office, password = self.office, fields.get("password", "")
        check_password(password)
        if password != fields.get("again", ""):
            raise Refusal("password.differs")
        kept = await asyncio.to_thread(hash_of, password)
        address = office.caller(request)
        async with office.database.write(office.clock()) as tx:
            attempt = await begin_attempt(tx, f"start:{address}", address)
            person = await take_password_code(tx, fields.get("code", ""))
            if person is None:
                await attempt_failed(tx, attempt)
                return self._page(request, "start.html", status=403, problem="wrong_code")
            await attempt_succeeded(tx, attempt)
            await set_password(tx, person, kept)
            await drop_totp(tx, person)
        return _see_other(f"{SIGN_IN}?done=password")

    async def leave(self, _request: web.Request, visit: Visit, _fields: Fields) -> web.StreamResponse:
        async with self.office.database.write(self.office.clock()) as tx:
            await sign_out(tx, visit.session, visit.person)
        self.office.pulse.beat()
        response = _see_other(SIGN_IN)
        response.del_cookie(SESSION_COOKIE, path="/console")
        return response

    async def _pending(self, request: web.Request) -> ConsoleSession | None:
        """The session that still waits for its code."""
        token = request.cookies.get(SESSION_COOKIE, "")
        async with self.office.database.read(self.office.clock()) as tx:
            session = await session_of(tx, token)
        return session if session and not session.proved else None

    async def _by_app(self, session: ConsoleSession) -> bool:
        """Whether his code is one of an authenticator app; else it came by SMS."""
        async with self.office.database.read(self.office.clock()) as tx:
            return await uses_totp(tx, session.staff_id)

    async def _refused(
        self, request: web.Request, name: str, refusal: Refusal, *, by_app: bool = False
    ) -> web.Response:
        async with self.office.database.read(self.office.clock()) as tx:
            settings = await settings_for(tx, await root_area_id(tx))
        said = self.office.refused(request, refusal, settings)
        return self._page(request, name, status=403, refusal=said, by_app=by_app)

    def _page(
        self,
        request: web.Request,
        name: str,
        *,
        status: int = 200,
        problem: str = "",
        refusal: str = "",
        by_app: bool = False,
    ) -> web.Response:
        token = request.cookies.get(VISIT_COOKIE) or secrets.token_urlsafe(16)
        done = _DONE.get(request.query.get("done", ""), "")
        shown: dict[str, Any] = {
            "csrf": csrf_of(token),
            "problem": problem,
            "refusal": refusal,
            "done": done,
            "by_app": by_app,
        }
        response = self.office.pages.page(request, name, status=status, **shown)
        self.office.keep(response, VISIT_COOKIE, token)
        return response

    def _with_session(self, token: str, where: str) -> web.Response:
        response = _see_other(where)
        self.office.keep(response, SESSION_COOKIE, token)
        return response


async def _first_page(tx: Transaction, staff_id: int) -> str:
    """What he could not send comes before what waits for him."""
    return KEPT_FORMS if await how_many_kept(tx, staff_id) else HOME


def _see_other(where: str) -> web.Response:
    return web.Response(status=303, headers={"Location": where, "Cache-Control": "no-store"})


def _rightful(accounts: Sequence[Account], password: str) -> Account | None:
    """Whose password it is. Some 0.04 s, also where there is nobody to compare with: not for the event loop."""
    if not accounts:
        is_right(password, NOBODYS)
    return next((account for account in accounts if is_right(password, account.password_hash)), None)

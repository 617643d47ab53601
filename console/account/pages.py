"""One's own account: with what else than the password one signs in."""

from dataclasses import dataclass

import segno
from aiohttp import web

from console.visits import Fields, Office, Visit, led_to
from store.actions.contacts import address_of
from store.actions.sign_in import attempt_failed, attempt_succeeded, begin_attempt
from store.actions.totp import begin_totp, confirm_totp, drop_totp, take_totp
from store.domain.totp import link_for_app
from store.queries.access import needs_code
from store.queries.totp import Totp, totp_of

ACCOUNT = "/console/account"


@dataclass(frozen=True, slots=True)
class AccountPages:
    office: Office

    async def begin(self, _request: web.Request, visit: Visit, _fields: Fields) -> web.StreamResponse:
        """A secret to be read by an app. Only for those who need more than a password."""
        if not needs_code(visit.person):
            raise web.HTTPNotFound
        async with self.office.database.write(self.office.clock()) as tx:
            await begin_totp(tx, visit.person)
        raise web.HTTPSeeOther(ACCOUNT)

    async def confirm(self, _request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        async with self.office.database.write(self.office.clock()) as tx:
            if not await confirm_totp(tx, visit.person, fields.get("code", "")):
                raise led_to(ACCOUNT, "wrong")
        raise led_to(ACCOUNT, "set")

    async def drop(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        """Only with a code of the app: whoever finds the page open takes nothing away. Wrong ones are counted."""
        office = self.office
        async with office.database.write(office.clock()) as tx:
            number = await address_of(tx, visit.session.phone_contact_id)
            attempt = await begin_attempt(tx, number, office.caller(request))
            is_right = await take_totp(tx, visit.person.id, fields.get("code", ""))
            if is_right:
                await attempt_succeeded(tx, attempt)
                await drop_totp(tx, visit.person)
            else:
                await attempt_failed(tx, attempt)
        raise led_to(ACCOUNT, "dropped" if is_right else "wrong")

    async def account(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        async with self.office.database.read(self.office.clock()) as tx:
            totp = await totp_of(tx, visit.person.id)
        shown = totp if totp and not totp.is_confirmed else None
        return self.office.page(
            request,
            visit,
            "account.html",
            needs_code=needs_code(visit.person),
            totp=totp,
            picture=_picture(shown, visit) if shown else "",
        )


def _picture(totp: Totp, visit: Visit) -> str:
    """The QR code as SVG: it stands in the page itself, and no address leads to it."""
    link = link_for_app(totp.secret, visit.person.name, visit.settings.village_name)
    return segno.make(link, error="m").svg_inline(border=4, svgclass="qr", lineclass=None, omitsize=True)

"""Where one's own account is found."""

from aiohttp import web

from console.account.pages import AccountPages
from console.visits import Doorkeeper, Office


def account_routes(office: Office) -> list[web.RouteDef]:
    keeper, account = Doorkeeper(office), AccountPages(office)
    return [
        web.get("/account", keeper.page(account.account)),
        web.post("/account/totp/begin", keeper.press(account.begin, account.account)),
        web.post("/account/totp/confirm", keeper.press(account.confirm, unkept=("code",))),
        web.post("/account/totp/drop", keeper.press(account.drop, account.account, unkept=("code",))),
    ]

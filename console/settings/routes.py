"""Where the settings are found."""

from aiohttp import web

from console.settings.channels import CREDENTIALS, ChannelPages
from console.settings.days import DayPages
from console.settings.roles import RolePages
from console.settings.setting_lines import SHOWN
from console.settings.texts import TextPages
from console.settings.village import VillagePages
from console.settings.words import WordPages
from console.visits import Doorkeeper, Office

_WORDS = "/settings/words/{language}/{message}/{medium}"
_ACCOUNT = r"/settings/channels/{account:\d{1,18}}"


def settings_routes(office: Office) -> list[web.RouteDef]:
    keeper, village, days = Doorkeeper(office), VillagePages(office), DayPages(office)
    roles, channels, texts, words = RolePages(office), ChannelPages(office), TextPages(office), WordPages(office)
    return [
        web.get("/settings", keeper.page(village.index)),
        web.post("/settings/name", keeper.press(village.rename, village.index)),
        web.post(f"/settings/set/{{name:{'|'.join(SHOWN)}}}", keeper.press(village.change, village.index)),
        web.get("/settings/changes", keeper.page(village.changes)),
        web.get("/settings/calendar", keeper.page(days.calendar)),
        web.post("/settings/calendar", keeper.press(days.set_day)),
        web.get("/settings/roster", keeper.page(days.roster)),
        web.post("/settings/roster", keeper.press(days.set_roster, days.roster)),
        web.get("/settings/roles", keeper.page(roles.list)),
        web.get("/settings/channels", keeper.page(channels.list)),
        web.get("/settings/channels/new", keeper.page(channels.form)),
        web.post("/settings/channels/new", keeper.press(channels.add, channels.form, unkept=CREDENTIALS)),
        web.post(_ACCOUNT + "/test", keeper.press(channels.test)),
        web.post(_ACCOUNT + "/start", keeper.press(channels.start)),
        web.get("/settings/texts", keeper.page(texts.list)),
        web.post("/settings/texts", keeper.press(texts.keep, texts.list)),
        web.get("/settings/words", keeper.page(words.list)),
        web.get(_WORDS, keeper.page(words.form)),
        web.post(_WORDS, keeper.press(words.press, words.form)),
    ]

"""Where the books are found."""

from aiohttp import web

from console.disclosures.asked import AskedPages
from console.disclosures.books import BookPages
from console.disclosures.files import FilePages
from console.disclosures.items import ItemPages
from console.disclosures.publishing import PublishPages
from console.visits import Doorkeeper, Office

_ITEM = r"/disclosures/items/{item:\d{1,15}}"
_FILE = _ITEM + r"/files/{digest:[0-9a-f]{64}}"


def disclosure_routes(office: Office) -> list[web.RouteDef]:
    keeper, books, items = Doorkeeper(office), BookPages(office), ItemPages(office)
    files, publishing, asked = FilePages(office), PublishPages(office), AskedPages(office)
    return [
        web.get("/disclosures", keeper.page(books.month)),
        web.post("/disclosures/opening", keeper.press(books.opening, books.month)),
        web.post("/disclosures/nothing", keeper.press(books.nothing, books.month)),
        web.post("/disclosures/import", keeper.press(books.bring_in, books.month)),
        web.get("/disclosures/asked", keeper.page(asked.list)),
        web.get("/disclosures/publish", keeper.page(publishing.page)),
        web.post("/disclosures/publish", keeper.press(publishing.publish, publishing.page)),
        web.get("/disclosures/new", keeper.page(items.form)),
        web.post("/disclosures/new", keeper.press(items.enter, items.form)),
        web.get(_ITEM, keeper.page(items.one)),
        web.post(_ITEM + "/{action:change|take-back|shorten}", keeper.press(items.act, items.one)),
        web.post(_ITEM + "/files", keeper.press(files.attach, items.one)),
        web.get(_FILE, keeper.page(files.show)),
        web.post(_FILE + "/detach", keeper.press(files.detach, items.one)),
        web.get(_FILE + "/black", keeper.page(files.grid)),
        web.post(_FILE + "/black", keeper.press(files.black_out, items.one)),
    ]

"""Where the figures are found."""

from aiohttp import web

from console.figures.pages import FORMATS, FiguresPages
from console.visits import Doorkeeper, Office


def figures_routes(office: Office) -> list[web.RouteDef]:
    keeper, figures = Doorkeeper(office), FiguresPages(office)
    return [
        web.get("/figures", keeper.page(figures.show)),
        web.post(f"/figures/{{format:{'|'.join(FORMATS)}}}", keeper.press(figures.take_along)),
    ]

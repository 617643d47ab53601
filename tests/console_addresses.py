"""Every address of the console, read from its router: what walks all of them needs no list that somebody forgets."""

import html
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

from aiohttp import web

from notifier.render import TEMPLATES

_VARIABLE = re.compile(r"{(\w+)}")
_LINK = re.compile(r'<a [^>]*href="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Address:
    """`canonical` has the names of its variables in braces; `choices` are what a variable may be, where that is few."""

    method: str
    canonical: str
    choices: Mapping[str, Sequence[str]]
    pattern: re.Pattern[str]

    def leads_to(self, path: str) -> bool:
        return self.pattern.fullmatch(path.partition("?")[0]) is not None

    @property
    def variables(self) -> list[str]:
        return _VARIABLE.findall(self.canonical)

    def filled(self, samples: Mapping[str, str]) -> list[str]:
        """The paths that one can ask for. Raises KeyError for a variable of which there is no sample."""
        paths = [self.canonical]
        for name in self.variables:
            values = self.choices.get(name) or [samples[name]]
            paths = [path.replace(f"{{{name}}}", value) for path in paths for value in values]
        return paths


async def one_of_each(pages: Sequence[Address], ask: Callable[[str], Awaitable[str]]) -> dict[str, str]:
    """Path by canonical address, of every page that one comes to by links from Today. `ask` answers a page's HTML."""
    found: dict[str, str] = {}
    waiting = ["/console/today"]
    while waiting:
        path = waiting.pop()
        canonical = next((page.canonical for page in pages if page.leads_to(path)), "")
        if not canonical or canonical in found:
            continue
        found[canonical] = path
        text = await ask(path)
        links = (html.unescape(link).partition("#")[0] for link in _LINK.findall(text))
        waiting += [urljoin(path, link) for link in links if link]
    return found


def addresses_of(application: web.Application) -> list[Address]:
    """What is mounted under /console, in the order of its routes."""
    [mounted] = [one for one in application.router.resources() if "console" in one.canonical]
    return [
        Address(route.method, route.resource.canonical, _choices(route.resource), _pattern(route.resource))
        for route in mounted
        if route.resource is not None and route.method != "HEAD"
    ]


def _pattern(resource: web.AbstractResource) -> re.Pattern[str]:
    return resource.get_info().get("pattern") or re.compile(re.escape(resource.canonical))


def _choices(resource: web.AbstractResource) -> dict[str, Sequence[str]]:
    """A variable that is one of several words: {action:accept|answer}."""
    pattern = resource.get_info().get("pattern")
    written = pattern.pattern if pattern else ""
    return {name: words.split("|") for name, words in re.findall(r"\(\?P<(\w+)>([a-z-]+(?:\|[a-z-]+)+)\)", written)}


def field_names() -> list[str]:
    """Every name that a field of the console's pages has."""
    pages = "".join(path.read_text("utf-8") for path in (TEMPLATES / "console").glob("*.html"))
    return sorted(set(re.findall(r'name="([a-z_-]+)"', pages)) - {"csrf", "viewport", "htmx-config"})

"""Every address of the console, read from its router: what walks all of them needs no list that somebody forgets."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web

from notifier.render import TEMPLATES

_VARIABLE = re.compile(r"{(\w+)}")


@dataclass(frozen=True, slots=True)
class Address:
    """`canonical` has the names of its variables in braces; `choices` are what a variable may be, where that is few."""

    method: str
    canonical: str
    choices: Mapping[str, Sequence[str]]

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


def addresses_of(application: web.Application) -> list[Address]:
    """What is mounted under /console, in the order of its routes."""
    [mounted] = [one for one in application.router.resources() if "console" in one.canonical]
    return [
        Address(route.method, route.resource.canonical, _choices(route.resource))
        for route in mounted
        if route.resource is not None and route.method != "HEAD"
    ]


def _choices(resource: web.AbstractResource) -> dict[str, Sequence[str]]:
    """A variable that is one of several words: {action:accept|answer}."""
    pattern = resource.get_info().get("pattern")
    written = pattern.pattern if pattern else ""
    return {name: words.split("|") for name, words in re.findall(r"\(\?P<(\w+)>([a-z-]+(?:\|[a-z-]+)+)\)", written)}


def field_names() -> list[str]:
    """Every name that a field of the console's pages has."""
    pages = "".join(path.read_text("utf-8") for path in (TEMPLATES / "console").glob("*.html"))
    return sorted(set(re.findall(r'name="([a-z_-]+)"', pages)) - {"csrf", "viewport", "htmx-config"})

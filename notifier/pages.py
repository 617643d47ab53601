"""Server-rendered pages: Jinja with autoescape, each language's words, headers that let nothing in from outside.

A page works without a script. Whatever a person wrote is text in it, never markup.
"""

import hashlib
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from notifier.render import TEMPLATES
from store.domain.money import grouped
from store.domain.settings import LANGUAGES

STATIC = TEMPLATES / "public" / "static"
Words = Mapping[str, str]

PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}


class Pages:
    """Renders `templates/<folder>/*.html` with the words of `templates/<language>/`."""

    def __init__(self, folder: str = "public", headers: Mapping[str, str] = PAGE_HEADERS) -> None:
        self._headers = headers
        self._words = {language: _words(TEMPLATES / language) for language in LANGUAGES}
        self._digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:12] for path in STATIC.iterdir()}
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES / folder),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(
            static=self._static_url, money=grouped, moment=moment, month_name=month_name, day_name=day_name
        )

    def words(self, language: str) -> Mapping[str, Mapping[str, str]]:
        return self._words[language]

    def page(self, request: web.Request, name: str, **values: Any) -> web.Response:
        """In the language that the browser asks for."""
        return self.page_in(language_asked(request), name, **values)

    def page_in(
        self, language: str, name: str, *, status: int = 200, content_type: str = "text/html", **values: Any
    ) -> web.Response:
        template = self._environment.get_template(name)
        text = template.render(words=self._words[language], language=language.replace("_", "-"), **values)
        headers = {**self._headers, "Vary": "Accept-Language"}
        return web.Response(text=text, status=status, content_type=content_type, headers=headers)

    def _static_url(self, name: str) -> str:
        """The address of a shared file with the digest of its content, so that a browser may keep it."""
        return f"/static/{name}?v={self._digests[name]}"


def _words(folder: Path) -> Mapping[str, Mapping[str, str]]:
    catalogues = (folder / "words.toml", *sorted((folder / "pages").glob("*.toml")))
    read = (tomllib.loads(catalogue.read_text("utf-8")) for catalogue in catalogues)
    return {section: words for sections in read for section, words in sections.items()}


def language_asked(request: web.Request) -> str:
    """By the browser (Accept-Language, RFC 9110 12.5.4); Chinese where it says nothing that we speak."""
    for wish in request.headers.get("Accept-Language", "").lower().split(","):
        for language in LANGUAGES:
            if wish.strip().startswith(language[:2]):
                return language
    return LANGUAGES[0]


def comes_from_here(request: web.Request) -> bool:
    """Whether a write was made by one of our own pages; old browsers that send no Origin are held by the cookie."""
    origin = request.headers.get("Origin")
    return origin is None or origin.partition("://")[2] == request.host


def moment(value: datetime, zone: ZoneInfo, words: Mapping[str, str]) -> str:
    """11月18日 12:05 (`words`: the section `time`)."""
    local = value.astimezone(zone)
    day = words["day"].format(month=local.month, day=local.day, name=words[f"month_{local.month}"])
    return f"{day} {local:%H:%M}"


def month_name(month: date, words: Mapping[str, Mapping[str, str]]) -> str:
    """2026年10月."""
    name = words["time"][f"month_{month.month}"]
    return words["public"]["month"].format(year=month.year, month=month.month, name=name)


def day_name(day: date, words: Mapping[str, Mapping[str, str]]) -> str:
    """11月18日 星期三."""
    name = words["time"][f"month_{day.month}"]
    text = words["time"]["day"].format(month=day.month, day=day.day, name=name)
    return f"{text} {words['public'][f'weekday_{day.isoweekday()}']}"

"""Public pages: their templates, their words in each language, their static files and their headers."""

import hashlib
import tomllib
from collections.abc import Mapping
from pathlib import Path

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from store.domain.settings import LANGUAGES

A_YEAR_SECONDS = 365 * 24 * 3600

Words = Mapping[str, str]

PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' blob:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    # Not `no-referrer`: under it browsers send `Origin: null` with a plain form, and our own could not be told apart.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


class PageRenderer:
    """Renders `templates/public/*.html` with the words of `templates/<language>/pages/chat.toml`."""

    def __init__(self, templates_dir: Path) -> None:
        self.static_dir = templates_dir / "public" / "static"
        self._words: dict[str, Words] = {
            language: tomllib.loads((templates_dir / language / "pages" / "chat.toml").read_text("utf-8"))["page"]
            for language in LANGUAGES
        }
        self._environment = Environment(
            loader=FileSystemLoader(templates_dir / "public"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._digests = {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:12] for path in self.static_dir.iterdir()
        }
        self._environment.globals["static"] = self.static_url

    def words(self, language: str) -> Words:
        return self._words.get(language, self._words[LANGUAGES[0]])

    def page(self, name: str, language: str, *, status: int = 200, **values: object) -> web.Response:
        language = language if language in LANGUAGES else LANGUAGES[0]
        text = self._environment.get_template(name).render(
            words=self.words(language), language=language.replace("_", "-"), **values
        )
        return web.Response(text=text, status=status, content_type="text/html", headers=PAGE_HEADERS)

    def static_url(self, name: str) -> str:
        """A static file's address, with the digest of its content: it may be kept for as long as a browser likes."""
        return f"/static/{name}?v={self._digests[name]}"


def language_asked(request: web.Request) -> str:
    """The language of a newcomer, by his browser (Accept-Language, RFC 9110 12.5.4); Chinese where it says nothing."""
    for wish in request.headers.get("Accept-Language", "").lower().split(","):
        for language in LANGUAGES:
            if wish.strip().startswith(language[:2]):
                return language
    return LANGUAGES[0]


def comes_from_here(request: web.Request) -> bool:
    """Whether a write was made by one of our own pages; old browsers that send no Origin are held by the cookie."""
    origin = request.headers.get("Origin")
    return origin is None or origin.partition("://")[2] == request.host


def static_routes(pages: PageRenderer) -> list[web.RouteDef]:
    """/static/<name>: the files that are there when the process starts, and no path besides."""
    served = {path.name: path for path in pages.static_dir.iterdir() if path.is_file()}

    async def serve(request: web.Request) -> web.StreamResponse:
        path = served.get(request.match_info["name"])
        if path is None:
            raise web.HTTPNotFound
        kept = f"public, max-age={A_YEAR_SECONDS}, immutable" if "v" in request.query else "no-cache"
        return web.FileResponse(path, headers={"Cache-Control": kept, "X-Content-Type-Options": "nosniff"})

    return [web.get("/static/{name}", serve)]

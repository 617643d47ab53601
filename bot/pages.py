"""The pages in which people talk: their headers, whose writes they take, and the files that all pages share."""

from aiohttp import web

from notifier.pages import STATIC, Pages

A_YEAR_SECONDS = 365 * 24 * 3600

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


def chat_pages() -> Pages:
    return Pages("public", PAGE_HEADERS)


def static_routes() -> list[web.RouteDef]:
    """/static/<name>: the files that are there when the process starts, and no path besides."""
    served = {path.name: path for path in STATIC.iterdir() if path.is_file()}

    async def serve(request: web.Request) -> web.StreamResponse:
        path = served.get(request.match_info["name"])
        if path is None:
            raise web.HTTPNotFound
        kept = f"public, max-age={A_YEAR_SECONDS}, immutable" if "v" in request.query else "no-cache"
        return web.FileResponse(path, headers={"Cache-Control": kept, "X-Content-Type-Options": "nosniff"})

    return [web.get("/static/{name}", serve)]

"""What every answer carries and every unsafe request must show, whatever its route."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.services import WebOptions

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
HOOKS = "/hooks/"
"""Below it services call, which no browser does: they sign what they send, and carry no session."""

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


def security_headers(options: WebOptions) -> Mapping[str, str]:
    headers = {
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
    if options.secure_cookies:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers


class SecurityHeaders:
    """Adds the headers to every answer that does not set its own."""

    def __init__(self, app: ASGIApp, *, headers: Mapping[str, str]) -> None:
        self._app = app
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


def is_same_origin(scope: Scope, options: WebOptions) -> bool:
    """Return whether a request is safe to take: a harmless method, or a page of ours sent it.

    A browser names the origin of an unsafe request, "null" where the page sends
    no referrer; then it must say in Sec-Fetch-Site that the page is ours.
    """
    if scope["type"] != "http" or scope["method"] in _SAFE_METHODS or scope["path"].startswith(HOOKS):
        return True
    headers = Headers(scope=scope)
    origin = headers.get("origin", "null")
    if origin == "null":
        return headers.get("sec-fetch-site") == "same-origin"
    own = {f"{scope.get('scheme', 'http')}://{headers.get('host', '')}"}
    if options.base_url:
        parts = urlsplit(options.base_url)
        own.add(f"{parts.scheme}://{parts.netloc}")
    return origin in own

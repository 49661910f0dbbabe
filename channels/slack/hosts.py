"""Which hosts are Slack's own: no token, and nothing of a case, goes anywhere else, redirects included."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit


def is_own(url: str, *, api_url: str) -> bool:
    """Return whether an address is at the host of the Web API or below it: files.slack.com, where that is slack.com."""
    known = urlsplit(api_url)
    try:
        asked = urlsplit(url)
        same_door = (asked.scheme, _port(asked)) == (known.scheme, _port(known))
    except ValueError:
        return False
    host, own = asked.hostname or "", known.hostname or ""
    return same_door and not asked.username and (host == own or host.endswith(f".{own}"))


def _port(parts: SplitResult) -> int | None:
    return parts.port or {"https": 443, "http": 80}.get(parts.scheme)

"""Slack's way of writing text: what comes in is made plain, what goes out is escaped."""

from __future__ import annotations

import re

_MARK = re.compile(r"<([^<>\s][^<>]*)>")
_SHOWN = {"@": "@", "#": "#", "!": "@"}


def plain(text: str) -> str:
    """Return a message as its writer saw it: links by their words, three characters unescaped.

    Source: Slack, *Formatting text for app surfaces*: `&`, `<` and `>` are escaped; `<…>` is a link, a mention, a
    channel or a command, with what is shown after a `|`.
    """
    shown = _MARK.sub(lambda found: _shown(found[1]), text)
    return unescaped(shown)


def unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def link(url: str) -> str:
    """Return an address as something to press; one that would end the mark early is only shown."""
    return escaped(url) if re.search(r"[<>|\s]", url) else f"<{url.replace('&', '&amp;')}>"


def _shown(mark: str) -> str:
    target, _, label = mark.partition("|")
    sign = _SHOWN.get(target[0], "")
    if label:
        return label if not sign or label.startswith(sign) else f"{sign}{label}"
    if sign == "@" and target[0] == "@":
        # A mention is a person's id: whoever writes to Hilum means Hilum, and an id says nothing to a reader.
        return ""
    return f"{sign}{target[1:]}" if sign else target

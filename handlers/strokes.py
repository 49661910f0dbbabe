"""How our words of command are written where a service keeps the stroke for commands of its own.

Sentences name them as most services take them: `/lost`, `/back Q417 …`. Slack passes on what stands behind one command
of the app's (`/hilum lost`). What is said in threads is a plain word everywhere, and named without a stroke.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from domain.directed import directed
from domain.requests import FIND_COMMAND, asked_in

STROKE = "/"
_THEIRS = frozenset({"ask"})
"""Commands of the service itself, which need no lead."""
_NAMED = re.compile(r"(?<![\w/<.:])/(?P<word>[^\W\d_]+)")


def with_lead(text: str, *, lead: str, typed: Iterable[str]) -> str:
    """Return a sentence of ours with its commands as they can be typed there.

    Args:
        text: the sentence, filled in.
        lead: what stands before a word of command: "/", or a command of the app's.
        typed: what people have typed in it: where a stroke is among that, nothing is touched.
    """
    if lead == STROKE or any(STROKE in each for each in typed):
        return text
    return _NAMED.sub(lambda found: f"{lead}{found['word']}" if _is_ours(found[0]) else found[0], text)


def _is_ours(command: str) -> bool:
    asked = asked_in(command)
    is_known = (asked is not None and asked.request is not None) or directed(command) is not None
    is_known = is_known or FIND_COMMAND.fullmatch(command) is not None
    return is_known and command.removeprefix(STROKE) not in _THEIRS

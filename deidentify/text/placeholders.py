"""What stands in the place of an identifier, and how a text that was cleaned before is recognised.

Most are the kind in brackets. A date becomes its distance from the day of the
message, an age its band, work may say what is breathed in there: these stand in brackets too, so that a reader sees
that Hilum wrote them, and cleaning twice changes nothing.
"""

from __future__ import annotations

import re

from domain.text import IdentifierKind

_SPAN = r"(?:[0-9]{1,2} y(?: [0-9]{1,2} mo)?|[0-9]{1,2} mo|[0-9]{1,2} d)"
_SPAN_KOREAN = r"(?:[0-9]{1,2}년(?: [0-9]{1,2}개월)?|[0-9]{1,2}개월|[0-9]{1,2}일)"
_DISTANCE = rf"today|오늘|(?:about )?(?:{_SPAN} ago|in {_SPAN})|(?:약 )?{_SPAN_KOREAN} [전후]"
_BAND = r"90\+|90세 이상|[2-8]0s|[2-8]0대|(?:1-4|5-9|10-17|18-19)(?: y|세)|(?:0-2|3-5|6-11|12-23)(?: mo|개월)"
_KINDS = "|".join(re.escape(kind.value) for kind in IdentifierKind)
_EXPOSURE = r"(?<=occupation): [a-z가-힣·, ]{2,40}"

PLACEHOLDER = re.compile(rf"\[(?:(?P<kind>{_KINDS})(?:{_EXPOSURE})?|(?P<distance>{_DISTANCE})|(?P<band>{_BAND}))\]")


def kind_of(match: re.Match[str]) -> IdentifierKind:
    """Return what a placeholder stands for."""
    if match["kind"]:
        return IdentifierKind(match["kind"])
    return IdentifierKind.DATE if match["distance"] else IdentifierKind.AGE

"""How long a text is where lengths cost: in septets of GSM-7, in units of UCS-2, in bytes of CP949.

Source: 3GPP TS 23.038, clause 6.2.1 (the default alphabet and its extension
table); CP949 as Korean carriers bill it. The web desk counts alike, in
`web/static/lengths.js`.
"""

from __future__ import annotations

from dataclasses import dataclass

_DEFAULT = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = "^{}\\[~]|€\f"
_SEPTETS = {**dict.fromkeys(_DEFAULT, 1), **dict.fromkeys(_EXTENSION, 2)}

GSM_SEGMENT, GSM_PART = 160, 153
UCS2_SEGMENT, UCS2_PART = 70, 67
"""Parts of a longer message carry a header of six bytes, so that phones can join them."""
CP949_SEGMENT = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Length:
    """One text in each measure; None where it has a character that this alphabet lacks."""

    septets: int | None
    units: int
    bytes_: int | None

    @property
    def fits_one_message(self) -> bool:
        """Return whether it goes as one SMS: as GSM-7, or as UCS-2 that a Korean carrier takes too."""
        if self.septets is not None:
            return self.septets <= GSM_SEGMENT
        return self.units <= UCS2_SEGMENT and self.bytes_ is not None and self.bytes_ <= CP949_SEGMENT

    @property
    def segments(self) -> int:
        """Return how many messages a carrier counts: in GSM-7 where all characters are there, else in UCS-2."""
        count, whole, part = (
            (self.units, UCS2_SEGMENT, UCS2_PART) if self.septets is None else (self.septets, GSM_SEGMENT, GSM_PART)
        )
        return 1 if count <= whole else -(-count // part)


def length_of(text: str) -> Length:
    return Length(septets=septets_of(text), units=units_of(text), bytes_=cp949_bytes_of(text))


def septets_of(text: str) -> int | None:
    """Return how many septets a text takes; None where GSM-7 has not all of its characters."""
    counts = [_SEPTETS.get(character) for character in text]
    return None if None in counts else sum(count for count in counts if count is not None)


def units_of(text: str) -> int:
    """Return how many 16-bit units a text takes; what lies beyond the first plane takes two."""
    return sum(2 if ord(character) > 0xFFFF else 1 for character in text)


def cp949_bytes_of(text: str) -> int | None:
    try:
        return len(text.encode("cp949"))
    except UnicodeEncodeError:
        return None

"""What we say of a file ourselves: that it is de-identified, how, and what its modules must not miss."""

from __future__ import annotations

from collections.abc import Mapping

from deidentify.headers.codes import code
from deidentify.headers.rules import Treatment, kept_rules
from deidentify.headers.values import Work
from deidentify.headers.writing import Kept, KeptLevel
from deidentify.profiles import OPTIONS, Profile

CHARACTER_SET, IDENTITY_REMOVED, METHOD, METHOD_CODES, LONGITUDINAL = (
    0x00080005,
    0x00120062,
    0x00120063,
    0x00120064,
    0x00280303,
)
MARKS = frozenset((CHARACTER_SET, IDENTITY_REMOVED, METHOD, METHOD_CODES, LONGITUDINAL))
"""Never taken over from the original."""
_BASIC = ("113100", "Basic Application Confidentiality Profile")
_PIXELS = ("113101", "Clean Pixel Data Option")
_OPTION_CODES: Mapping[str, tuple[str, str]] = {
    "clean_graphics": ("113103", "Clean Graphics Option"),
    "clean_structured_content": ("113104", "Clean Structured Content Option"),
    "clean_descriptors": ("113105", "Clean Descriptors Option"),
    "retain_longitudinal_modified_dates": (
        "113107",
        "Retain Longitudinal Temporal Information Modified Dates Option",
    ),
    "retain_patient_characteristics": ("113108", "Retain Patient Characteristics Option"),
    "retain_safe_private": ("113111", "Retain Safe Private Option"),
}
_BURNED_IN = 0x00280301
_EMPTY_WHERE_MISSING = ((0x00080020, b"DA"), (0x00080030, b"TM"), (0x00100040, b"CS"))


def method_texts(*, pixels_searched: bool) -> tuple[str, ...]:
    searched = "Pixels searched" if pixels_searched else "Pixels not searched"
    return ("Hilum", "PS3.15 Annex E by allow-list", searched)


def method_codes(profile: Profile, *, pixels_searched: bool) -> tuple[tuple[str, str], ...]:
    """Return value and meaning of the codes (CID 7050) for what is really applied."""
    options = (_OPTION_CODES[option] for option in OPTIONS if profile.has(option))
    return (_BASIC, *((_PIXELS,) if pixels_searched else ()), *options)


def add_missing(cleaned: KeptLevel, work: Work) -> None:
    """Attributes of type 2 must be there, if only empty; a patient without a name gets the pseudonym."""
    for rule in kept_rules().values():
        if rule.treatment is Treatment.EMPTY and rule.tag not in cleaned:
            cleaned[rule.tag] = Kept(rule.vr.encode())
        if rule.treatment is Treatment.PSEUDONYM:
            cleaned[rule.tag] = Kept(rule.vr.encode(), work.note(work.pseudonyms.patient.encode()))
    for tag, vr in _EMPTY_WHERE_MISSING:
        cleaned.setdefault(tag, Kept(vr))


def mark_searched_image(cleaned: KeptLevel) -> None:
    """Say that no text is left in the pixels: whoever searches them masks it, or lets the file not pass."""
    cleaned[_BURNED_IN] = Kept(b"CS", b"NO")


def mark(cleaned: KeptLevel, work: Work, *, pixels_searched: bool, has_private: bool) -> None:
    """Say what was done, as PS3.15 E.1.1 asks; a safe private attribute is claimed only where one was kept."""
    profile = work.policy.profile
    longitudinal = profile.has("retain_longitudinal_modified_dates")
    codes = [
        code("DCM", value, meaning)
        for value, meaning in method_codes(profile, pixels_searched=pixels_searched)
        if has_private or value != _OPTION_CODES["retain_safe_private"][0]
    ]
    cleaned[CHARACTER_SET] = Kept(b"CS", b"ISO_IR 192")
    cleaned[IDENTITY_REMOVED] = Kept(b"CS", b"YES")
    method = work.note("\\".join(method_texts(pixels_searched=pixels_searched)).encode())
    cleaned[METHOD] = Kept(b"LO", method)
    work.written.update(element.value for item in codes for element in item.values())
    cleaned[METHOD_CODES] = Kept(b"SQ", items=codes)
    cleaned[LONGITUDINAL] = Kept(b"CS", b"MODIFIED" if longitudinal else b"REMOVED")

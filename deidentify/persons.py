"""Names, numbers and days of persons as fingerprints, in every form in which texts are searched for them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from deidentify.text.knowns import identities_in
from deidentify.text.spellings import forms_of_name, forms_of_number
from domain.identity import Fingerprint, IdentityKind, fingerprint
from domain.text import IdentifiableText

_ALIKE = str.maketrans("oilszb", "011528")
"""Letters that a reader takes for digits, and the digits."""
_TOKEN = re.compile(r"[\w.\-/]{4,}")


@lru_cache(maxsize=512)
def fingerprints_of(kind: IdentityKind, value: str, *, secret: bytes) -> frozenset[Fingerprint]:
    """Return the fingerprints of every form of a value; kept, as the files of a series name the same persons."""
    if kind is IdentityKind.NAME:
        forms = forms_of_name(value)
    elif kind in (IdentityKind.PATIENT_ID, IdentityKind.NUMBER):
        forms = forms_of_number(value)
    else:
        forms = frozenset((value,))
    return frozenset(fingerprint(kind, form, secret=secret) for form in forms)


def burned_in_identities(words: Sequence[str], *, named: frozenset[str], secret: bytes) -> frozenset[Fingerprint]:
    """Return what burned-in text states of its patient, without misreadings of what the header says.

    Args:
        words: the lines that were read.
        named: values of the header in their one form: letters and digits, lower case.
        secret: the subject's.
    """
    text = "\n".join(words)
    if not text:
        return frozenset()
    return identities_in(
        IdentifiableText(_TOKEN.sub(lambda token: _as_in_header(token[0], named), text)), secret=secret
    )


def _as_in_header(token: str, named: frozenset[str]) -> str:
    """Return a token, or the header's number where only letters that look like its digits tell the two apart."""
    plain = "".join(sign for sign in token.casefold() if sign.isalnum())
    if plain in named or not any(map(str.isdigit, plain)):
        return token
    return next((value for value in named if value.translate(_ALIKE) == plain.translate(_ALIKE)), token)

"""What identifies a person, as keyed fingerprints: values can be compared and searched for, and never be read.

The door takes patient ids, birth dates, names and numbers from headers, burned-in text and messages,
brings each to one form and keeps only its fingerprint under the subject's secret.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

_DIGEST_BYTES = 16


class IdentityKind(StrEnum):
    """What a fingerprint was taken of. The first three tell one patient from another (safety rule 3)."""

    PATIENT_ID = "patient_id"
    BIRTH_DATE = "birth_date"
    SEX = "sex"
    NAME = "name"
    NUMBER = "number"


TELLING = (IdentityKind.PATIENT_ID, IdentityKind.BIRTH_DATE, IdentityKind.SEX)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Fingerprint:
    """A keyed hash of one value in its one form, in hexadecimal digits."""

    kind: IdentityKind
    digest: str


def fingerprint(kind: IdentityKind, form: str, *, secret: bytes) -> Fingerprint:
    """Return the fingerprint of a value that is already in its one form (see `deidentify/identities.py`)."""
    message = f"{kind.value}\x00{form}".encode()
    return Fingerprint(
        kind=kind, digest=hashlib.blake2b(message, key=secret[:64], digest_size=_DIGEST_BYTES).hexdigest()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownIdentities:
    """What is known to identify the persons of one case; with the secret, words of a text can be looked up in it."""

    secret: bytes
    fingerprints: frozenset[Fingerprint] = frozenset()

    def holds(self, kind: IdentityKind, form: str) -> bool:
        return fingerprint(kind, form, secret=self.secret) in self.fingerprints


def telling_two_patients(sources: Iterable[frozenset[Fingerprint]]) -> tuple[IdentityKind, ...]:
    """Return by what the sources of one case (files, messages) tell two patients; nothing where they agree.

    Two sources disagree on a kind where both state it and have no value in common.
    """
    stated = list(sources)
    return tuple(kind for kind in TELLING if _disagree([_of_kind(source, kind) for source in stated]))


def _of_kind(source: frozenset[Fingerprint], kind: IdentityKind) -> frozenset[str]:
    return frozenset(mark.digest for mark in source if mark.kind is kind)


def _disagree(values: list[frozenset[str]]) -> bool:
    stated = [value for value in values if value]
    return any(first.isdisjoint(second) for place, first in enumerate(stated) for second in stated[place + 1 :])

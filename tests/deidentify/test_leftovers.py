"""The search for what was received in what is sent on."""

from __future__ import annotations

import pytest

from deidentify.headers.leftovers import refuse_leftovers, tokens_of
from deidentify.headers.structure import Told
from domain.errors import DeidentificationError

NAME, NUMBER, DAY, UID = b"PN", b"LO", b"DA", b"UI"


def _refused(header: bytes, vr: bytes, value: bytes, written: tuple[bytes, ...] = ()) -> bool:
    try:
        refuse_leftovers(header, tokens_of([Told(0x00100010, vr, value)]), written)
    except DeidentificationError as error:
        return error.code == "door_leftover"
    return False


@pytest.mark.parametrize(
    ("header", "vr", "value"),
    [
        (b"--Fictus--", NAME, b"FICTUS^ZEBRA"),
        (b"--zebra--", NAME, b"FICTUS^ZEBRA"),
        (b"--\xc8\xab\xb1\xe6\xb5\xbf--", NAME, b"Hong^Gildong=\x1b$)C\xc8\xab^\x1b$)C\xc8\xab\xb1\xe6\xb5\xbf"),
        (b"--ZZ9074231--", NUMBER, b"ZZ9074231 "),
        (b"--20391847--", NUMBER, b"20391847"),
        (b"--19520314--", DAY, b"19520314"),
        (b"--1.2.826.9999--", UID, b"1.2.826.9999\0"),
    ],
)
def test_what_was_received_is_found(header, vr, value):
    assert _refused(header, vr, value)


@pytest.mark.parametrize(
    ("header", "vr", "value"),
    [
        (b"--120391847--", NUMBER, b"20391847"),
        (b"--0.203918--", NUMBER, b"203918"),
        (b"--1024--", NUMBER, b"1024"),
        (b"--KIM--", NAME, b"KIM"),
        (b"--000000--", NUMBER, b"000000"),
        (b"--AAAA--", NAME, b"AAAA"),
        (b"--1.2.840.10008.1.2--", UID, b"1.2.840.10008.1.2\0"),
        (b"--summer--", DAY, b"summer"),
    ],
)
def test_what_says_nothing_is_passed_over(header, vr, value):
    assert not _refused(header, vr, value)


def test_a_term_of_ours_may_hold_a_name_by_chance():
    assert not _refused(b"--ORIGINAL\\PRIMARY--", NAME, b"MARY^Fictus", (b"PRIMARY",))
    assert _refused(b"--PRIMARY of MARY--", NAME, b"MARY^Fictus", (b"PRIMARY", b"AXIAL"))


def test_a_value_of_ours_may_resemble_one_received():
    assert not _refused(b"--20190705--", DAY, b"20190705", (b"20190705",))

"""Which language somebody without a session is answered in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from domain.member import Language
from web.problems import preferred_language


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", Language.KOREAN),
        ("ko-KR,ko;q=0.9,en;q=0.8", Language.KOREAN),
        ("en-US,en;q=0.9,ko;q=0.8", Language.ENGLISH),
        ("ja,en;q=0.5", Language.ENGLISH),
        ("fr", Language.ENGLISH),
        ("en;q=0.1, ko;q=0.7", Language.KOREAN),
    ],
)
def test_preferred_language_is_chosen(header: str, language: Language):
    assert preferred_language(Headers({"accept-language": header})) is language


@given(st.text(alphabet=st.characters(codec="latin-1")))
def test_any_header_names_a_language(header: str):
    assert preferred_language(Headers(raw=[(b"accept-language", header.encode("latin-1"))])) in Language

"""Identifiers in Korean and English free text. Nothing here needs a library or a picture."""

from deidentify.text.cleaning import Span, clean_again, clean_text, cut_resident_numbers, find_spans, names_known
from deidentify.text.knowns import identities_in

__all__ = ["Span", "clean_again", "clean_text", "cut_resident_numbers", "find_spans", "identities_in", "names_known"]

"""Identifiers in Korean and English free text. Nothing here needs a library or a picture."""

from deidentify.text.cleaning import clean_text, cut_resident_numbers

__all__ = ["clean_text", "cut_resident_numbers"]

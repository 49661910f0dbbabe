"""Pixels: photos re-encoded from their pixels alone, compressed streams, and frames decoded."""

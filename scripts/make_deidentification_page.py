"""Write `docs/deidentification.md` from the rules of de-identification.

Usage: python scripts/make_deidentification_page.py
"""

from __future__ import annotations

from pathlib import Path

from deidentify.rules_table import documentation

PAGE = Path(__file__).resolve().parent.parent / "docs" / "deidentification.md"

if __name__ == "__main__":
    PAGE.write_text(documentation(), encoding="utf-8")

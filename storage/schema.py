"""The whole main database: every module of tables, imported, so that nothing is missing from `metadata`."""

from __future__ import annotations

from storage import (
    tables,
    tables_audit,
    tables_codes,
    tables_history,
    tables_incident,
    tables_key_slices,
    tables_paging,
    tables_panel,
    tables_people,
    tables_rooms,
    tables_rota,
    tables_search,
    tables_services,
    tables_text_blocks,
)

metadata = tables.metadata
MODULES = (
    tables,
    tables_audit,
    tables_codes,
    tables_history,
    tables_incident,
    tables_key_slices,
    tables_paging,
    tables_panel,
    tables_people,
    tables_rooms,
    tables_rota,
    tables_search,
    tables_services,
    tables_text_blocks,
)

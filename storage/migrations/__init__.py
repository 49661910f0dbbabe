"""Migrations of the main database's tables, run by `storage.migrate`."""

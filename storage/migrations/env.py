"""What Alembic runs: the migrations, on the connection it was handed."""

from __future__ import annotations

from alembic import context

from storage.schema import metadata
from storage.tables_search import is_described

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_name=is_described,
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()

"""Storage: the one database, the queue in it, sealed files and their keys.

The only room that knows SQLAlchemy, Alembic and the cipher. Rules of the work
live in `domain/` and `handlers/`; here is only how values are kept.
"""

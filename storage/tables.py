"""Every table of the main database. The linkage has a database, and a table, of its own."""

from __future__ import annotations

import sqlalchemy as sa

from storage.columns import CleanText, Instant, Json, LongInteger

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _key(name: str = "id") -> sa.Column[str]:
    return sa.Column(name, sa.String(64), primary_key=True)


def _number(name: str = "id") -> sa.Column[int]:
    return sa.Column(name, LongInteger, primary_key=True, autoincrement=True)


def _instant(name: str, *, optional: bool = False) -> sa.Column[object]:
    return sa.Column(name, Instant, nullable=optional)


def _reference(name: str, target: str, *, index: bool = True) -> sa.Column[str]:
    return sa.Column(name, sa.String(64), sa.ForeignKey(target), nullable=False, index=index)


# What came in and what follows from it

inbox = sa.Table(
    "inbox",
    metadata,
    _key(),
    sa.Column("channel", sa.Text, nullable=False),
    # A client may write anything into its id, so only a hash of it is kept in clear.
    sa.Column("external_hash", sa.String(64), nullable=False),
    sa.Column("sender", sa.Text, nullable=False),
    _instant("received_at"),
    sa.Column("sealed", sa.LargeBinary),
    sa.Column("wrapped_key", sa.LargeBinary),
    sa.Column("key_id", sa.String(64)),
    sa.UniqueConstraint("channel", "external_hash"),
)
_sealed = inbox.c.sealed.is_not(None)
sa.Index(
    "ix_inbox_unfinished",
    inbox.c.received_at,
    sqlite_where=_sealed,
    postgresql_where=_sealed,
)

job = sa.Table(
    "job",
    metadata,
    _number(),
    sa.Column("key_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("command", sa.Text, nullable=False),
    sa.Column("arguments", Json, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("waits", sa.Boolean, nullable=False),
    sa.Column("priority", sa.SmallInteger, nullable=False),
    _instant("due_at", optional=True),
    sa.Column("lane", sa.Text),
    sa.Column("lane_seq", LongInteger),
    # Empty where there is none: PostgreSQL reads in the order of an index only behind an equality.
    sa.Column("gate", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("owner", sa.Text),
    _instant("leased_until", optional=True),
    sa.Column("error", sa.Text),
    _instant("created_at"),
)


def _job_index(name: str, *columns: sa.Column[object], where: sa.ColumnElement[bool]) -> None:
    sa.Index(name, *columns, sqlite_where=where, postgresql_where=where)


_is_ready = job.c.state == sa.literal_column("'ready'")
_is_leased = job.c.state == sa.literal_column("'leased'")
_is_parked = job.c.state == sa.literal_column("'parked'")
_job_index("ix_job_claimable", job.c.gate, job.c.priority, job.c.id, where=sa.and_(_is_ready, sa.not_(job.c.waits)))
_job_index("ix_job_waiting", job.c.due_at, where=sa.and_(_is_ready, job.c.waits))
_job_index("ix_job_lane", job.c.lane, job.c.lane_seq, where=sa.or_(_is_ready, _is_leased))
_job_index("ix_job_leased", job.c.leased_until, where=_is_leased)
_job_index("ix_job_parked", job.c.id, where=_is_parked)

conversation = sa.Table(
    "conversation",
    metadata,
    sa.Column("lane", sa.Text, primary_key=True),
    sa.Column("next_seq", LongInteger, nullable=False),
)

channel_gate = sa.Table(
    "channel_gate",
    metadata,
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("interval_us", LongInteger, nullable=False),
    sa.Column("burst", sa.Integer, nullable=False),
    _instant("arrival_at", optional=True),
    _instant("held_until", optional=True),
)

counter = sa.Table(
    "counter",
    metadata,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("value", LongInteger, nullable=False),
)

# People

member = sa.Table(
    "member",
    metadata,
    _key(),
    sa.Column("display_name", CleanText, nullable=False),
    sa.Column("alias", CleanText, nullable=False),
    sa.Column("language", sa.String(16), nullable=False),
    sa.Column("time_zone", sa.Text, nullable=False),
    sa.Column("roles", Json, nullable=False),
    sa.Column("digest_at", sa.String(16)),
    sa.Column("active", sa.Boolean, nullable=False),
)

address = sa.Table(
    "address",
    metadata,
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("external_id", sa.Text, primary_key=True),
    _reference("member_id", "member.id"),
    sa.Column("place", sa.Integer, nullable=False),
)

panel = sa.Table(
    "panel",
    metadata,
    _key(),
    sa.Column("name", CleanText, nullable=False),
    sa.Column("members", Json, nullable=False),
    sa.Column("coordinator_id", sa.String(64), nullable=False),
    sa.Column("primary_rotation", Json, nullable=False),
    sa.Column("secondary_rotation", Json, nullable=False),
)

# Questions and their threads

question = sa.Table(
    "question",
    metadata,
    _key(),
    sa.Column("asker_id", sa.String(64), nullable=False),
    sa.Column("text", Json, nullable=False),
    _instant("created_at"),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("number", sa.Integer, unique=True),
    sa.Column("panel_id", sa.String(64)),
    sa.Column("urgency", sa.String(16)),
    sa.Column("consent", sa.String(32), nullable=False),
    sa.Column("claimed_by", sa.String(64)),
    _instant("previewed_at", optional=True),
    _instant("opened_at", optional=True),
    _instant("claim_due_at", optional=True),
    _instant("answer_due_at", optional=True),
    _instant("closed_at", optional=True),
    sa.Column("held_back", sa.Boolean, nullable=False),
    _instant("released_at", optional=True),
    _instant("wrong_patient_at", optional=True),
    sa.Index("ix_question_asker_id_number", "asker_id", "number"),
    sa.Index("ix_question_state_closed_at", "state", "closed_at"),
    sa.Index("ix_question_released_at", "released_at"),
)

entry = sa.Table(
    "entry",
    metadata,
    _number(),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    _reference("question_id", "question.id"),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("actor_id", sa.String(64)),
    sa.Column("channel", sa.Text, nullable=False),
    _instant("at"),
    sa.Column("text", Json),
    sa.Column("details", Json, nullable=False),
    sqlite_autoincrement=True,
)

viewing = sa.Table(
    "viewing",
    metadata,
    sa.Column("question_id", sa.String(64), sa.ForeignKey("question.id"), primary_key=True),
    sa.Column("member_id", sa.String(64), primary_key=True),
    _instant("first_at"),
    _instant("last_at"),
)

consent = sa.Table(
    "consent",
    metadata,
    _number(),
    _reference("question_id", "question.id"),
    sa.Column("scope", sa.String(32), nullable=False),
    sa.Column("given_by", sa.String(64), nullable=False),
    _instant("given_at"),
    sa.Column("basis", CleanText, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
)

# Images: on their way in, and in the archive

upload = sa.Table(
    "upload",
    metadata,
    _key(),
    sa.Column("member_id", sa.String(64), nullable=False),
    sa.Column("declared_bytes", LongInteger, nullable=False),
    sa.Column("received_bytes", LongInteger, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("question_id", sa.String(64), index=True),
    sa.Column("refusals", Json, nullable=False),
    _instant("created_at"),
    sa.Column("shredded", sa.Boolean, nullable=False),
    sa.Index("ix_upload_shredded_created_at", "shredded", "created_at"),
)

upload_segment = sa.Table(
    "upload_segment",
    metadata,
    sa.Column("upload_id", sa.String(64), sa.ForeignKey("upload.id"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("size_bytes", LongInteger, nullable=False),
    sa.Column("wrapped_key", sa.LargeBinary, nullable=False),
    sa.Column("key_id", sa.String(64), nullable=False),
)

image = sa.Table(
    "image",
    metadata,
    _number("place"),
    sa.Column("id", sa.String(64), nullable=False, unique=True),
    _reference("question_id", "question.id", index=False),
    sa.Column("upload_id", sa.String(64), nullable=False),
    sa.Column("object_id", sa.String(64), nullable=False),
    sa.Column("series_uid", sa.Text, nullable=False),
    sa.Column("facts", Json, nullable=False),
    _instant("added_at"),
    sa.Column("report", Json, nullable=False),
    _instant("confirmed_at", optional=True),
    _instant("removed_at", optional=True),
    sa.Index("ix_image_question_id_place", "question_id", "place"),
)

# Whom a question's sources name, as fingerprints under the subject's secret
identity = sa.Table(
    "identity",
    metadata,
    sa.Column("question_id", sa.String(64), sa.ForeignKey("question.id"), primary_key=True),
    sa.Column("source", sa.String(80), primary_key=True),
    sa.Column("kind", sa.String(16), primary_key=True),
    sa.Column("digest", sa.String(64), primary_key=True),
)

sealed_object = sa.Table(
    "sealed_object",
    metadata,
    _key(),
    sa.Column("size_bytes", LongInteger, nullable=False),
    # NULL once shredded; the row stays, so that a late repeat cannot bring the object back.
    sa.Column("wrapped_key", sa.LargeBinary),
    sa.Column("key_id", sa.String(64)),
)

erasure = sa.Table(
    "erasure",
    metadata,
    _number(),
    sa.Column("object_id", sa.String(64), nullable=False),
    _instant("at"),
    sa.Column("logged", sa.Boolean, nullable=False),
)
_unlogged = sa.not_(erasure.c.logged)
sa.Index("ix_erasure_unlogged", erasure.c.id, sqlite_where=_unlogged, postgresql_where=_unlogged)

# What goes out

delivery = sa.Table(
    "delivery",
    metadata,
    _key(),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("external_id", sa.Text, nullable=False),
    sa.Column("member_id", sa.String(64), nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    # Named so because VALUES is a word of SQL.
    sa.Column("message_values", Json, nullable=False),
    sa.Column("question_id", sa.String(64)),
    sa.Column("images", Json, nullable=False),
    sa.Column("choices", Json, nullable=False),
    sa.Column("token", sa.String(64)),
    sa.Column("link", sa.Text),
    sa.Column("priority", sa.SmallInteger, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    _instant("created_at"),
    sa.Index("ix_delivery_state_created_at", "state", "created_at"),
)
# Digests are about no question: neither index grows with them.
_is_about = delivery.c.question_id.is_not(None)
for _name, _columns in {
    "ix_delivery_question_id": (delivery.c.question_id,),
    "ix_delivery_channel_external_id": (delivery.c.channel, delivery.c.external_id),
}.items():
    sa.Index(_name, *_columns, sqlite_where=_is_about, postgresql_where=_is_about)

choice = sa.Table(
    "choice",
    metadata,
    _number("place"),
    sa.Column("token", sa.String(64), nullable=False, unique=True),
    sa.Column("member_id", sa.String(64), nullable=False),
    sa.Column("question_id", sa.String(64), index=True),
    sa.Column("actions", Json, nullable=False),
    _instant("expires_at"),
    sa.Column("taken", sa.String(32)),
    sa.Column("outdated", sa.Boolean, nullable=False),
    sa.Index("ix_choice_member_id_place", "member_id", "place"),
)

digest = sa.Table(
    "digest",
    metadata,
    _key(),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("period", sa.String(10), nullable=False),
    sa.Column("member_id", sa.String(64), nullable=False),
    _instant("since"),
    _instant("until"),
    sa.Column("state", sa.String(16), nullable=False),
    sa.UniqueConstraint("member_id", "name", "period"),
)

# The web channel

web_line = sa.Table(
    "web_line",
    metadata,
    _number(),
    sa.Column("cause", sa.Text, nullable=False, unique=True),
    sa.Column("member_id", sa.String(64), nullable=False),
    sa.Column("direction", sa.String(8), nullable=False),
    sa.Column("payload", Json, nullable=False),
    _instant("at"),
    sa.Column("question_id", sa.String(64)),
    sa.Index("ix_web_line_member_id_id", "member_id", "id"),
    sqlite_autoincrement=True,
)

sign_in_link = sa.Table(
    "sign_in_link",
    metadata,
    _key("token_hash"),
    sa.Column("member_id", sa.String(64), nullable=False),
    _instant("expires_at"),
    _instant("used_at", optional=True),
)

web_session = sa.Table(
    "web_session",
    metadata,
    _key("token_hash"),
    sa.Column("member_id", sa.String(64), nullable=False, index=True),
    _instant("created_at"),
    _instant("seen_at"),
    _instant("expires_at"),
)

upload_link = sa.Table(
    "upload_link",
    metadata,
    _key("code_hash"),
    sa.Column("member_id", sa.String(64), nullable=False),
    _instant("expires_at"),
    sa.Column("question_id", sa.String(64)),
    _instant("used_at", optional=True),
)

"""Backups: what comes back, what never does, and what is refused."""

from __future__ import annotations

import gzip
import json
import sqlite3

import pytest

from domain.errors import PermanentError
from domain.history import ReadMark
from domain.ids import InboxId, ObjectId
from storage.backup import backup, restore
from storage.compose import open_storage
from tests.contracts.samples import NOW, QUESTION, entry, image, member, message, question, route, segment, upload

KEPT, ERASED = ObjectId("kept"), ObjectId("erased")


@pytest.fixture(params=["sqlite", "postgres"])
def options(request, make_options):
    """Where the story takes place, on both databases; `elsewhere` is where it is restored to."""
    return make_options(**urls(request, "first"))


@pytest.fixture
def elsewhere(request, make_options, options):
    changes = urls(request, "second") if options.database_url.startswith("postgresql") else {}
    return make_options("elsewhere", **changes)


def urls(request, _):
    if request.node.callspec.params["options"] == "sqlite":
        return {}
    server = request.getfixturevalue("postgres_server")
    return {"database_url": server.empty_database(), "linkage_url": server.empty_database()}


async def tell_story(options):
    """Fill a storage; returns the secret of a subject."""
    storage = open_storage(options)
    sealed = [storage.archive.put(name, b"pixels of " + name.encode()) for name in (KEPT, ERASED)]

    def fill(transaction):
        transaction.members.save(member())
        transaction.questions.add(question())
        transaction.entries.add(entry())
        transaction.images.add(image(object_id=KEPT))
        transaction.inbox.add(InboxId("i"), message())
        transaction.uploads.add(upload())
        transaction.uploads.add_segment(segment())
        transaction.jobs.add(route(), lane="x")
        return [transaction.objects.add(each) for each in sealed], transaction.questions.next_number()

    await storage.store.write(fill)
    secret = await storage.linkage.secret_for("kept")
    await storage.linkage.secret_for("forgotten")
    storage.close()
    return secret


async def erase(options):
    storage = open_storage(options)
    await storage.store.write(lambda transaction: transaction.objects.shred(ERASED))
    await storage.archive.shred(ERASED)
    await storage.linkage.forget("forgotten")
    storage.close()


async def test_everything_comes_back(options, elsewhere, tmp_path):
    secret = await tell_story(options)
    backup(options, tmp_path / "backup")

    restore(tmp_path / "backup", elsewhere)

    storage = open_storage(elsewhere)
    found = await storage.store.read(
        lambda t: (t.members.all(), t.questions.get(QUESTION), t.images.of_question(QUESTION), t.objects.get(KEPT))
    )
    assert found[:3] == ((member(),), question(), (image(object_id=KEPT),))
    assert storage.archive.read(found[3]) == b"pixels of kept"
    assert await storage.linkage.secret_for("kept") == secret
    storage.close()


async def test_numbers_go_on_after_a_restore(options, elsewhere, tmp_path):
    await tell_story(options)
    backup(options, tmp_path / "backup")
    restore(tmp_path / "backup", elsewhere)

    storage = open_storage(elsewhere)
    number, again, added, last = await storage.store.write(
        lambda t: (t.questions.next_number(), t.jobs.add(route()), t.entries.add(entry("later")), t.entries.last_id())
    )
    storage.close()

    assert (number, again, added, last) == (2, False, True, 2)


async def test_restored_program_reads_no_history_back(options, elsewhere, tmp_path):
    storage = open_storage(options)
    await storage.store.write(lambda t: t.read_marks.move(ReadMark(channel="chat", place="", until=NOW)))
    storage.close()
    backup(options, tmp_path / "backup")

    restore(tmp_path / "backup", elsewhere)

    storage = open_storage(elsewhere)
    assert await storage.store.read(lambda t: t.read_marks.of("chat")) == ()
    storage.close()


async def test_later_erasures_are_applied_again(options, tmp_path):
    await tell_story(options)
    backup(options, tmp_path / "backup")
    await erase(options)

    restored = restore(tmp_path / "backup", options, replace=True)

    storage = open_storage(options)
    with pytest.raises(PermanentError, match="object_shredded"):
        await storage.store.read(lambda transaction: transaction.objects.get(ERASED))
    storage.close()
    assert (restored.objects_erased, restored.subjects_erased) == (1, 1)
    assert [path.name.partition(".")[0] for path in options.archive_path.glob("*/*")] == ["kept"]


async def test_erasure_that_a_crash_kept_from_the_log_is_not_lost(make_options, tmp_path):
    options = make_options()
    await tell_story(options)
    backup(options, tmp_path / "backup")
    await erase(options)
    options.erasures_path.unlink()
    mark_unlogged(options)

    restored = restore(tmp_path / "backup", options, replace=True)

    assert restored.objects_erased == 1


async def test_backup_holds_nothing_identifiable_and_no_key(options, keyring, tmp_path):
    await tell_story(options)

    manifest = backup(options, tmp_path / "backup")

    names = {path.partition("/")[0].partition(".")[0] for path in manifest.files}
    held = b"".join(contents(path) for path in (tmp_path / "backup").rglob("*") if path.is_file())
    assert names == {"hilum", "linkage", "archive"}
    assert keyring.key("archive-0001").hex().encode() not in held
    assert b"HLMS" not in b"".join(contents(path) for path in (tmp_path / "backup").glob("hilum.*"))
    assert b"inbox-2026-03-02" not in held


async def test_damaged_backup_is_refused(make_options, tmp_path):
    await tell_story(make_options())
    backup(make_options(), tmp_path / "backup")
    path = next((tmp_path / "backup" / "archive").rglob("kept*"))
    path.write_bytes(path.read_bytes()[:-1])

    with pytest.raises(PermanentError, match="backup_damaged"):
        restore(tmp_path / "backup", make_options("elsewhere"))


async def test_backup_of_another_kind_is_refused(make_options, postgres_server, tmp_path):
    await tell_story(make_options())
    backup(make_options(), tmp_path / "backup")

    with pytest.raises(PermanentError, match="backup_of_another_database"):
        restore(tmp_path / "backup", make_options("elsewhere", database_url=postgres_server.empty_database()))


@pytest.mark.parametrize("text", [None, "{", json.dumps({"format": 2}), json.dumps({"x": 1})])
def test_folder_without_a_manifest_is_refused(make_options, tmp_path, text):
    if text is not None:
        (tmp_path / "manifest.json").write_text(text)

    with pytest.raises(PermanentError, match="backup_unreadable"):
        restore(tmp_path, make_options())


async def test_what_is_there_is_not_overwritten(options, tmp_path):
    await tell_story(options)
    backup(options, tmp_path / "backup")

    with pytest.raises(PermanentError, match="restore_target_not_empty"):
        restore(tmp_path / "backup", options)
    with pytest.raises(PermanentError, match="backup_target_not_empty"):
        backup(options, tmp_path / "backup")


def test_database_without_tables_is_not_backed_up(make_options, tmp_path):
    with pytest.raises(PermanentError, match="database_not_migrated"):
        backup(make_options(), tmp_path / "backup")


async def test_restore_waits_for_the_keys(make_options, tmp_path):
    await tell_story(make_options())
    backup(make_options(), tmp_path / "backup")

    with pytest.raises(PermanentError, match="archive_key_missing"):
        restore(tmp_path / "backup", make_options("elsewhere", keys_folder=tmp_path / "no-keys"))


def contents(path):
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def mark_unlogged(options):
    with sqlite3.connect(options.data_folder / "hilum.db") as connection:
        connection.execute("UPDATE erasure SET logged = 0")
    connection.close()

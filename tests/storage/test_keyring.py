"""Keys: made once, found by id, destroyed with their day."""

from __future__ import annotations

import pickle
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from domain.errors import PermanentError
from storage.keyring import Keyring, create_keys

DAY = date(2026, 3, 2)


def test_keys_are_made_once_and_private(tmp_path):
    folder = tmp_path / "keys"

    made = create_keys(folder), create_keys(folder)

    modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert made == (("archive-0001", "linkage-0001"), ())
    assert (modes, stat.S_IMODE(folder.stat().st_mode)) == ({0o600}, 0o700)


def test_wrapped_key_opens_with_its_context_only(keyring):
    wrapped = keyring.wrap(b"k" * 32, key_id="archive-0001", context="a")

    assert keyring.unwrap(wrapped.wrapped, key_id="archive-0001", context="a") == b"k" * 32
    for context, key_id in (("b", "archive-0001"), ("a", "linkage-0001")):
        with pytest.raises(PermanentError, match="key_damaged"):
            keyring.unwrap(wrapped.wrapped, key_id=key_id, context=context)


def test_older_keys_open_what_they_wrapped(keyring):
    wrapped = keyring.wrap(b"k", key_id=keyring.newest("archive"), context="a")

    (keyring.folder / "archive-0002.key").write_text("0" * 64)

    assert keyring.newest("archive") == "archive-0002"
    assert keyring.unwrap(wrapped.wrapped, key_id=wrapped.key_id, context="a") == b"k"


def test_race_for_a_day_makes_one_key(keyring):
    with ThreadPoolExecutor(8) as threads:
        keys = set(threads.map(lambda _: _day_key(Keyring(keyring.folder)), range(32)))

    assert len(keys) == 1
    assert sorted(path.name for path in keyring.folder.iterdir()) == [
        "archive-0001.key",
        "inbox-2026-03-02.key",
        "linkage-0001.key",
    ]


def test_days_before_are_destroyed_for_every_process(keyring):
    other = Keyring(keyring.folder)
    for day in (date(2026, 2, 28), date(2026, 3, 1), DAY):
        other.key(other.inbox_key(day))

    destroyed = keyring.destroy_inbox_keys(DAY)

    assert destroyed == 2
    assert other.key("inbox-2026-03-02")
    with pytest.raises(PermanentError, match="inbox_key_missing"):
        other.key("inbox-2026-03-01")


@pytest.mark.parametrize("kind", ["archive", "linkage"])
def test_missing_keys_say_which(tmp_path, kind):
    with pytest.raises(PermanentError, match=f"{kind}_key_missing"):
        Keyring(tmp_path).newest(kind)
    with pytest.raises(PermanentError, match=f"{kind}_key_missing"):
        Keyring(tmp_path).key(f"{kind}-0001")


def test_lost_keys_folder_is_not_made_again(tmp_path):
    with pytest.raises(PermanentError, match="keys_folder_missing"):
        Keyring(tmp_path / "keys").inbox_key(DAY)


@pytest.mark.parametrize("content", ["", "zz", "00" * 31])
def test_damaged_key_file_is_refused(keyring, content):
    (keyring.folder / "archive-0001.key").write_text(content)

    with pytest.raises(PermanentError, match="key_damaged"):
        keyring.key("archive-0001")


@pytest.mark.parametrize("key_id", ["../archive-0001", "archive-1", "inbox-today", ""])
def test_key_id_leads_nowhere_else(keyring, key_id):
    with pytest.raises(PermanentError, match="key_unknown"):
        keyring.key(key_id)


def test_pickled_keyring_holds_no_key(keyring):
    key = keyring.key("archive-0001")

    pickled = pickle.dumps(keyring)

    assert key not in pickled
    assert pickle.loads(pickled).key("archive-0001") == key  # noqa: S301  # made two lines above


def _day_key(keyring: Keyring) -> bytes:
    return keyring.key(keyring.inbox_key(DAY))

"""The linkage, on both databases: a secret per subject, the same ever after, until it is forgotten."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from storage.compose import open_storage
from storage.erasures import ErasureLog


@pytest.fixture
def linkage_options(request, options, tmp_path):
    if options.database_url.startswith("postgresql"):
        url = request.getfixturevalue("postgres_server").empty_database()
        return replace(options, linkage_url=url)
    return options


@pytest.fixture
def linked(linkage_options):
    opened = open_storage(linkage_options)
    yield opened
    opened.close()


async def test_secret_stays_the_same(linked, linkage_options):
    first = await linked.linkage.secret_for("site|issuer|12345")
    linked.close()

    again = open_storage(linkage_options)
    same = await again.linkage.secret_for("site|issuer|12345")
    again.close()

    assert (len(first), same) == (32, first)


async def test_subjects_have_secrets_of_their_own(linked):
    secrets = {await linked.linkage.secret_for(f"question:{number}") for number in range(5)}

    assert len(secrets) == 5


async def test_race_for_a_new_subject_gives_one_secret(linked, linkage_options):
    other = open_storage(linkage_options)

    secrets = await asyncio.gather(*(each.linkage.secret_for("s") for _ in range(8) for each in (linked, other)))
    other.close()

    assert len(set(secrets)) == 1


async def test_forgotten_subject_gets_a_new_secret(linked, linkage_options):
    first = await linked.linkage.secret_for("s")

    await linked.linkage.forget("s")
    await linked.linkage.forget("s")

    assert await linked.linkage.secret_for("s") != first
    assert len(ErasureLog(linkage_options.erasures_path).read().subjects) == 1


async def test_files_name_no_subject(linked, linkage_options):
    secret = await linked.linkage.secret_for("site|issuer|hospital-number-12345")
    await linked.linkage.forget("site|issuer|hospital-number-12345")
    linked.close()

    found = b"".join(path.read_bytes() for path in linkage_options.data_folder.rglob("*") if path.is_file())

    assert b"hospital-number" not in found
    assert secret not in found

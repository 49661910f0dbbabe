"""Files that lie at a service: fetched beside their words, refused in one sentence, counted once for an album."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.dispatcher import dispatch
from domain.commands_services import AcknowledgeFiles, FetchFile
from domain.errors import PermanentError, TransientError, UserError
from domain.ids import InboxId
from domain.member import Role
from domain.ports.intake import IntakeLimits
from domain.ports.jobs import JobState
from domain.ports.services import Rules
from domain.ports.store import Transaction
from domain.question import Question, QuestionState
from domain.study import Upload, UploadState
from domain.web import hash_token
from handlers.fetching import refuse_file
from tests.fakes.faults import CrashError
from tests.fakes.service_channel import ServiceChannel, connect_service, from_service, write_here
from tests.fakes.society import COORDINATOR, MEMBER, SLICE, Society

MOMENT = timedelta(seconds=2)


@pytest.fixture
async def chat(society: Society) -> ServiceChannel:
    channel = await connect_service(society)
    channel.files = {"a": SLICE, "b": SLICE, "c": SLICE}
    return channel


async def _uploads(society: Society, question: Question) -> tuple[Upload, ...]:
    return await society.read(lambda transaction: transaction.uploads.of_question(question.id))


async def test_file_of_a_service_becomes_an_image(society: Society, chat: ServiceChannel) -> None:
    await write_here(society, "PE?", "a")

    draft = await society.draft(MEMBER)
    assert len(await society.images(draft.id)) == 1
    assert chat.keys() == ["draft.checking", "draft.preview"]
    assert [path for path in (society.folder / "data" / "uploads").rglob("*") if path.is_file()] == []


async def test_words_do_not_wait_for_a_file(society: Society, chat: ServiceChannel) -> None:
    chat.files["a"] = TransientError("service_away")
    await write_here(society, "PE?", "a")

    await society.advance(timedelta(seconds=21))

    assert (await society.draft(MEMBER)).text.value == "PE?"
    assert chat.keys()[-1] == "draft.preview"


async def test_file_comes_when_its_service_is_back(society: Society, chat: ServiceChannel) -> None:
    chat.files["a"] = TransientError("service_away")
    await write_here(society, "PE?", "a")
    chat.files["a"] = SLICE

    await society.advance(timedelta(minutes=1))

    assert len(await society.images((await society.draft(MEMBER)).id)) == 1


async def test_draft_whose_file_came_late_expires_all_the_same(society: Society, chat: ServiceChannel) -> None:
    chat.files["a"] = TransientError("service_away")
    await write_here(society, "PE?", "a")
    await society.advance(timedelta(seconds=40))
    draft, chat.files["a"] = await society.draft(MEMBER), SLICE

    await society.advance(timedelta(days=2))

    assert (await society.question(draft.id)).state is QuestionState.EXPIRED
    assert chat.keys()[-1] == "draft.expired"


async def test_file_that_stays_away_is_given_up(society: Society, chat: ServiceChannel) -> None:
    chat.files["a"] = TransientError("service_away")
    await write_here(society, "PE?", "a")

    await society.advance(timedelta(minutes=30))

    (upload,) = await _uploads(society, await society.draft(MEMBER))
    assert (upload.state, upload.refusals) == (UploadState.REFUSED, ("refusal.file_not_fetched",))
    assert chat.keys().count("error.file_not_fetched") == 1


@pytest.mark.parametrize("code", ["file_too_large_here", "file_not_given", "file_gone"])
async def test_refused_file_is_one_sentence(society: Society, chat: ServiceChannel, code: str) -> None:
    chat.files = {"a": UserError(code), "b": UserError(code)}

    await write_here(society, "PE?", "a", "b")

    assert chat.keys().count(f"error.{code}") == 1
    assert chat.keys()[-1] == "draft.preview"


async def test_file_that_only_trickles_is_asked_for_again(society: Society, chat: ServiceChannel) -> None:
    async def trickle() -> None:
        society.now += timedelta(minutes=2)
        chat.meanwhile = None

    chat.meanwhile = trickle
    await write_here(society, "PE?", "a")

    await society.advance(MOMENT)

    assert len(await society.images((await society.draft(MEMBER)).id)) == 1


async def test_right_that_the_app_lacks_is_told_to_administrators_once(society: Society, chat: ServiceChannel) -> None:
    await society.change_member(COORDINATOR, roles=COORDINATOR.roles | {Role.ADMINISTRATOR})
    chat.files = {name: UserError("file_not_given", scope="files:read") for name in "ab"}

    await write_here(society, "PE?", "a", "b")

    assert (await society.told(COORDINATOR)).count("operator.scope_missing") == 1
    assert chat.keys().count("error.file_not_given") == 1
    assert "operator.scope_missing" not in await society.told(MEMBER)


async def test_too_large_file_is_taken_by_a_link(society: Society, chat: ServiceChannel) -> None:
    chat.files["a"] = UserError("file_too_large_here")

    await write_here(society, "PE?", "a")

    (told,) = [message.text for message in chat.sent if message.key == "error.file_too_large_here"]
    assert "https://localhost/u/" in told
    assert "30" in told


async def test_link_for_a_file_belongs_to_its_question(society: Society, chat: ServiceChannel) -> None:
    chat.files["a"] = TransientError("service_away")
    await write_here(society, "PE?", "a")
    chat.files["a"] = UserError("file_too_large_here")

    await society.advance(MOMENT)

    code = re.search(r"https://localhost/u/(\w+)", chat.sent[-2].text)
    assert code is not None
    link = await society.read(lambda transaction: transaction.web.upload_link(hash_token(code[1])))
    assert link is not None
    assert link.question_id == (await society.draft(MEMBER)).id


async def test_empty_file_is_refused(society: Society, chat: ServiceChannel) -> None:
    chat.files["a"] = b""

    await write_here(society, "PE?", "a")

    assert chat.keys().count("error.file_empty") == 1


async def test_file_that_grows_is_refused(society: Society, chat: ServiceChannel) -> None:
    society.services = replace(society.services, limits=IntakeLimits(file_bytes=len(SLICE) - 1))

    await write_here(society, "PE?", "a")

    assert chat.keys().count("error.file_too_large") == 1


@pytest.mark.parametrize(
    ("limits", "code"),
    [(IntakeLimits(file_bytes=9), "file_too_large"), (IntakeLimits(member_bytes=9), "uploads_full")],
)
async def test_file_known_to_be_too_much_is_not_fetched(
    society: Society, chat: ServiceChannel, limits: IntakeLimits, code: str
) -> None:
    society.services = replace(society.services, limits=limits)

    await write_here(society, None, "a", size_bytes=10)

    assert chat.keys()[-1] == f"error.{code}"
    assert await society.read(lambda transaction: transaction.questions.draft_of(MEMBER.id)) is None


async def test_images_that_are_not_taken_are_not_fetched(society: Society, chat: ServiceChannel) -> None:
    society.services = replace(society.services, rules=Rules(takes_images=False))

    await write_here(society, "PE?", "a")

    assert chat.keys() == ["error.images_not_taken", "draft.preview"]


async def test_defect_gives_the_file_up(society: Society, chat: ServiceChannel) -> None:
    chat.files["a"] = PermanentError("token_revoked")

    await write_here(society, "PE?", "a")

    assert [row.command for row in await society.queue.rows(JobState.PARKED)] == ["FetchFile"]
    assert chat.keys().count("error.file_not_fetched") == 1


async def test_stream_that_breaks_off_is_fetched_again(society: Society, chat: ServiceChannel) -> None:
    chat.files["a"] = OSError("gone")
    await write_here(society, "PE?", "a")
    chat.files["a"] = SLICE

    await society.advance(timedelta(minutes=1))

    assert len(await society.images((await society.draft(MEMBER)).id)) == 1


async def test_channel_that_has_no_files_gives_them_up(society: Society, chat: ServiceChannel) -> None:
    await society.intake.accept(from_service(society, "PE?", "a"))
    society.services = replace(society.services, channels={"web": society.services.channels["web"]})

    await society.work()

    (upload,) = await _uploads(society, await society.draft(MEMBER))
    assert upload.state is UploadState.REFUSED


@pytest.mark.parametrize("commit", range(3, 16))
async def test_crash_loses_and_doubles_no_file(society: Society, chat: ServiceChannel, commit: int) -> None:
    await society.intake.accept(from_service(society, "PE?", "a"))
    society.faults.crash_after = society.faults.commits + commit
    try:
        await society.work()
    except CrashError:
        society.restart()
        society.services = replace(society.services, channels={**society.services.channels, chat.name: chat})
        await society.queue.return_expired(society.now)

    await society.work()

    assert len(await society.images((await society.draft(MEMBER)).id)) == 1


async def test_photos_that_pass_abroad_are_spoken_of_once_a_day(society: Society, chat: ServiceChannel) -> None:
    chat.capabilities = replace(chat.capabilities, passes_abroad=True)

    await write_here(society, "PE?", "a")
    await write_here(society, None, "b")

    assert chat.keys().count("files.passed_abroad") == 1


async def test_stranger_sends_no_files(society: Society, chat: ServiceChannel) -> None:
    await society.change_member(MEMBER, addresses=MEMBER.addresses)

    await write_here(society, "PE?", "a")

    assert chat.keys() == ["stranger.link_first"]


async def test_commands_about_nothing_do_nothing(society: Society, chat: ServiceChannel) -> None:
    upload = await society.upload(MEMBER, SLICE)

    await dispatch(society.services, FetchFile(upload_id=upload))
    await refuse_file(society.services, FetchFile(upload_id=upload))
    await dispatch(society.services, AcknowledgeFiles(inbox_id=InboxId("nothing")))

    assert chat.sent == []


@pytest.mark.parametrize("kind", ["voice", "video", "sticker", "location"])
async def test_what_nobody_can_read_is_refused_politely(society: Society, chat: ServiceChannel, kind: str) -> None:
    await write_here(society, None, unreadable=kind)

    assert chat.keys() == [f"unreadable.{kind if kind != 'location' else 'other'}"]


async def test_words_beside_a_voice_are_taken(society: Society, chat: ServiceChannel) -> None:
    await write_here(society, "PE?", unreadable="voice")

    assert (await society.draft(MEMBER)).text.value == "PE?"
    assert chat.keys() == ["unreadable.voice", "draft.preview"]


async def _refuse(society: Society) -> None:
    """The file's time is up while it is fetched."""

    def refuse(transaction: Transaction) -> None:
        for upload in transaction.uploads.begun_before(society.now + MOMENT):
            transaction.uploads.save(replace(upload, state=UploadState.REFUSED))

    await society.change(refuse)


@pytest.mark.parametrize("trouble", [None, UserError("file_gone")])
async def test_file_whose_time_was_up_meanwhile_is_dropped(
    society: Society, chat: ServiceChannel, trouble: Exception | None
) -> None:
    chat.files["a"] = trouble or SLICE
    chat.meanwhile = lambda: _refuse(society)

    await write_here(society, "PE?", "a")

    assert await society.images((await society.draft(MEMBER)).id) == ()
    assert chat.keys().count("error.file_gone") == 0


async def test_preview_waits_for_the_other_file(society: Society, chat: ServiceChannel) -> None:
    chat.files = {name: TransientError("service_away") for name in "ab"}
    await write_here(society, "PE?", "a", "b")
    chat.files["a"] = UserError("file_gone")
    await society.advance(timedelta(seconds=5))
    before = chat.keys()
    chat.files["b"] = SLICE

    await society.advance(timedelta(seconds=12))

    assert (before[-1], chat.keys()[-1]) == ("error.file_gone", "draft.preview")


async def test_file_that_is_away_holds_up_no_other(society: Society, chat: ServiceChannel) -> None:
    chat.files["a"] = TransientError("service_busy", retry_after=timedelta(minutes=5))
    await write_here(society, "PE?", "a", "b")

    assert len(await society.images((await society.draft(MEMBER)).id)) == 1


@pytest.mark.parametrize("commit", range(2, 8))
async def test_file_is_refused_by_no_second_announcement(society: Society, chat: ServiceChannel, commit: int) -> None:
    society.services = replace(society.services, limits=IntakeLimits(member_bytes=len(SLICE)))
    await society.intake.accept(from_service(society, "PE?", "a", size_bytes=len(SLICE)))
    society.faults.crash_after = society.faults.commits + commit
    with suppress(CrashError):
        await society.work()
    channels, limits = society.services.channels, society.services.limits
    society.restart()
    society.services = replace(society.services, channels=channels, limits=limits)

    await society.queue.return_expired(society.now)
    await society.work()

    assert chat.keys().count("error.uploads_full") == 0

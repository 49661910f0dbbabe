"""One message as each channel can show it: buttons, a menu, or words to reply with; fields, images, what it is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from domain.delivery import ChoiceShape, OutgoingMessage, SendingGate
from domain.forms import form_of, needs_words
from domain.member import Language, Member, Role
from domain.messages import Action, Address
from domain.ports.channel import Capabilities
from domain.text import IdentifiableText
from domain.web import hash_token
from tests.fakes.society import CATALOGUE, COORDINATOR, MEMBER, PANELIST, SLICE, Society, found_society

CHAT = Capabilities(
    text_limit=4096,
    has_buttons=True,
    has_images=False,
    shows_own_messages=True,
    repeats_are_harmless=False,
    most_buttons=3,
)


@dataclass(slots=True)
class ChatChannel:
    """A chat with a few buttons; more than it has room for become a menu."""

    capabilities: Capabilities
    name: str = "chat"
    gate: SendingGate | None = None
    sent: list[OutgoingMessage] = field(default_factory=list)

    async def send(self, _address: Address, message: OutgoingMessage) -> str:
        self.sent.append(message)
        return f"chat-{len(self.sent)}"

    def newest(self, key: str) -> OutgoingMessage:
        return [message for message in self.sent if message.key == key][-1]


async def _connected(folder: Path, capabilities: Capabilities) -> tuple[Society, ChatChannel]:
    society, channel = await found_society(folder), ChatChannel(capabilities)
    society.services = replace(society.services, channels={**society.services.channels, "chat": channel})
    for member in (MEMBER, PANELIST):
        address = Address(channel="chat", external_id=member.id)
        await society.change_member(member, addresses=(address, *member.addresses), language=Language.ENGLISH)
    return society, channel


@pytest.fixture(params=[CHAT, replace(CHAT, has_buttons=False)], ids=["chat", "words"])
async def connected(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[tuple[Society, ChatChannel]]:
    society, channel = await _connected(tmp_path, request.param)
    yield society, channel
    society.close()


async def test_more_choices_than_buttons_become_a_menu_or_words(connected: tuple[Society, ChatChannel]) -> None:
    society, channel = connected
    await society.ask()

    card, receipt = channel.newest("panel.card_urgent"), channel.newest("question.receipt_urgent")

    if channel.capabilities.has_buttons:
        assert (card.shape, receipt.shape) == (ChoiceShape.MENU, ChoiceShape.BUTTONS)
        assert card.reply == ""
    else:
        assert card.shape is ChoiceShape.REPLY
        assert card.reply.startswith("Reply 1=take 2=pass 5=second")
        assert "back …" in card.reply


async def test_choice_carries_the_fields_of_its_form(connected: tuple[Society, ChatChannel]) -> None:
    society, channel = connected
    await society.ask()

    choices = {choice.action: choice for choice in channel.newest("panel.card_urgent").choices}

    (words,) = choices[Action.ASK_BACK].fields
    (reason,) = choices[Action.PASS].fields
    assert (words.field.is_required, words.label) == (True, "Text")
    assert [label for _, label in reason.options] == ["busy", "not my field", "conflict of interest"]
    assert choices[Action.CLAIM].fields == ()


async def test_answer_closes_with_what_it_is(connected: tuple[Society, ChatChannel]) -> None:
    society, channel = connected
    question = await society.ask()
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "CTPA."})

    answer = channel.newest("question.answer_without_confidence")

    assert answer.closing.startswith("Peer opinion on de-identified images")
    assert answer.images == ()


async def test_messages_about_images_lead_to_our_page(connected: tuple[Society, ChatChannel]) -> None:
    society, channel = connected
    question = await society.ask("PE?", SLICE)

    assert channel.newest("panel.card_urgent").link == f"https://localhost/questions/{question.id}"
    assert channel.newest("question.receipt_urgent").link is None


async def test_preview_in_a_chat_opens_its_page_once(connected: tuple[Society, ChatChannel]) -> None:
    society, channel = connected
    await society.write_draft("PE?", SLICE)

    preview = channel.newest("draft.preview")
    link = preview.link or ""
    token = hash_token(link.removeprefix("https://localhost/sign-in/"))
    opened = [
        await society.change(lambda transaction: transaction.web.use_sign_in_link(token, society.now)) for _ in range(2)
    ]

    assert preview.closing.startswith("The panel sees an image only once you have confirmed on this page")
    assert opened == [MEMBER.id, None]


async def test_preview_in_a_chat_names_no_button_it_lacks(connected: tuple[Society, ChatChannel]) -> None:
    society, channel = connected

    await society.write_draft("PE?")

    preview = channel.newest("draft.preview")
    assert "Still a name or a number in the words? Edit your message." in preview.text
    assert "Mask more" not in preview.text


async def test_loss_told_from_an_account_says_that_it_stays(connected: tuple[Society, ChatChannel]) -> None:
    society, channel = connected
    here = Address(channel="chat", external_id=MEMBER.id)
    message = replace(society.message(MEMBER), channel="chat", sender=here, text=IdentifiableText("/lost"))

    await society.receive(message)
    await society.say(MEMBER, "/lost")

    assert "but this account" in channel.newest("request.cut_off").text
    assert "this account" not in CATALOGUE.sentence("request.cut_off", Language.ENGLISH)


async def test_preview_of_an_office_signs_nobody_in(connected: tuple[Society, ChatChannel]) -> None:
    society, channel = connected
    addresses = (Address(channel="chat", external_id=MEMBER.id), *MEMBER.addresses)
    await society.change_member(MEMBER, addresses=addresses, roles=frozenset({Role.COORDINATOR}))

    await society.write_draft("PE?", SLICE)

    assert channel.newest("draft.preview").link == "https://localhost/"


@pytest.mark.parametrize(("member", "key"), [(MEMBER, "own_page.link"), (COORDINATOR, "own_page.elsewhere")])
async def test_page_is_opened_by_whoever_has_no_office(
    connected: tuple[Society, ChatChannel], member: Member, key: str
) -> None:
    society, channel = connected
    address = Address(channel="chat", external_id=member.id)
    await society.change_member(member, addresses=(address, *member.addresses))
    message = replace(society.message(member), channel="chat", sender=address, text=IdentifiableText("/web"))

    await society.receive(message)

    said = channel.newest(key)
    assert ("/sign-in/token-" in said.text) == (key == "own_page.link")


async def test_message_about_words_alone_leads_nowhere(connected: tuple[Society, ChatChannel]) -> None:
    society, channel = connected

    await society.ask()

    assert channel.newest("panel.card_urgent").link is None


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("action", Action)
def test_every_field_and_option_has_a_name(action: Action, language: Language) -> None:
    fields = form_of(action)

    keys = [f"field.{each.name}" for each in fields]
    keys += [f"option.{option}" for each in fields for option in each.options]

    assert all(CATALOGUE.sentence(key, language) for key in keys)
    assert not needs_words(action) or fields

"""python-telegram-bot's Bot as it reads the peer: past any proxy, without TLS, patient on a busy machine."""

from __future__ import annotations

from telegram import Bot
from telegram.request import HTTPXRequest

from tests.peers.telegram.peer import PATIENCE_SECONDS, TelegramPeer


def bot_of(peer: TelegramPeer) -> Bot:
    return Bot(
        peer.token,
        base_url=peer.base_url,
        base_file_url=peer.base_file_url,
        request=_request(),
        get_updates_request=_request(),
    )


def _request() -> HTTPXRequest:
    return HTTPXRequest(
        connect_timeout=PATIENCE_SECONDS,
        read_timeout=PATIENCE_SECONDS,
        write_timeout=PATIENCE_SECONDS,
        httpx_kwargs={"trust_env": False, "verify": False},
    )

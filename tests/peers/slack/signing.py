"""Signs what Slack posts, as Slack does."""

from __future__ import annotations

import hashlib
import hmac


def signed_headers(body: bytes, *, secret: str, at: float, content_type: str) -> dict[str, str]:
    """Return the headers of a request that Slack sends at a time.

    Source: Slack, *Verifying requests from Slack*: version number, timestamp and raw body are joined by colons; the
    HMAC SHA256 of that under the signing secret, in hex after "v0=", is the X-Slack-Signature. A request more than
    five minutes old may be a replay and should be ignored.
    """
    timestamp = str(int(at))
    digest = hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {
        "Content-Type": content_type,
        "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": f"v0={digest}",
    }

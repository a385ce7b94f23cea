"""The official client of Standard Webhooks accepts what we sign, and nothing else."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from comity.intake.signature import body_of, signed_headers

SECRET = "whsec_" + b64encode(b"a" * 32).decode()
OTHER = "whsec_" + b64encode(b"b" * 32).decode()
BODY = body_of("item.decided", datetime(2026, 1, 5, 10, tzinfo=UTC), {"item": "Zürich 🌰"})


def headers(*secrets, ago=timedelta()):
    return signed_headers(7, BODY, secrets, datetime.now(UTC) - ago)


def test_a_signed_event_is_accepted_as_it_was():
    assert Webhook(SECRET).verify(BODY, headers(SECRET)) == {
        "type": "item.decided",
        "timestamp": "2026-01-05T10:00:00.000Z",
        "data": {"item": "Zürich 🌰"},
    }


def test_while_secrets_change_either_of_them_accepts():
    for secret in (SECRET, OTHER):
        assert Webhook(secret).verify(BODY, headers(OTHER, SECRET))


@pytest.mark.parametrize(
    ("body", "sent"),
    [
        (BODY, headers(OTHER)),
        (BODY.replace(b"decided", b"undone!"), headers(SECRET)),
        (BODY, {**headers(SECRET), "webhook-id": "evt_8"}),
        (BODY, headers(SECRET, ago=timedelta(minutes=6))),
        (BODY, headers(SECRET, ago=timedelta(minutes=-6))),
    ],
    ids=["another secret", "another body", "another id", "an old one", "one from the future"],
)
def test_what_others_sign_change_or_send_again_is_refused(body, sent):
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body, sent)

"""Webhooks: added with a secret that is shown once, changed in peace, disabled and removed."""

from __future__ import annotations

from base64 import b64decode

import pytest

from comity.errors import Conflict, InputError, NotFound
from comity.store.events import tell
from comity.store.outbox import lease
from comity.store.tables import Delivery, now
from comity.store.webhooks import (
    add_webhook,
    disable_webhook,
    enable_webhook,
    get_webhook,
    list_webhooks,
    remove_webhook,
    rotate_secret,
)

URL = "https://forum.example/hooks"


def leased(database):
    with database.write() as session:
        return lease(session, now(), {})


def happens(database, kind="item.decided", subject="item:post-7"):
    with database.write() as session:
        tell(session, kind, subject, {"item": "post-7"}, now=now())


def test_a_webhook_gets_a_secret_of_256_bits_of_its_own(database):
    with database.write() as session:
        secrets = {add_webhook(session, name, URL).secret for name in ("forum", "wiki")}
    assert len(secrets) == 2
    for secret in secrets:
        assert len(b64decode(secret.removeprefix("whsec_"), validate=True)) == 32


def test_it_is_told_of_the_kinds_that_it_wants(database):
    with database.write() as session:
        add_webhook(session, "decisions", URL, kinds=["item.decided", "case.opened"])
        add_webhook(session, "all", URL)
    happens(database, "item.decided", "item:1")
    happens(database, "appeal.closed", "item:2")
    happens(database, "case.closed", "item:3")  # not for the public
    assert sorted((found.webhook, found.kind) for found in leased(database)) == [
        ("all", "appeal.closed"),
        ("all", "item.decided"),
        ("decisions", "item.decided"),
    ]


@pytest.mark.parametrize(
    ("name", "address"),
    [("", URL), ("a/b", URL), ("x" * 65, URL), ("forum", "http://forum.example/")],
)
def test_one_that_cannot_be_is_refused(database, name, address):
    with pytest.raises(InputError), database.write() as session:
        add_webhook(session, name, address)


def test_an_unknown_kind_is_refused_with_those_that_there_are(database):
    with pytest.raises(InputError) as refused, database.write() as session:
        add_webhook(session, "forum", URL, kinds=["item.decidet"])
    assert "item.decided" in refused.value.next_step


def test_a_name_is_given_once(database):
    with database.write() as session:
        add_webhook(session, "forum", URL)
    with pytest.raises(Conflict), database.write() as session:
        add_webhook(session, "forum", URL)


def test_after_a_rotation_both_secrets_sign_until_the_old_one_has_run_out(database):
    with database.write() as session:
        old = add_webhook(session, "forum", URL).secret
        new = rotate_secret(session, "forum", overlap_hours=1).secret
    happens(database)
    [found] = leased(database)
    assert found.secrets == (new, old)
    with database.write() as session:
        get_webhook(session, "forum").previous_until = now()
    happens(database, subject="item:other")
    [found] = leased(database)
    assert found.secrets == (new,)


def test_a_secret_that_is_out_can_be_dropped_at_once(database):
    with database.write() as session:
        add_webhook(session, "forum", URL)
        new = rotate_secret(session, "forum", overlap_hours=0).secret
    happens(database)
    assert leased(database)[0].secrets == (new,)
    with pytest.raises(InputError), database.write() as session:
        rotate_secret(session, "forum", overlap_hours=169)


def test_a_disabled_webhook_keeps_what_waits_and_is_told_nothing_new(database):
    with database.write() as session:
        add_webhook(session, "forum", URL)
    happens(database, subject="item:before")
    with database.write() as session:
        first = disable_webhook(session, "forum").disabled_at
        assert disable_webhook(session, "forum").disabled_at == first
    happens(database, subject="item:meanwhile")
    assert leased(database) == []
    with database.write() as session:
        enable_webhook(session, "forum")
    assert len(leased(database)) == 1


def test_a_removed_webhook_takes_its_deliveries_with_it(database):
    with database.write() as session:
        add_webhook(session, "forum", URL)
    happens(database)
    with database.write() as session:
        remove_webhook(session, "forum")
    with database.read() as session:
        assert list_webhooks(session).rows == ()
        assert session.query(Delivery).count() == 0
        with pytest.raises(NotFound):
            get_webhook(session, "forum")

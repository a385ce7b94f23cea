"""`docs/webhooks.md` tells of every kind of event what is in it."""

from __future__ import annotations

import re
from pathlib import Path

from comity.store.events import PUBLIC, list_events
from tests.intake.site import DOUBTFUL, INSULT

GUIDE = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text()
ROWS = {
    kind: (subject, set(re.findall(r"`(\w+)`", re.sub(r"\(.*?\)", "", data))))
    for kind, subject, data in re.findall(
        r"^\| `(\w+\.\w+)` \| .+? \| (\w+) \| (.+) \|$", GUIDE, re.MULTILINE
    )
}


def test_every_kind_that_a_webhook_can_ask_for_is_in_the_table():
    assert ROWS.keys() == PUBLIC.keys()


def test_events_hold_what_the_table_says(site):
    site.send("rude", INSULT)
    site.send("rude too", INSULT)
    site.send("perhaps", DOUBTFUL)
    site.report("perhaps")
    site.review("allow")
    events = site.read(lambda session: list_events(session).rows)
    seen = {event.kind: event for event in events if event.kind in PUBLIC}
    assert seen.keys() >= {
        "item.decided",
        "statement.issued",
        "author.restricted",
        "case.opened",
        "report.closed",
    }
    for kind, event in seen.items():
        assert (event.subject.partition(":")[0], event.data.keys()) == ROWS[kind]

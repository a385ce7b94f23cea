"""With COMITY_LOG_FORMAT=json the log is one JSON object a line, without content."""

from __future__ import annotations

import json
import logging
from time import sleep

import httpx
import pytest

from comity.serve.logs import JsonLines
from tests.serve.cast import FRIENDLY, INSULT, garden_settings, serving


def test_a_request_is_one_object_with_what_was_decided(tmp_path, caplog):
    caplog.set_level(logging.INFO)
    caplog.handler.setFormatter(JsonLines())
    body = {"items": [{"text": f"{INSULT} xyzzy"}, {"text": FRIENDLY}, {"text": FRIENDLY}]}
    with serving(garden_settings(tmp_path)) as address:
        httpx.post(f"{address}/v1/moderate?policy=garden", json=body, headers={"X-Request-Id": "job-7"})
        while "job-7" not in caplog.text:
            sleep(0.01)  # a line is written after its response was sent
    lines = [json.loads(line) for line in caplog.text.splitlines()]
    [told] = [line for line in lines if line.get("request_id") == "job-7"]
    assert told.pop("ms") > 0
    assert told.pop("time").endswith("+00:00")
    assert told == {
        "level": "info",
        "logger": "comity.serve.envelope",
        "request_id": "job-7",
        "door": "native",
        "status": 200,
        "items": 3,
        "actions": {"remove": 1, "allow": 2},
    }
    assert "xyzzy" not in caplog.text


@pytest.mark.parametrize("message", ["two\nlines", 'a "quote"', "\u2028 and \ud800"])
def test_any_message_stays_one_line(message):
    line = JsonLines().format(logging.LogRecord("comity", logging.ERROR, "", 0, message, None, None))
    assert len(line.splitlines()) == 1
    assert json.loads(line)["message"] == message

"""A server with a judge: asked while deciding, never to get ready."""

from __future__ import annotations

import httpx
import pytest

from tests.detect.judge.scripted_server import Reply, says, scripted_server
from tests.serve.cast import DOUBTFUL, FRIENDLY, GARDEN, INSULT, garden_settings, serving

EXCEPTING = GARDEN.replace("    severity: minor\n", "    exceptions: [Friendly banter]\n", 1)


@pytest.fixture
def garden(tmp_path):
    def served(url, **changes):
        settings = garden_settings(tmp_path, judge_url=url, judge_model="tiny", **changes)
        (tmp_path / "garden.yaml").write_text(EXCEPTING)
        return serving(settings)

    return served


def moderated(address, *texts):
    with httpx.Client(base_url=address, timeout=30) as client:
        return [client.post("/v1/moderate", json={"text": text}).json()["action"] for text in texts]


def test_doubt_is_settled_by_the_judge(garden):
    with scripted_server(lambda body, n: says(0.97)) as server, garden(server.url) as address:
        assert moderated(address, INSULT, DOUBTFUL, FRIENDLY) == ["remove", "remove", "allow"]
    assert not any(FRIENDLY in prompt for prompt in server.prompts)


def test_a_server_is_ready_and_decides_while_its_judge_is_away(garden):
    with (
        scripted_server(lambda body, n: Reply({}, 401)) as server,
        garden(server.url, judge_deadline_ms=500) as address,
    ):
        for _ in range(200):
            ready = httpx.get(f"{address}/readyz")
            if ready.status_code == 200:
                break
        assert ready.status_code == 200
        assert server.bodies == []
        assert moderated(address, INSULT, FRIENDLY) == ["review", "allow"]

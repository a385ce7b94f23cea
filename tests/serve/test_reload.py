"""With `--reload-policy` a changed policy is served without a restart and without a lost request."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from time import sleep

import httpx
import pytest

from comity.errors import NotFound, PolicyError
from comity.serve.policies import Policies
from tests.serve.cast import GARDEN, INSULT, detectors, garden_settings, serving

STRICTER = GARDEN.replace("version: 2", "version: 3").replace("action: remove", "action: block")


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr("comity.serve.reload.SECONDS", 0.02)


@contextmanager
def steady_requests(address):
    """Four clients that never pause; the answers so far."""
    answers, stop = [], Event()

    def ask():
        with httpx.Client(base_url=address, timeout=30) as client:
            while not stop.is_set():
                answers.append(client.post("/v1/moderate", json={"text": INSULT}))

    with ThreadPoolExecutor(4) as threads:
        clients = [threads.submit(ask) for _ in range(4)]
        try:
            yield answers
        finally:
            stop.set()
        for client in clients:
            client.result()


def wait_for(condition):
    while not condition():
        sleep(0.01)


def test_under_steady_requests_a_change_is_served_and_none_is_lost(tmp_path, caplog):
    caplog.set_level("INFO")
    path = tmp_path / "garden.yaml"
    with (
        serving(garden_settings(tmp_path, reload_policy=True)) as address,
        steady_requests(address) as answers,
    ):
        wait_for(lambda: len(answers) > 20)
        path.write_text(STRICTER)
        wait_for(lambda: answers[-1].json()["policy"] == "garden@3")
        path.write_text(
            STRICTER.replace("version: 3", "version: 4").replace("action: label", "action: nonsense")
        )
        wait_for(lambda: "cannot be served" in caplog.text)
        seen = len(answers)
        wait_for(lambda: len(answers) > seen + 20)
        path.unlink()
        wait_for(lambda: len(answers) > seen + 60)
    assert {answer.status_code for answer in answers} == {200}
    told = {(answer.json()["policy"], answer.json()["action"]) for answer in answers}
    assert told == {("garden@2", "remove"), ("garden@3", "block")}
    assert answers[-1].json()["policy"] == "garden@3"


def test_every_mistake_is_logged_and_the_other_policies_are_served(tmp_path, caplog):
    (tmp_path / "garden.yaml").write_text(GARDEN)
    (tmp_path / "orchard.yaml").write_text(GARDEN.replace("garden", "orchard"))
    policies = Policies("garden", tmp_path, detectors=detectors())
    (tmp_path / "garden.yaml").write_text(GARDEN.replace("remove", "nonsense").replace("0.90", "7"))
    (tmp_path / "orchard.yaml").write_text(STRICTER.replace("garden", "orchard"))
    policies.reload()
    assert "nonsense" in caplog.text
    assert "garden.yaml:" in caplog.text
    assert caplog.text.count("error[") >= 2
    assert policies.default.version == 2
    assert policies.find("orchard").version == 3


def test_a_policy_is_the_same_object_as_long_as_it_says_the_same(tmp_path):
    (tmp_path / "garden.yaml").write_text(GARDEN)
    policies = Policies("garden", tmp_path, detectors=detectors())
    before = policies.moderator(policies.default)
    (tmp_path / "garden.yaml").write_text("# a remark\n" + GARDEN)
    policies.reload()
    assert policies.moderator(policies.default) is before


def test_a_new_file_is_a_new_policy_and_what_extends_a_changed_one_changes(tmp_path):
    (tmp_path / "garden.yaml").write_text(GARDEN)
    (tmp_path / "orchard.yaml").write_text("policy: orchard\nversion: 1\nextends: garden@2\n")
    policies = Policies("orchard", tmp_path, detectors=detectors())
    (tmp_path / "garden.yaml").write_text(STRICTER.replace("version: 3", "version: 2"))
    (tmp_path / "meadow.yaml").write_text(GARDEN.replace("garden", "meadow"))
    policies.reload()
    assert policies.moderator(policies.default).moderate(INSULT).action == "block"
    assert policies.find("meadow").version == 2


def test_the_default_may_be_a_file(tmp_path, caplog):
    path = tmp_path / "mine.yaml"
    path.write_text(GARDEN)
    (tmp_path / "compose.yaml").write_text("services: []")
    policies = Policies(str(path), detectors=detectors())
    assert policies.find("garden") is policies.default
    assert policies.source(policies.default) == GARDEN
    path.write_text(STRICTER)
    policies.reload()
    assert policies.default.version == 3
    path.write_text("nonsense")
    policies.reload()
    assert policies.default.version == 3
    assert "mine.yaml" in caplog.text


def test_at_the_start_there_is_nothing_to_keep(tmp_path):
    (tmp_path / "garden.yaml").write_text("nonsense")
    with pytest.raises(PolicyError):
        Policies("community", tmp_path, detectors=detectors())
    for missing in (str(tmp_path / "none.yaml"), "none", "community@99"):
        with pytest.raises(NotFound):
            Policies(missing, detectors=detectors())


def test_a_pinned_version_stays_when_its_file_moves_on(tmp_path, caplog):
    (tmp_path / "garden.yaml").write_text(GARDEN)
    policies = Policies("garden@2", tmp_path, detectors=detectors())
    (tmp_path / "garden.yaml").write_text(STRICTER)
    policies.reload()
    assert policies.default.version == 2
    assert policies.find("garden").version == 2
    assert "another version" in caplog.text

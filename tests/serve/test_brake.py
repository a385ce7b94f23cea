"""A served rule that leaves its expected hit rate goes to shadow, stays there over a restart, and is let go again."""

from __future__ import annotations

from itertools import count

import httpx
import pytest
from sqlalchemy import select

from comity.intake.brake import release
from comity.serve import brakes
from comity.serve.policies import Policies
from comity.store.tables import Event, now
from tests.serve.cast import FRIENDLY, INSULT, detectors, garden_settings, serving
from tests.serve.keeping import forum, wait_for

RUNAWAY = """\
policy: runaway
version: 1
rules:
  - id: no-insults
    text: Criticise the idea, not the person.
    categories: {insult: 0.80}
    action: remove
    expect: {hits: [0, 0.5], of: 8, window: 1h}
  - id: no-spam
    text: No advertising.
    categories: {spam: 0.90}
    action: label
    expect: {hits: [0.6, 1], of: 100, window: 1h}
  - id: no-turnips
    text: No turnips.
    terms: [turnip]
    action: label
    state: shadow
"""
CHILD = "policy: child\nversion: 1\nextends: runaway@1\n"
HELD = frozenset({("runaway", "no-insults")})
_NUMBERS = count(1)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr(brakes, "FOLLOW_SECONDS", 0.05)
    monkeypatch.setattr(brakes, "BRAKE_SECONDS", 0.1)


@pytest.fixture
def looks(monkeypatch):
    """What the server found, each time that it counted what rules hit."""
    found, look = [], brakes.runaways

    def counted(*arguments):
        found.append(look(*arguments))
        return found[-1]

    monkeypatch.setattr(brakes, "runaways", counted)
    return found


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "runaway.yaml").write_text(RUNAWAY)
    (tmp_path / "child.yaml").write_text(CHILD)
    return tmp_path


def send(site, text=INSULT, policy="runaway"):
    return site.send(f"post-{next(_NUMBERS)}", text, policy=policy).json()


def rules(site, policy="runaway"):
    answer = site.client.get(f"/v1/policies/{policy}")
    assert answer.status_code == 200, answer.text
    return {rule["id"]: rule for rule in answer.json()["rules"]}


def is_braked(site):
    return rules(site)["no-insults"]["state"] == "shadow"


def braked_by_traffic(site):
    """Eight insults; the plan under which they were removed."""
    plans = set()
    for _ in range(8):
        decision = send(site)
        assert decision["action"] == "remove"
        plans.add(decision["plan"])
    wait_for(lambda: is_braked(site))
    [plan] = plans
    return plan


def release_it(site, rule="no-insults"):
    return site.client.post(f"/v1/policies/runaway/rules/{rule}/release")


def kinds(site):
    with site.database.read() as session:
        query = select(Event.kind).where(Event.kind.like("rule.%")).order_by(Event.id)
        return list(session.scalars(query))


def test_a_rule_that_suddenly_hits_everything_goes_to_shadow_and_items_pass_it(folder, caplog):
    caplog.set_level("INFO")
    with forum(folder) as site:
        before = braked_by_traffic(site)
        after = send(site)
        assert (after["action"], after["violations"]) == ("allow", [])
        assert after["plan"] != before
        brake = rules(site)["no-insults"]["brake"]
        assert brake["since"] is not None
        assert brake["why"].startswith("it hit 8 of 8 items within 1h")
        assert rules(site)["no-spam"]["brake"] is None
        assert rules(site)["no-turnips"]["brake"] is None
        assert kinds(site) == ["rule.braked"]
        lines = site.client.get("/v1/decisions", params={"after": 16}).json()["decisions"]
        assert ("remove", True) in {(line["action"], line["shadow"]) for line in lines}
    assert "the rule no-insults of runaway@1 goes to shadow" in caplog.text
    assert f"now serving runaway@1, plan {after['plan']}" in caplog.text


def test_a_released_rule_is_live_at_once_and_old_traffic_does_not_brake_it_again(folder, looks):
    with forum(folder) as site:
        braked_by_traffic(site)
        answer = release_it(site)
        assert answer.status_code == 200
        assert {rule["id"]: rule["state"] for rule in answer.json()["rules"]}["no-insults"] == "live"
        assert send(site)["action"] == "remove"
        seen = len(looks)
        wait_for(lambda: len(looks) > seen + 3)
        assert not is_braked(site)
        assert kinds(site) == ["rule.braked", "rule.released"]
        assert (release_it(site).status_code, release_it(site, "no-such-rule").status_code) == (404, 404)


def test_a_rule_that_hits_too_little_is_braked_as_well_and_one_with_few_items_is_not(folder, looks):
    with forum(folder) as site:
        for _ in range(8):
            send(site, FRIENDLY)
        seen = len(looks)
        wait_for(lambda: len(looks) > seen + 2)
        assert kinds(site) == []
    (folder / "runaway.yaml").write_text(RUNAWAY.replace("of: 100", "of: 8"))
    with forum(folder) as site:
        wait_for(lambda: kinds(site) == ["rule.braked"])
        assert rules(site)["no-spam"]["state"] == "shadow"
        assert not is_braked(site)


def test_a_restart_keeps_the_brake_from_the_first_request_on(folder):
    with forum(folder) as site:
        braked_by_traffic(site)
    with forum(folder) as site:
        assert send(site)["action"] == "allow"
        assert kinds(site) == ["rule.braked"]


def test_every_process_on_the_database_follows(folder, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    (other / "runaway.yaml").write_text(RUNAWAY)
    with forum(folder) as site:
        settings = garden_settings(other, database=site.url)
        with serving(settings) as address, httpx.Client(base_url=address, timeout=30) as client:

            def decided():
                answer = client.post("/v1/moderate?policy=runaway", json={"text": INSULT})
                return answer.json()["action"]

            assert decided() == "remove"
            braked_by_traffic(site)
            wait_for(lambda: decided() == "allow")
            with site.database.write() as session:
                release(session, "runaway", "no-insults", now(), actor="operator")
            wait_for(lambda: decided() == "remove")
            assert not is_braked(site)


def test_rates_tell_what_live_and_shadow_rules_hit(folder):
    with forum(folder) as site:
        for text in (INSULT, FRIENDLY, FRIENDLY, "What a turnip."):
            send(site, text)
        answer = site.client.get("/v1/policies/runaway/rates", params={"window": "30m"}).json()
        assert (answer["policy"], answer["window"]) == ("runaway@1", "30m")
        found = {rate.pop("rule"): rate for rate in answer["rates"]}
        counts = {
            rule: (rate["state"], rate["items"], rate["hits"], rate["reviews"])
            for rule, rate in found.items()
        }
        assert counts == {
            "no-insults": ("live", 4, 1, 0),
            "no-spam": ("live", 4, 0, 0),
            "no-turnips": ("shadow", 4, 1, 0),
        }
        share = found["no-turnips"]["hit_share"]
        assert share["value"] == 0.25
        assert share["low"] < 0.25 < share["high"]
        unused = site.client.get("/v1/policies/child/rates").json()["rates"]
        assert {(rate["items"], rate["hit_share"]) for rate in unused} == {(0, None)}
        assert site.client.get("/v1/policies/runaway/rates", params={"window": "1y"}).status_code == 422


def test_a_server_that_only_decides_makes_no_database_to_show_a_policy(folder):
    settings = garden_settings(folder, database=f"sqlite:///{folder / 'none.db'}")
    with serving(settings) as address:
        answer = httpx.get(f"{address}/v1/policies/runaway@1").json()
    assert {rule["state"] for rule in answer["rules"]} == {"live", "shadow"}
    assert not (folder / "none.db").exists()


class TestPolicies:
    """What the server does with the rules that it is told are braked."""

    @pytest.fixture
    def policies(self, folder):
        return Policies("runaway", folder, detectors=detectors())

    def action(self, policies, name="runaway"):
        return policies.moderator(policies.find(name)).moderate(INSULT).action

    def test_only_policies_that_change_are_compiled_again(self, policies):
        before = {name: policies.moderator(policies.find(name)) for name in ("runaway", "child")}
        assert policies.apply(HELD) == 1
        assert policies.moderator(policies.find("child")) is before["child"]
        assert (self.action(policies), self.action(policies, "child")) == ("allow", "remove")
        assert policies.apply(HELD) == 0
        assert policies.apply(frozenset()) == 1
        assert self.action(policies) == "remove"

    def test_requests_at_work_go_on_under_the_plan_they_began_with(self, policies):
        at_work = policies.moderator(policies.default)
        policies.apply(HELD)
        assert at_work.moderate(INSULT).action == "remove"
        assert policies.moderator(policies.default) is not at_work
        assert policies.moderator(at_work.policy).moderate(INSULT).action == "remove"
        assert self.action(policies) == "allow"

    def test_one_that_nobody_used_yet_is_made_with_its_brakes(self, policies):
        policies.apply(HELD)
        assert self.action(policies) == "allow"

    def test_the_default_and_the_list_are_what_is_served(self, policies):
        policies.apply(HELD)
        assert policies.default is policies.find("runaway") is policies.known()[0]
        assert policies.default.rule("no-insults").state == "shadow"
        assert [policy.name for policy in policies.known()].count("runaway") == 1

    def test_edited_policies_and_files_say_what_they_said(self, policies):
        policies.apply(HELD)
        assert policies.edited(RUNAWAY).moderate(INSULT).action == "remove"
        assert policies.source(policies.default) == RUNAWAY

    def test_a_policy_that_is_read_again_keeps_its_brakes(self, policies, folder):
        self.action(policies)
        policies.apply(HELD)
        held = policies.moderator(policies.default)
        (folder / "child.yaml").write_text(CHILD + "description: Another one.\n")
        policies.reload()
        assert policies.moderator(policies.default) is held
        (folder / "runaway.yaml").write_text(RUNAWAY.replace("action: label", "action: limit"))
        policies.reload()
        assert policies.default.rule("no-spam").actions == ("limit",)
        assert self.action(policies) == "allow"
        policies.apply(frozenset())
        assert self.action(policies) == "remove"

    def test_a_default_that_is_a_file_is_braked_by_its_name(self, folder):
        policies = Policies(str(folder / "runaway.yaml"), detectors=detectors())
        policies.apply(HELD)
        assert self.action(policies) == "allow"
        (folder / "runaway.yaml").write_text(RUNAWAY + "# a remark\n")
        policies.reload()
        assert self.action(policies) == "allow"

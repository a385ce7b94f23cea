"""What the author is told, and what the DSA transparency database is."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.content import FactEvidence, Span
from comity.decide import NO_FACTS, Decision, Violation
from comity.decide.dsa_fields import dsa_fields
from comity.decide.ladder import Consequences, Restriction, Strike
from comity.decide.statement import Statement, compose
from comity.errors import InputError
from comity.policy import ITEM_ACTIONS, Policy, Reason, Rule
from comity.taxonomy import Severity

AT = datetime(2026, 5, 3, 14, 5, tzinfo=UTC)
NOTHING = Consequences()
UNTIL = datetime(2026, 11, 3, 14, 5, tzinfo=UTC)
POLICY = Policy(
    "garden",
    3,
    (
        Rule(
            "no-insults",
            "Criticise the idea, not the person.",
            categories={"insult": 0.8},
            actions=("remove",),
        ),
        Rule("no-threats", "Threaten nobody.", notice="Please calm down.", actions=("block", "suspend")),
        Rule("be-welcome", "Say hello.", actions=("warn",)),
        Rule("be-brief", "Be brief.", actions=("label",)),
    ),
)
INSULT = Violation(
    "no-insults",
    "insult",
    "remove",
    "Judged `insult` with probability 0.93 (words.v1); this rule acts from 0.80.",
    (Span("text", 4, 9),),
    0.93,
    Severity.MINOR,
)
THREAT = replace(INSULT, rule="no-threats", criterion="threat", action="block", severity=Severity.SEVERE)


def decided(*violations: Violation, actions: tuple[str, ...] = ("remove",), **changes: Any) -> Decision:
    decision = Decision("p-17", actions, violations, (), {}, {}, {}, 0.9, NO_FACTS, "digest", "garden@3")
    return replace(decision, **{"id": "dec-1", "decided_at": AT, **changes})


def state(
    decision: Decision, follows: Consequences = NOTHING, policy: Policy = POLICY, **options: Any
) -> Statement:
    statement = compose(
        decision, policy, follows, **{"role": "post", "posted_at": AT, "appeal_until": UNTIL, **options}
    )
    assert statement is not None
    return statement


def test_a_statement_reads_like_this():
    follows = Consequences(
        Strike(1, AT, datetime(2026, 8, 1, 14, 5, tzinfo=UTC), "no-insults"),
        Restriction("mute", datetime(2026, 5, 4, 14, 5, tzinfo=UTC), 3, 3),
    )
    assert state(decided(INSULT), follows, appeal_at="https://forum.example/appeals").text == (
        "On 2026-05-03 14:05 UTC it was decided about your post `p-17`: it was removed.\n"
        "Nobody reported it: automatic checks found it. The decision was made automatically. No person took part in "
        "it.\n"
        "It breaks the rule `no-insults` of the policy garden, version 3: Criticise the idea, not the person.\n"
        "Why: Judged `insult` with probability 0.93 (words.v1); this rule acts from 0.80. The violation is minor.\n"
        "This is a strike of weight 1. It expires on 2026-08-01 14:05 UTC.\n"
        "You cannot post until 2026-05-04 14:05 UTC. Your strikes add up to 3.\n"
        "You can appeal until 2026-11-03 14:05 UTC. Appeal at https://forum.example/appeals. "
        "The number of the decision is dec-1."
    )


class TestWhenThereIsOne:
    @pytest.mark.parametrize("action", ITEM_ACTIONS)
    def test_only_an_item_that_is_limited_removed_or_blocked_has_one(self, action):
        decision = decided(replace(INSULT, action=action), actions=(action,))
        found = compose(decision, POLICY, Consequences(), role="post", posted_at=AT, appeal_until=UNTIL)
        assert (found is not None) is (action in ("limit", "remove", "block"))

    def test_a_warning_alone_has_one_too(self):
        welcome = replace(INSULT, rule="be-welcome", action="allow")
        decision = decided(welcome, actions=("allow", "warn"))
        found = state(decision, Consequences(None, Restriction("warn")))
        assert [cited.rule for cited in found.cited] == ["be-welcome"]
        assert "it stays as it is" in found.text
        assert "This is a warning." in found.text

    def test_a_decision_in_shadow_has_none(self):
        decision = decided(INSULT, shadow=True)
        assert (
            compose(decision, POLICY, Consequences(), role="post", posted_at=AT, appeal_until=UNTIL) is None
        )


class TestRules:
    def test_each_rule_is_cited_once_the_gravest_first(self):
        milder = replace(INSULT, action="limit", reason="For another reason.")
        severe = replace(INSULT, rule="be-welcome", severity=Severity.SEVERE)
        decision = decided(milder, INSULT, severe, THREAT, actions=("block",))
        cited = state(decision).cited
        assert [each.rule for each in cited] == ["no-threats", "be-welcome", "no-insults"]
        assert cited[2].reason == INSULT.reason

    def test_a_rule_that_only_may_be_broken_or_leads_to_less_is_not_cited(self):
        near = replace(THREAT, action="review")
        label = replace(INSULT, rule="be-brief", action="label")
        assert [each.rule for each in state(decided(near, label, INSULT)).cited] == ["no-insults"]

    def test_every_rule_that_a_person_names_is_cited(self):
        near = replace(THREAT, action="review")
        assert [each.rule for each in state(decided(near, actor="mira")).cited] == ["no-threats"]

    def test_the_notice_of_a_rule_takes_the_place_of_its_text(self):
        assert "Please calm down." in state(decided(THREAT)).text

    def test_where_a_check_has_failed_no_rule_is_cited(self):
        found = state(decided(actions=("block",)))
        assert found.cited == ()
        assert (
            "A check that every item must pass could not be made. This follows from the policy garden"
            in found.text
        )

    def test_a_person_who_names_no_rule_is_not_taken_for_a_failure(self):
        assert "The person who decided named no rule." in state(decided(actor="mira")).text

    def test_the_policy_must_be_the_one_that_the_decision_was_made_under(self):
        with pytest.raises(InputError, match="was made under `garden@3`, not under `garden@4`"):
            state(decided(INSULT), policy=replace(POLICY, version=4))

    def test_a_rule_that_the_policy_does_not_have_cannot_be_cited(self):
        with pytest.raises(InputError, match="a rule `no-spam`, which `garden@3` does not have"):
            state(decided(replace(INSULT, rule="no-spam")))

    def test_a_decision_needs_a_time(self):
        with pytest.raises(InputError, match="without a time"):
            state(decided(INSULT, decided_at=None))


class TestHowItWasFoundAndDecided:
    @pytest.mark.parametrize(
        ("found_by", "actor", "detection", "decision"),
        [
            ("detection", "automation", True, "fully"),
            ("detection", "mira", True, "partially"),
            ("staff", "mira", False, "not"),
            ("human", "automation", False, "fully"),
            ("human", "mira", False, "not"),
            ("automation", "mira", True, "not"),
            ("trusted_flagger", "mira", False, "not"),
        ],
    )
    def test_detection_and_decision_are_told_apart(self, found_by, actor, detection, decision):
        found = state(decided(INSULT, actor=actor), found_by=found_by)
        assert (found.automated_detection, found.automated_decision) == (detection, decision)

    def test_the_person_who_decided_is_not_named(self):
        assert "mira" not in json.dumps(state(decided(INSULT, actor="mira")).to_json())

    def test_an_edited_item_is_named_with_its_version(self):
        assert (
            "about version 2 of your comment `p-17`"
            in state(decided(INSULT, item_revision=2), role="comment").text
        )


class TestRestrictions:
    @pytest.mark.parametrize(
        ("restriction", "told"),
        [
            (Restriction("mute"), "You cannot post until a moderator lifts this."),
            (Restriction("suspend", UNTIL), "Your account is suspended until 2026-11-03 14:05 UTC."),
            (Restriction("ban", None, 11, 10), "until a moderator lifts this. Your strikes add up to 11."),
        ],
    )
    def test_what_follows_is_told_with_its_end(self, restriction, told):
        assert told in state(decided(INSULT), Consequences(None, restriction)).text

    def test_times_are_told_in_utc(self):
        east = datetime(2026, 5, 4, 1, 5, tzinfo=timezone(timedelta(hours=11)))
        assert "On 2026-05-03 14:05 UTC" in state(decided(INSULT, decided_at=east)).text


@given(st.text(), st.text())
def test_what_the_evidence_quotes_of_the_item_changes_nothing(word, another):
    def told(quoted: str) -> dict[str, Any]:
        disguised = replace(INSULT, evidence=(Span("text", 0, 3), FactEvidence("disguise", quoted)))
        return state(decided(disguised)).to_json()

    assert told(word) == told(another)


def test_places_in_the_item_and_names_of_facts_are_given():
    (cited,) = state(
        decided(replace(INSULT, evidence=(*INSULT.evidence, FactEvidence("item.links", "3"))))
    ).cited
    assert (cited.evidence, cited.facts) == ((Span("text", 4, 9),), ("item.links",))


def test_the_plain_data_holds_everything_with_its_text():
    follows = Consequences(Strike(1, AT, UNTIL), Restriction("mute", UNTIL, 3, 3))
    found = state(decided(INSULT), follows)
    told = json.loads(json.dumps(found.to_json()))
    assert told["text"] == found.text
    assert told["category"] == "STATEMENT_CATEGORY_CYBER_VIOLENCE"
    assert told["follows"]["restriction"] == {
        "action": "mute",
        "until": "2026-11-03T14:05:00Z",
        "total": 3,
        "step": 3,
    }


class TestTheTransparencyDatabase:
    def test_a_removal_fills_every_field_that_is_required(self):
        assert dsa_fields(state(decided(INSULT), lang="en-GB")) == {
            "puid": "dec-1",
            "decision_visibility": ["DECISION_VISIBILITY_CONTENT_REMOVED"],
            "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
            "incompatible_content_ground": "garden@3: rule no-insults",
            "incompatible_content_explanation": "Criticise the idea, not the person.",
            "content_type": ["CONTENT_TYPE_TEXT"],
            "category": "STATEMENT_CATEGORY_CYBER_VIOLENCE",
            "content_date": "2026-05-03",
            "application_date": "2026-05-03",
            "decision_facts": "Post: it was removed. Nobody reported it: automatic checks found it. The decision was "
            "made automatically. No person took part in it.",
            "source_type": "SOURCE_VOLUNTARY",
            "automated_detection": "Yes",
            "automated_decision": "AUTOMATED_DECISION_FULLY",
            "content_language": "EN",
        }

    @pytest.mark.parametrize(
        ("restriction", "fields"),
        [
            (Restriction("mute"), {"decision_provision": "DECISION_PROVISION_PARTIAL_SUSPENSION"}),
            (
                Restriction("mute", UNTIL),
                {
                    "decision_provision": "DECISION_PROVISION_PARTIAL_SUSPENSION",
                    "end_date_service_restriction": "2026-11-03",
                },
            ),
            (
                Restriction("suspend", UNTIL),
                {
                    "decision_account": "DECISION_ACCOUNT_SUSPENDED",
                    "end_date_account_restriction": "2026-11-03",
                },
            ),
            (Restriction("ban"), {"decision_account": "DECISION_ACCOUNT_TERMINATED"}),
            (
                Restriction("ban", UNTIL),
                {
                    "decision_account": "DECISION_ACCOUNT_SUSPENDED",
                    "end_date_account_restriction": "2026-11-03",
                },
            ),
        ],
    )
    def test_a_restriction_of_the_account_is_told_with_its_end(self, restriction, fields):
        told = dsa_fields(state(decided(INSULT, actions=("allow",)), Consequences(None, restriction)))
        assert {
            name: told[name] for name in told if name.startswith(("decision_p", "decision_acc", "end"))
        } == fields
        assert "decision_visibility" not in told

    def test_a_warning_is_nothing_that_the_database_knows(self):
        assert (
            dsa_fields(state(decided(INSULT, actions=("allow",)), Consequences(None, Restriction("warn"))))
            == {}
        )

    @pytest.mark.parametrize(
        ("found_by", "source"),
        [
            ("staff", "SOURCE_VOLUNTARY"),
            ("human", "SOURCE_TYPE_OTHER_NOTIFICATION"),
            ("automation", "SOURCE_TYPE_OTHER_NOTIFICATION"),
            ("trusted_flagger", "SOURCE_TRUSTED_FLAGGER"),
        ],
    )
    def test_the_source_is_a_report_or_the_platform_itself(self, found_by, source):
        assert dsa_fields(state(decided(INSULT, actor="mira"), found_by=found_by))["source_type"] == source

    def test_the_gravest_rule_says_the_category_and_the_others_are_added(self):
        told = dsa_fields(state(decided(INSULT, THREAT, actions=("block",))))
        assert told["category"] == "STATEMENT_CATEGORY_VIOLENCE"
        assert told["category_addition"] == ["STATEMENT_CATEGORY_CYBER_VIOLENCE"]
        assert told["incompatible_content_ground"] == "garden@3: rule no-threats, rule no-insults"

    def test_the_category_is_the_one_that_the_policy_gives_the_rule(self):
        reason = Reason("rude", "It is rude", ("no-insults",), "STATEMENT_CATEGORY_SELF_HARM")
        policy = replace(POLICY, reasons=(reason,))
        assert dsa_fields(state(decided(INSULT), policy=policy))["category"] == "STATEMENT_CATEGORY_SELF_HARM"

    def test_a_register_gets_no_id_of_an_item_and_no_reason(self):
        told = str(dsa_fields(state(decided(replace(INSULT, reason="Because of Ann.")))))
        assert "p-17" not in told
        assert "Ann" not in told

    def test_a_long_rule_is_cut_at_the_limit_of_the_field(self):
        long = replace(POLICY, rules=(replace(POLICY.rules[0], text="x" * 3_000),))
        assert (
            dsa_fields(state(decided(INSULT), policy=long))["incompatible_content_explanation"]
            == "x" * 1_999 + "…"
        )

    def test_a_decision_without_a_rule_says_why(self):
        told = dsa_fields(state(decided(actions=("block",))))
        assert told["incompatible_content_ground"] == "garden@3"
        assert (
            told["incompatible_content_explanation"] == "A check that every item must pass could not be made."
        )
        assert told["category"] == "STATEMENT_CATEGORY_OTHER_VIOLATION_TC"

    def test_an_unknown_language_is_left_out(self):
        assert "content_language" not in dsa_fields(state(decided(INSULT), lang="yue"))

    def test_every_kind_of_part_is_named_once(self):
        told = dsa_fields(state(decided(INSULT), kinds=["text", "image", "text"]))
        assert told["content_type"] == ["CONTENT_TYPE_IMAGE", "CONTENT_TYPE_TEXT"]

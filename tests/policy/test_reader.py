from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import ComityError, InputError, LimitExceeded, NotFound, PolicyError
from comity.limits import LIMITS
from comity.policy import (
    Counter,
    HitRate,
    Ladder,
    Library,
    Policy,
    Reason,
    Risk,
    RuleExample,
    Step,
    load,
    read,
)
from comity.taxonomy import Severity

HERE = Path(__file__).parent
HOUSE = Library(HERE / "library")

FULL = """
policy: allotment-forum
version: 3
description: Rules of the allotment forum
on_failure: block
on_unjudged: review
counters:
  posts_10m: {by: author, window: 10m}
  reports_7d: {by: text, window: 7d, of: reports}
rules:
  - id: no-insults
    text: Criticise the idea, not the person.
    exceptions: [Friendly banter]
    notice: Please be kind.
    categories: {insult: 0.8, hate: {precision: 0.9}, spam: 1}
    terms: [walnut]
    patterns: ['(?i)wal+nut']
    domains: [insults.example.com]
    when: author.age_days < 7 && counters.posts_10m > 2
    severity: moderate
    action: [warn, remove]
    review: 0.5
    state: shadow
    locked: true
    without_judge: act
    strikes: 3
    expect: {hits: [0.001, 0.05], of: 200, window: 30m}
    examples:
      - {text: "You absolute walnut.", violates: true, note: about a person, role: comment,
         facts: {author: {age_days: 2}, counters: {posts_10m: 3}}, thread: ["Prune in March.", "No, in May."]}
      - {text: "That pruning idea is rubbish.", violates: false}
ladder:
  strikes: {severe: 8}
  expire: 30d
  first: none
  steps:
    - {at: 3, action: mute, for: 1d}
    - {at: 10, action: ban}
reasons:
  - id: rude
    text: It is rude
    dsa: STATEMENT_CATEGORY_CYBER_VIOLENCE
    reasons:
      - {id: insult, text: It insults somebody, rules: [no-insults]}
"""


@pytest.mark.parametrize(
    ("written", "threshold"),
    [
        ("0.8", 0.8),
        ("{recall: 0.9}", Risk("recall", 0.9)),
        ("strict", Risk("recall", 0.95)),
        ("loose", Risk("precision", 0.95)),
    ],
)
def test_a_threshold_is_a_number_a_risk_or_a_mode(written, threshold):
    policy = read(
        f"policy: a\nversion: 1\nrules:\n- {{id: x, text: Be kind., categories: {{insult: {written}}}}}"
    )
    assert policy.rules[0].categories == {"insult": threshold}


@pytest.mark.parametrize("written", ['"0.8"', "stern"])
def test_another_word_is_no_threshold(written):
    with pytest.raises(PolicyError, match=r"threshold of `insult`.*\n(.*\n)*.*`strict`, `loose`"):
        read(f"policy: a\nversion: 1\nrules:\n- {{id: x, text: Be kind., categories: {{insult: {written}}}}}")


def test_every_field_of_a_file_arrives_in_the_policy():
    policy = read(FULL)
    assert (policy.name, policy.version, policy.reference) == ("allotment-forum", 3, "allotment-forum@3")
    assert (policy.on_failure, policy.on_unjudged) == ("block", "review")
    assert policy.description == "Rules of the allotment forum"
    assert policy.counters == {
        "posts_10m": Counter("author", "10m"),
        "reports_7d": Counter("text", "7d", of="reports"),
    }
    (rule,) = policy.rules
    assert rule.id == "no-insults"
    assert rule.text == "Criticise the idea, not the person."
    assert rule.exceptions == ("Friendly banter",)
    assert rule.notice == "Please be kind."
    assert rule.categories == {"insult": 0.8, "hate": Risk("precision", 0.9), "spam": 1.0}
    assert (rule.terms, rule.patterns, rule.domains) == (
        ("walnut",),
        ("(?i)wal+nut",),
        ("insults.example.com",),
    )
    assert rule.when is not None
    assert rule.when.names == {"author.age_days", "counters.posts_10m"}
    assert rule.severity is Severity.MODERATE
    assert rule.actions == ("remove", "warn")
    assert (rule.review, rule.state, rule.locked, rule.without_judge) == (0.5, "shadow", True, "act")
    assert (rule.strikes, rule.expect) == (3, HitRate(0.001, 0.05, of=200, window="30m"))
    assert policy.ladder == Ladder(
        strikes={Severity.MINOR: 1, Severity.MODERATE: 2, Severity.SEVERE: 8},
        expire="30d",
        first="none",
        steps=(Step(3, "mute", "1d"), Step(10, "ban")),
    )
    insult = Reason("insult", "It insults somebody", rules=("no-insults",))
    assert policy.reasons == (
        Reason("rude", "It is rude", dsa="STATEMENT_CATEGORY_CYBER_VIOLENCE", reasons=(insult,)),
    )
    assert rule.examples == (
        RuleExample(
            "You absolute walnut.",
            True,
            note="about a person",
            role="comment",
            facts={"author": {"age_days": 2}, "counters": {"posts_10m": 3}},
            thread=("Prune in March.", "No, in May."),
        ),
        RuleExample("That pruning idea is rubbish.", False),
    )


def test_a_rule_needs_only_an_id_and_a_text():
    (rule,) = read("policy: small\nversion: 1\nrules:\n  - {id: be-kind, text: Be kind.}").rules
    assert (rule.item_action, rule.account_action, rule.state) == ("review", None, "live")
    assert not rule.has_screens
    assert (rule.strikes, rule.expect) == (None, None)


def test_a_policy_has_no_ladder_unless_it_says_so():
    assert read("policy: small\nversion: 1\nrules:\n  - {id: be-kind, text: Be kind.}").ladder is None


def test_a_ladder_without_a_word_has_the_usual_weights_and_warns():
    policy = read("policy: small\nversion: 1\nladder: {}\nrules:\n  - {id: be-kind, text: Be kind.}")
    assert policy.ladder == Ladder(
        strikes={Severity.MINOR: 1, Severity.MODERATE: 2, Severity.SEVERE: 4},
        expire="90d",
        first="warn",
    )


def test_a_hit_rate_without_a_word_is_judged_by_the_hour_and_500_items():
    (rule,) = read("policy: p\nversion: 1\nrules:\n  - {id: a, text: A., expect: {hits: [0, 1]}}").rules
    assert rule.expect == HitRate(0.0, 1.0, of=500, window="1h")


def test_a_file_with_a_byte_order_mark_is_read(tmp_path):
    path = tmp_path / "marked.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + FULL.encode())
    assert read(path) == read(FULL)


@pytest.mark.parametrize("word", ["yes", "no", "on", "off", "2024-01-01", "1_000", "0x10", "nan"])
def test_words_that_older_yaml_would_turn_into_other_values_stay_text(word):
    (rule,) = read(f"policy: p\nversion: 1\nrules:\n  - {{id: a, text: {word}}}").rules
    assert rule.text == word


def test_values_may_be_shared_by_an_alias():
    text = "policy: p\nversion: 1\nrules:\n  - {id: a, text: A., terms: &t [x, y]}\n  - {id: b, text: B., terms: *t}"
    first, second = read(text).rules
    assert first.terms == second.terms == ("x", "y")


def test_a_file_that_is_not_there_is_not_found(tmp_path):
    with pytest.raises(NotFound, match="no file"):
        read(tmp_path / "nowhere.yaml")


def test_a_folder_is_no_policy(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read(tmp_path)


def test_a_file_past_the_limit_is_refused_by_the_name_of_the_limit():
    with pytest.raises(LimitExceeded, match="policy_bytes"):
        read("#" * (LIMITS.policy_bytes + 1))


def test_a_problem_shows_no_control_characters_of_the_file():
    with pytest.raises(PolicyError) as error:
        read("policy: p\nversion: 1\nrules: \x1b[31m\n")
    assert "\x1b" not in str(error.value)


def test_a_policy_is_loaded_by_file_name_or_version():
    path = HERE / "library" / "house.yaml"
    assert load(str(path)) == load("house", library=HOUSE) == load("house@2", library=HOUSE) == read(path)


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("hause", "there is no policy `hause`"),
        ("house@1", "there is no version 1 of `house` here"),
        ("misnamed", "holds the policy `another-name`"),
        ("nowhere/house.yaml", "there is no file"),
    ],
)
def test_a_reference_to_nothing_says_so(reference, said):
    with pytest.raises(NotFound, match=said):
        load(reference, library=HOUSE)


def test_the_error_for_an_old_version_names_the_current_one():
    with pytest.raises(NotFound) as error:
        load("house@1", library=HOUSE)
    assert "house@2" in error.value.next_step


def test_a_file_finds_what_it_extends_in_its_own_folder(tmp_path):
    house = (HERE / "library" / "house.yaml").read_text("utf-8")
    (tmp_path / "house.yaml").write_text(house, "utf-8")
    child = tmp_path / "child.yaml"
    child.write_text("policy: child\nversion: 1\nextends: house@2\n", "utf-8")
    assert [rule.id for rule in read(child).rules] == [rule.id for rule in load("house", library=HOUSE).rules]


def test_a_folder_cannot_replace_a_pack(tmp_path):
    (tmp_path / "community.yaml").write_text("policy: community\nversion: 1\nrules: []\n", "utf-8")
    assert load("community", library=Library(tmp_path)) == load("community")


# fmt: off
WORDS = [
    "policy", "version", "extends", "disable", "on_failure", "counters", "rules", "id", "text",
    "exceptions", "categories", "terms", "patterns", "domains", "when", "severity", "action", "review",
    "examples", "state", "locked", "precision", "by", "window", "violates", "role", "facts", "thread",
    "insult", "author", "age_days", "[key]", "number", "word", "list", "risk", "strikes", "expect", "hits", "of",
    "ladder", "steps", "at", "for", "expire", "reasons", "dsa",
]
RULE_FIELDS = [
    "text", "exceptions", "categories", "terms", "patterns", "domains", "when", "severity", "action",
    "review", "examples", "state", "strikes", "expect",
]
# fmt: on
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(
        ["remove", "block", "community@1", "community", "10m", "author.age_days < 7", "(a", "live"]
    )
    | st.text(max_size=4)
)
KEYS = st.sampled_from(WORDS) | st.text(max_size=2)
TREES = st.recursive(
    LEAVES,
    lambda child: st.lists(child, max_size=4) | st.dictionaries(KEYS, child, max_size=6),
    max_leaves=20,
)
RULES = st.fixed_dictionaries({"id": st.just("a") | LEAVES}, optional=dict.fromkeys(RULE_FIELDS, TREES))
STEPS = st.fixed_dictionaries(
    {"at": st.integers(0, 9) | LEAVES, "action": st.sampled_from(["warn", "mute", "ban"]) | LEAVES},
    optional={"for": st.just("1d") | LEAVES},
)
LADDERS = st.fixed_dictionaries(
    {"steps": st.lists(STEPS | TREES, max_size=4) | TREES}, optional={"strikes": TREES, "expire": LEAVES}
)
REASONS = st.recursive(
    TREES,
    lambda child: st.lists(
        st.fixed_dictionaries(
            {"id": st.sampled_from("abc") | LEAVES, "text": st.just("Some text.") | LEAVES},
            optional={"rules": st.lists(st.just("a") | LEAVES, max_size=2) | TREES, "reasons": child},
        ),
        max_size=3,
    ),
    max_leaves=6,
)
DOCUMENTS = st.fixed_dictionaries(
    {"policy": st.just("p") | LEAVES, "version": st.just(1) | LEAVES},
    optional={
        "rules": st.lists(RULES | TREES, max_size=3) | TREES,
        "counters": TREES,
        "extends": LEAVES,
        "ladder": LADDERS | TREES,
        "reasons": REASONS,
    },
)


def outcome(text: str) -> Policy | ComityError:
    try:
        return read(text)
    except ComityError as error:
        return error


@settings(max_examples=200, deadline=None)
@given(DOCUMENTS | TREES)
def test_any_document_is_a_policy_or_a_list_of_problems(document):
    found = outcome(json.dumps(document))
    assert isinstance(found, Policy) or (isinstance(found, PolicyError) and found.problems)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ab:-[]{}&*!|>'\"#%@\n \t,?1.é\x00\x85\u2028\ud800", max_size=40))
def test_any_text_is_a_policy_or_a_list_of_problems(text):
    found = outcome(text)
    assert isinstance(found, Policy) or (isinstance(found, PolicyError) and found.problems)


@pytest.mark.parametrize("loader", [yaml.SafeLoader, yaml.CSafeLoader])
def test_an_escaped_surrogate_is_no_text(loader, monkeypatch):
    monkeypatch.setattr("comity.policy._source._Loader", loader)
    with pytest.raises(PolicyError, match="P004"):
        read('policy: p\nversion: 1\nrules: [{id: a, text: A., patterns: ["\\ud800"]}]\n')


def test_a_very_long_word_does_not_flood_the_message():
    with pytest.raises(PolicyError) as error:
        read(f"policy: {'X' * 5_000}\nversion: 1\nrules: [{{id: a, text: A., state: {'y' * 5_000}}}]\n")
    assert len(str(error.value)) < 1_500


@pytest.mark.parametrize("levels", [21, 1_000, 5_000])
def test_a_document_that_is_nested_too_deep_is_told_so(levels):
    with pytest.raises(PolicyError, match="P003"):
        read("[" * levels)


def test_reasons_are_not_blamed_for_rules_that_cannot_be_read():
    text = "policy: p\nversion: 1\nrules: none\nreasons: [{id: a, text: A, rules: [b]}]\n"
    with pytest.raises(PolicyError) as error:
        read(text)
    assert [problem.code for problem in error.value.problems] == ["P012"]

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from comity.errors import PolicyError
from comity.policy import Counter, Ladder, Library, Policy, Reason, load, read

HOUSE = Library(Path(__file__).parent / "library")


def over_house(*lines: str) -> Policy:
    return read("\n".join(["policy: child", "version: 1", "extends: house@2", *lines]), library=HOUSE)


def over(parent: str, child: str) -> Policy:
    with TemporaryDirectory() as folder:
        Path(folder, "low.yaml").write_text(parent, "utf-8")
        return read(child, library=Library(Path(folder)))


def test_an_empty_child_has_the_rules_settings_and_counters_of_its_parent():
    child, house = over_house(), load("house", library=HOUSE)
    assert child.rules == house.rules
    assert (child.on_failure, child.on_unjudged) == ("block", "review")
    assert child.counters == house.counters
    assert (child.ladder, child.reasons) == (house.ladder, house.reasons)
    assert (child.reference, child.extends) == ("child@1", "house@2")


def test_a_child_changes_only_the_fields_that_it_gives():
    child = over_house("rules:", "  - {id: no-swearing, action: limit}")
    rule = child.rule("no-swearing")
    assert rule is not None
    assert rule.actions == ("limit",)
    assert rule.text == "Go easy on the swearing."
    assert rule.categories == {"profanity": 0.8}


def test_overridden_rules_keep_their_place_and_new_ones_come_last():
    child = over_house(
        "rules:", "  - {id: be-brief, text: Be brief.}", "  - {id: no-threats, action: [block, ban]}"
    )
    assert [rule.id for rule in child.rules] == ["no-threats", "no-flooding", "no-swearing", "be-brief"]


def test_a_disabled_rule_is_gone():
    assert over_house("disable: [no-swearing]").rule("no-swearing") is None


def test_a_child_reads_the_counters_of_its_parent_beside_its_own():
    child = over_house(
        "counters: {links_1d: {by: link, window: 1d}}",
        "rules:",
        "  - {id: a, text: A., when: counters.posts_10m > 2 && counters.links_1d > 2}",
    )
    assert child.counters == {"posts_10m": Counter("author", "10m"), "links_1d": Counter("link", "1d")}


def test_policies_extend_each_other_in_a_chain(tmp_path):
    (tmp_path / "middle.yaml").write_text(
        "policy: middle\nversion: 4\nextends: house@2\ndisable: [no-swearing]\n", "utf-8"
    )
    library = Library(tmp_path, Path(__file__).parent / "library")
    child = read("policy: child\nversion: 1\nextends: middle@4\n", library=library)
    assert [rule.id for rule in child.rules] == ["no-threats", "no-flooding"]


def test_a_lock_holds_for_grandchildren(tmp_path):
    (tmp_path / "middle.yaml").write_text("policy: middle\nversion: 1\nextends: house@2\n", "utf-8")
    library = Library(tmp_path, Path(__file__).parent / "library")
    with pytest.raises(PolicyError, match="`no-threats` is locked: `label` is weaker than `remove`"):
        read(
            "policy: c\nversion: 1\nextends: middle@1\nrules:\n  - {id: no-threats, action: [label, ban]}",
            library=library,
        )


def test_a_chain_has_an_end(tmp_path):
    for number in range(12):
        (tmp_path / f"p{number}.yaml").write_text(
            f"policy: p{number}\nversion: 1\nextends: p{number + 1}@1\n", "utf-8"
        )
    with pytest.raises(PolicyError, match="more than 10 policies extend each other"):
        read(tmp_path / "p0.yaml")


def test_a_ladder_replaces_that_of_the_parent_as_a_whole():
    text = "policy: low\nversion: 1\nrules: [{id: a, text: A.}]\nladder: {expire: 1d, steps: [{at: 2, action: mute}]}"
    child = "policy: high\nversion: 1\nextends: low@1\nladder: {first: none}\n"
    assert over(text, child).ladder == Ladder(first="none")


def test_reasons_replace_those_of_the_parent_as_a_whole():
    child = over_house("reasons: [{id: rude, text: It is rude, rules: [no-swearing]}]")
    assert child.reasons == (Reason("rude", "It is rude", ("no-swearing",)),)


def test_no_reasons_at_all_put_one_for_each_rule_in_the_place_of_the_parents():
    assert over_house("reasons: []").reasons == ()


def test_reasons_may_name_rules_of_the_parent_and_new_ones_but_no_disabled_ones():
    lines = [
        "reasons: [{id: a, text: A, rules: [no-threats, be-brief]}]",
        "rules: [{id: be-brief, text: Brief.}]",
    ]
    assert over_house(*lines).reasons[0].rules == ("no-threats", "be-brief")
    with pytest.raises(PolicyError, match="there is no rule `no-swearing`"):
        over_house("disable: [no-swearing]", "reasons: [{id: a, text: A, rules: [no-swearing]}]")


@pytest.mark.parametrize(
    "ladder",
    [
        "{steps: [{at: 2, action: mute, for: 2d}, {at: 5, action: ban}]}",
        "{steps: [{at: 1, action: ban}]}",
        "{expire: 365d, strikes: {minor: 2}, steps: [{at: 3, action: suspend, for: 1d}, {at: 6, action: ban}]}",
    ],
)
def test_above_locked_rules_a_ladder_may_be_as_strict_or_more(ladder):
    assert over_house(f"ladder: {ladder}").ladder


@pytest.mark.parametrize("setting", ["on_failure: block", "on_unjudged: block", "on_unjudged: review"])
def test_a_child_of_locked_rules_may_be_as_careful_or_more(setting):
    assert over_house(setting).rules


def test_without_locked_rules_a_child_is_free():
    free = "policy: free\nversion: 1\nextends: community@1\non_failure: allow\ndisable: [no-hate]\n"
    assert read(free).on_failure == "allow"

"""What a shape cannot say: whether categories exist, patterns compile, conditions make sense."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from pydantic import ValidationError

from comity.policy._facts import FactType, known_facts
from comity.policy._mistake import Loc, Mistake, did_you_mean
from comity.policy._shape import StepShape
from comity.policy._shaped import Shaped
from comity.policy.document import Policy, Rule, RuleExample, Step
from comity.policy.overlay import Layer, RuleLayer
from comity.taxonomy import CATEGORIES


def layer_mistakes(layer: Layer, shaped: Shaped) -> Iterator[Mistake]:
    """What is wrong with a file whatever it extends."""
    first: dict[str, RuleLayer] = {}
    for rule in layer.rules:
        if rule.id in first:
            yield Mistake("P020", f"there is already a rule `{rule.id}` above", (*rule.loc, "id"))
        first.setdefault(rule.id, rule)
        yield from _unknown_categories(rule)
        yield from _unsound_patterns(rule)
    yield from _steps_out_of_order(shaped.raw.get("ladder"))
    yield from _repeated_reasons(shaped.raw.get("reasons"))


def merged_mistakes(layer: Layer, policy: Policy, shaped: Shaped) -> Iterator[Mistake]:
    """What is wrong with the rules that `layer` gives, once they are part of `policy`.

    A field with a mistake of its own, which `shaped` knows, should not cause a second one.
    """
    broken = shaped.broken
    if not layer.extends and not layer.rules and not any("rules" in loc for loc in broken):
        yield Mistake("P010", "`rules` is missing: a policy needs rules or something to extend")
    counters = {*policy.counters, *shaped.declared_counters}
    for given in layer.rules:
        rule = policy.rule(given.id)
        if rule is None or rule.id in layer.disable:
            continue
        sound = {name for name in _NAMES if (*given.loc, name) not in broken}
        if not rule.text and "text" in sound:
            yield Mistake("P010", f"`text` is missing: `{rule.id}` is a new rule", given.loc)
        if sound >= {"review", "categories"}:
            for mistake in _review_edge(rule):
                yield mistake.under(*given.loc, "review" if "review" in given.given else "categories")
        for mistake in _facts(rule, given, counters):
            if mistake.code != "P027" or ("counters",) not in broken:
                yield mistake.under(*given.loc)
    if ("rules",) not in broken:
        known = {rule.id for rule in policy.rules} | shaped.declared_rules
        yield from _reasons_without_rules(shaped.raw.get("reasons"), known)


_NAMES = ("text", "review", "categories")


def _unknown_categories(rule: RuleLayer) -> Iterator[Mistake]:
    for category in rule.given.get("categories", {}):
        if category not in CATEGORIES:
            what = f"unknown category `{category}`{did_you_mean(category, CATEGORIES)}"
            yield Mistake("P016", what, (*rule.loc, "categories", category), tuple(CATEGORIES))


def _unsound_patterns(rule: RuleLayer) -> Iterator[Mistake]:
    patterns = rule.given.get("patterns", ())
    if not patterns:
        return
    import re2

    options = re2.Options()
    options.log_errors = False
    for index, pattern in enumerate(patterns):
        loc = (*rule.loc, "patterns", index)
        try:
            compiled = re2.compile(pattern, options)
        except re2.error as error:
            reason = error.args[0].decode("utf-8", "replace") if error.args else "it does not compile"
            yield Mistake("P029", f"the pattern is not valid RE2: {reason}", loc)
            continue
        if compiled.search(""):
            yield Mistake("P029", "the pattern matches an empty text, and so every item", loc)


def _review_edge(rule: Rule) -> Iterator[Mistake]:
    if rule.review is None:
        return
    if not rule.categories:
        yield Mistake(
            "P022", f"`{rule.id}` has a `review` edge but no `categories`, whose scores it would divide"
        )
    for category, threshold in rule.categories.items():
        if isinstance(threshold, float | int) and rule.review >= threshold:
            what = f"`review` ({rule.review:g}) must be below the threshold of `{category}` ({threshold:g})"
            yield Mistake("P021", what)


def _facts(rule: Rule, given: RuleLayer, counters: Collection[str]) -> Iterator[Mistake]:
    if rule.when and "when" in given.given:
        for mistake in rule.when.mistakes(counters):
            yield mistake.under("when")
    for index, example in enumerate(given.given.get("examples", ())):
        for mistake in _example_facts(example, counters):
            yield mistake.under("examples", index, "facts")


def _example_facts(example: RuleExample, counters: Collection[str]) -> Iterator[Mistake]:
    names = known_facts(counters)
    for root, leaves in example.facts.items():
        for leaf, value in leaves.items():
            yield from _example_fact(f"{root}.{leaf}", value, names)


def _example_fact(name: str, value: Any, names: dict[str, FactType]) -> Iterator[Mistake]:
    root, _, leaf = name.partition(".")
    if root == "item":
        yield Mistake(
            "P026", f"`{name}` follows from the text of the example and cannot be given", ("item", leaf)
        )
    elif name not in names:
        known = tuple(known for known in names if not known.startswith("item."))
        yield Mistake("P026", f"unknown fact `{name}`{did_you_mean(name, known)}", (root, leaf), known)
    elif names[name].convert(value) is None:
        yield Mistake("P012", f"`{name}` must be {names[name].value}", (root, leaf))


# The rest reads the file as it is written, not what is sound of it, so that one mistake in a ladder or a tree of
# reasons does not hide the others.


def _steps_out_of_order(ladder: Any) -> Iterator[Mistake]:
    below: Step | None = None
    for index, step in _sound_steps(ladder):
        loc: Loc = ("ladder", "steps", index)
        if step.action == "warn" and step.lasts:
            yield Mistake("P033", "a warning does not last: leave `for` out", (*loc, "for"))
        if below and step.at == below.at:
            yield Mistake("P031", f"there is already a step at {step.at}", (*loc, "at"))
        elif below and step.at < below.at:
            yield Mistake(
                "P031", f"steps go upwards: `at` must be above {below.at}, and it is {step.at}", (*loc, "at")
            )
        else:
            if below and step.is_milder_than(below):
                what = f"`{step}` is weaker or ends sooner than `{below}`, the step below it"
                yield Mistake("P032", what, loc)
            below = step


def _sound_steps(ladder: Any) -> Iterator[tuple[int, Step]]:
    steps = ladder.get("steps") if isinstance(ladder, dict) else None
    for index, raw in enumerate(steps if isinstance(steps, list) else ()):
        try:
            shape = StepShape.model_validate(raw)
        except ValidationError:
            continue
        yield index, Step(shape.at, shape.action, shape.lasts)


def _repeated_reasons(reasons: Any) -> Iterator[Mistake]:
    seen: set[str] = set()
    for loc, reason in _reasons(reasons):
        name = reason.get("id")
        if isinstance(name, str):
            if name in seen:
                yield Mistake("P034", f"there is already a reason `{name}` above", (*loc, "id"))
            seen.add(name)


def _reasons_without_rules(reasons: Any, known: set[str]) -> Iterator[Mistake]:
    for loc, reason in _reasons(reasons):
        rules = reason.get("rules")
        for index, name in enumerate(rules if isinstance(rules, list) else ()):
            if isinstance(name, str) and name not in known:
                what = f"there is no rule `{name}`{did_you_mean(name, sorted(known))}"
                yield Mistake("P035", what, (*loc, "rules", index), tuple(sorted(known)))


def _reasons(tree: Any, above: Loc = ("reasons",)) -> Iterator[tuple[Loc, dict[str, Any]]]:
    for index, reason in enumerate(tree if isinstance(tree, list) else ()):
        if isinstance(reason, dict):
            yield (*above, index), reason
            yield from _reasons(reason.get("reasons"), (*above, index, "reasons"))

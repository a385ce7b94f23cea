"""Conditions: the `when` of a rule, in CEL (https://cel.dev), with a third answer for unknown facts."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from comity.policy._facts import FACTS, FactType, known_facts
from comity.policy._mistake import Mistake, did_you_mean

EXPRESSION_CHARS = 2_000

_FUNCTIONS = ("contains", "double", "endsWith", "matches", "size", "startsWith")
_WORDS = frozenset({"true", "false", "null", "in"})
_TOKEN = re.compile(
    r"""(?P<skip>\s+|//[^\n]*)
      | (?P<text>[rRbB]{0,2}(?:\"{3}[\s\S]*?\"{3}|'{3}[\s\S]*?'{3}|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'))
      | (?P<number>\d[\w.]*)
      | (?P<name>[A-Za-z_]\w*)
      | (?P<sign>.)""",
    re.VERBOSE,
)
_BINDS = re.compile(r"\b(?:all|exists|exists_one|filter|map)\s*\(\s*([A-Za-z_]\w*)\s*,")
_EVALUATION_ERRORS = (RuntimeError, LookupError, TypeError, ArithmeticError, ValueError)


@dataclass(frozen=True, slots=True)
class Unknown:
    """A condition that cannot be answered, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Condition:
    """A yes-or-no question about facts. Making one checks nothing: `mistakes` tells whether it is sound.

    A fact that is absent makes the condition unknown, never false; `&&` and `||` follow Kleene's three-valued
    logic, so `false && unknown` is false and `unknown || true` is true.
    """

    expression: str

    def __str__(self) -> str:
        return self.expression

    @property
    def names(self) -> frozenset[str]:
        """The facts that it reads, such as `author.age_days` or `counters.posts_10m`."""
        return _names(self.expression)

    def holds(self, facts: Mapping[str, Mapping[str, Any]]) -> bool | None:
        """True, False, or None where `facts` do not settle it. `evaluate` also says why."""
        answer = self.evaluate(facts)
        return None if isinstance(answer, Unknown) else answer

    def evaluate(self, facts: Mapping[str, Mapping[str, Any]]) -> bool | Unknown:
        """The answer for `facts`, such as `{"author": {"age_days": 3}}`. A sound condition never raises."""
        known, missing = _known(self.names, facts)
        try:
            answer = _program(self.expression).execute(known)
        except _EVALUATION_ERRORS:
            return Unknown(
                f"not known: {', '.join(missing)}" if missing else "it cannot be computed from these facts"
            )
        return answer if isinstance(answer, bool) else Unknown("it is not a yes-or-no question")

    def mistakes(self, counters: Collection[str]) -> Iterator[Mistake]:
        """What is wrong with the expression in a policy that declares `counters`."""
        return _mistakes(self, counters)


@lru_cache(maxsize=4096)
def _program(expression: str) -> Any:
    import cel

    return cel.compile(expression)


@lru_cache(maxsize=4096)
def _names(expression: str) -> frozenset[str]:
    bound = set(_BINDS.findall(_without_strings(expression)))
    return frozenset(name for name in _chains(expression) if name not in bound)


def _tokens(expression: str) -> list[tuple[str, str]]:
    found = ((match.lastgroup or "", match.group()) for match in _TOKEN.finditer(expression))
    return [(kind, text) for kind, text in found if kind != "skip"]


def _without_strings(expression: str) -> str:
    return " ".join('""' if kind == "text" else text for kind, text in _tokens(expression))


def _chains(expression: str) -> Iterator[str]:
    """Every `a.b.c` outside of strings that is read as a value; a method at its end is left off."""
    tokens = [*_tokens(expression), ("end", "")]
    position = 0
    while position < len(tokens) - 1:
        kind, text = tokens[position]
        is_member = position > 0 and tokens[position - 1][1] == "."
        position += 1
        if kind != "name" or is_member or text in _WORDS:
            continue
        chain = [text]
        while tokens[position][1] == "." and tokens[position + 1][0] == "name":
            chain.append(tokens[position + 1][1])
            position += 2
        if tokens[position][1] == "(":
            chain.pop()
        if chain:
            yield ".".join(chain)


def _known(
    names: Collection[str], facts: Mapping[str, Mapping[str, Any]]
) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """The facts that `names` ask for, each in its type, and the names that have no value."""
    known: dict[str, dict[str, Any]] = {name.partition(".")[0]: {} for name in names}
    missing = []
    for name in sorted(names):
        root, _, leaf = name.partition(".")
        value = FactType.of(name).convert(facts.get(root, {}).get(leaf))
        if value is None:
            missing.append(name)
        else:
            known[root][leaf] = value
    return known, missing


def _mistakes(condition: Condition, counters: Collection[str]) -> Iterator[Mistake]:
    expression = condition.expression
    if len(expression) > EXPRESSION_CHARS:
        yield Mistake("P025", f"the condition has more than {EXPRESSION_CHARS:,} characters")
        return
    try:
        program = _program(expression)
    except ValueError as error:
        yield Mistake("P025", f"the condition is not a CEL expression: {_first_line(str(error))}")
        return
    unsound = [
        *_unknown_functions(program, expression),
        *_unknown_names(condition, counters),
        *_overlooked(program, expression),
    ]
    yield from unsound or _wrong_types(condition)


def _first_line(message: str) -> str:
    """The parser's first complaint, with its place in the expression and without its list of tokens."""
    found = re.search(r"ERROR: <input>:(\d+):(\d+): (?:Syntax error: )?(.*)", message)
    if not found:
        return "it is nested too deeply"
    line, column, complaint = found.groups()
    if "Recursion limit" in complaint:
        return "it is nested too deeply"
    complaint = complaint.partition(" expecting ")[0].replace("<EOF>", "the end").replace("'", "`")
    return f"{complaint} at line {line}, character {column} of the expression"


def _unknown_functions(program: Any, expression: str) -> Iterator[Mistake]:
    for function in program.functions():
        if function.isidentifier() and not function.startswith("_") and function not in _FUNCTIONS:
            yield Mistake("P026", f"conditions have no function `{function}`", expected=_FUNCTIONS)
    if ("name", "has") in _tokens(expression):
        yield Mistake(
            "P026", "conditions have no `has`: a fact that is absent makes the condition unknown by itself"
        )


def _unknown_names(condition: Condition, counters: Collection[str]) -> Iterator[Mistake]:
    names = known_facts(counters)
    for name in sorted(condition.names - names.keys()):
        root, _, leaf = name.partition(".")
        if root == "counters" and leaf:
            yield Mistake(
                "P027",
                f"the counter `{leaf}` is not declared under `counters:`",
                expected=tuple(sorted(counters)),
            )
        else:
            siblings = tuple(known for known in names if known.startswith(f"{root}.")) or tuple(FACTS)
            yield Mistake("P026", f"unknown fact `{name}`{did_you_mean(name, names)}", expected=siblings)


def _overlooked(program: Any, expression: str) -> Iterator[Mistake]:
    """What CEL reads and our scanner does not see, such as `.author`: no name may go unchecked."""
    seen = {chain.partition(".")[0] for chain in _chains(expression)}
    for variable in sorted(set(program.variables()) - seen):
        yield Mistake("P026", f"unknown fact `{variable}`")


def _wrong_types(condition: Condition) -> Iterator[Mistake]:
    """Tries the condition on made-up facts: one that is well typed answers yes or no, whatever they are."""
    for facts in _samples(condition):
        known, _ = _known(condition.names, facts)
        try:
            answer = _program(condition.expression).execute(known)
        except (TypeError, RuntimeError):
            types = ", ".join(f"`{name}` is {FactType.of(name).value}" for name in sorted(condition.names))
            yield Mistake(
                "P028", f"the condition mixes values that do not fit together ({types or 'no facts'})"
            )
            return
        except (ArithmeticError, LookupError):
            continue
        if not isinstance(answer, bool):
            yield Mistake("P028", "the condition must be a yes-or-no question, such as `item.links > 2`")
            return


def _samples(condition: Condition) -> Iterator[dict[str, dict[str, Any]]]:
    """All facts low, all high, and each alone against the rest, so that every branch is tried."""
    names = sorted(condition.names)
    texts = [
        text.strip("rRbB").strip("\"'") for kind, text in _tokens(condition.expression) if kind == "text"
    ]
    for text in texts or [""]:
        for odd_one_out in (None, *names):
            for high in (False, True):
                facts: dict[str, dict[str, Any]] = {}
                for name in names:
                    root, _, leaf = name.partition(".")
                    facts.setdefault(root, {})[leaf] = FactType.of(name).sample(
                        high=high != (name == odd_one_out), text=text
                    )
                yield facts

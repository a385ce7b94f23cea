"""From a model's answer to a probability that a rule is broken: by the probabilities of its tokens, or by its JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from comity.detect.judge.question import Answer, Token, Unreadable
from comity.taxonomy import Criterion

_LEAST_MASS = 0.2
"""Of the probability that the two words must have together: below it the model wanted to say something else."""
_MOST_SHIFT = 1.5
"""Nats by which debiasing moves log-odds at most."""
_ALMOST = 1e-6
_NONE = 0
_FENCED = re.compile(
    r"\A\s*(?:<think>.*?</think>\s*)?(?:```(?:json)?\s*)?(\{.*\})\s*(?:```)?\s*\Z", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Finding:
    """`probability` that `criterion` holds. `rationale` may quote the item."""

    criterion: str
    probability: float
    rationale: str = ""


def weighed(answer: Answer, yes: str, no: str, *, after: str = "") -> float | None:
    """The share of `yes` in the probability of `yes` and `no` where the answer's first word stands, or the first word
    behind the text `after`. None where the endpoint told no probabilities.

    Capitals, quotes and marks of emphasis do not matter; a token that begins one of the two words, and not the other,
    counts as it. After "ShieldGemma: Generative AI Content Moderation Based on Gemma" (2024). Raises Unreadable where
    neither word is likely.
    """
    if not answer.tokens:
        return None
    token = _where(answer.tokens, after)
    masses = {yes: 0.0, no: 0.0}
    for text, probability in token.likely.items():
        begun = [word for word in (yes, no) if (bare := _bare(text)) and word.startswith(bare)]
        if len(begun) == 1:
            masses[begun[0]] += probability
    whole = sum(masses.values())
    if whole < _LEAST_MASS:
        raise Unreadable(f"the judge answered neither {yes} nor {no}")
    return masses[yes] / whole


def worded(text: str, yes: str, no: str) -> bool:
    """Whether the first word of `text` is `yes`. Raises Unreadable if it is neither."""
    first = re.match(r"[^\w]*(\w+)", text)
    word = first[1].lower() if first else ""
    if word not in (yes, no):
        raise Unreadable(f"the judge answered neither {yes} nor {no}")
    return word == yes


def debiased(probability: float, leaning: float) -> float:
    """`probability` without the model's `leaning`, its answer to the same question about nothing.

    The leaning's log-odds are taken off, after "MLLM-as-a-Judge for Image Safety without Human Labeling" (2025) and
    "Calibrate Before Use" (2021), but no more than 1.5 of them: about nothing, "no" is mostly the right answer.
    """
    shift = max(-_MOST_SHIFT, min(_MOST_SHIFT, _log_odds(leaning)))
    return 1 / (1 + exp(shift - _log_odds(probability)))


class _Verdict(BaseModel):
    """Reasons come first, so that the model has given them before it decides."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rule: str
    rationale: str = Field(min_length=1, max_length=4_000)
    exception: int = Field(ge=_NONE)
    violates: bool
    probability: float = Field(ge=0.0, le=1.0, allow_inf_nan=False)


class _Verdicts(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    check: str
    verdicts: list[_Verdict]


def schema_of(rules: Sequence[Criterion]) -> Mapping[str, Any]:
    """The JSON schema of the verdicts on `rules`, for servers that hold a model to one."""
    one = {
        "type": "object",
        "properties": {
            "rule": {"type": "string", "enum": [_short(rule) for rule in rules]},
            "rationale": {"type": "string"},
            "exception": {"type": "integer", "enum": list(range(1 + max(len(r.exceptions) for r in rules)))},
            "violates": {"type": "boolean"},
            "probability": {"type": "number"},
        },
        "required": ["rule", "rationale", "exception", "violates", "probability"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {"check": {"type": "string"}, "verdicts": {"type": "array", "items": one}},
        "required": ["check", "verdicts"],
        "additionalProperties": False,
    }


def read_verdicts(text: str, rules: Sequence[Criterion], check: str) -> tuple[Finding, ...]:
    """A finding for each of `rules`. Raises Unreadable for anything but one sound verdict on each: the right fields,
    the `check` that only the prompt knows, and no contradiction.
    """
    found = _FENCED.match(text)
    if not text.strip():
        raise Unreadable("the judge's answer is empty")
    if found is None:
        raise Unreadable("the judge's answer is not JSON")
    try:
        told = _Verdicts.model_validate_json(found[1], strict=True)
    except ValidationError:
        raise Unreadable("the judge's answer does not have the fields of a verdict") from None
    if told.check != check:
        raise Unreadable("the judge's answer does not repeat its check, so it may come out of the item")
    by_rule = {verdict.rule: verdict for verdict in told.verdicts}
    if len(by_rule) != len(told.verdicts) or by_rule.keys() != {_short(rule) for rule in rules}:
        raise Unreadable("the judge's answer is not about the rules that it was asked about")
    return tuple(_finding(rule, by_rule[_short(rule)]) for rule in rules)


def _finding(rule: Criterion, told: _Verdict) -> Finding:
    if told.exception > len(rule.exceptions):
        raise Unreadable("the judge's answer cites an exception that the rule does not have")
    if told.violates != (told.probability >= 0.5) or (told.violates and told.exception != _NONE):
        raise Unreadable("the judge's answer contradicts itself")
    cited = f"exception {told.exception}: " if told.exception else ""
    return Finding(rule.id, told.probability, cited + told.rationale.strip())


def _short(rule: Criterion) -> str:
    return rule.id.removeprefix("rule:")


def _where(tokens: Sequence[Token], after: str) -> Token:
    """The first token with a letter behind the text `after`."""
    text, begins = "", 0
    if after:
        at = "".join(token.text for token in tokens).lower().find(after.lower())
        if at < 0:
            raise Unreadable(f"the judge's answer lacks `{after}`")
        begins = at + len(after)
    for token in tokens:
        if len(text) >= begins and _bare(token.text):
            return token
        text += token.text
    raise Unreadable("the judge's answer ends before its verdict")


def _bare(token: str) -> str:
    return re.sub(r"[\W_]+", "", token.replace("\u2581", " ")).lower()


def _log_odds(probability: float) -> float:
    held = min(1 - _ALMOST, max(_ALMOST, probability))
    return log(held / (1 - held))

"""Answers of one line a task, as guards give them that judge prompt, response and refusal together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from comity.detect.judge.dialects.dialect import SAID_NO, SAID_YES, exchange
from comity.detect.judge.passage import Passage
from comity.detect.judge.prompt import boundary
from comity.detect.judge.question import Answer, Unreadable
from comity.detect.judge.verdict import Finding, weighed

_SPEAKERS = {"user": "Human user", "assistant": "AI assistant"}


@dataclass(frozen=True, slots=True)
class Line:
    """`name: yes`, or `name: no`, answers whether `criterion` holds; `of_response`: of the response, not the prompt."""

    name: str
    yes: str
    no: str
    criterion: str
    of_response: bool = False


def talk(passage: Passage) -> str:
    """Who said what, each between marks that nobody could know."""
    mark = boundary(passage)
    return "\n\n".join(
        f"{_SPEAKERS[said['role']]}:\n[[{mark}\n{said['content']}\n{mark}]]" for said in exchange(passage)
    )


def judged_lines(lines: Sequence[Line], passage: Passage, answer: Answer) -> Sequence[Finding]:
    """What the lines say that are about the item: those of the response for a response, else those of the prompt.

    The last line of a name counts, since reasons before it may name it, too. Raises Unreadable where one is missing or
    says something else.
    """
    return [_finding(line, answer) for line in lines if line.of_response == (passage.role == "response")]


def _finding(line: Line, answer: Answer) -> Finding:
    told = re.findall(rf"(?im)^[\W_]*{re.escape(line.name)}[\W_]*:[\W_]*(\w+)", answer.text)
    word = told[-1].lower() if told else ""
    if word not in (line.yes, line.no):
        raise Unreadable(f"the judge's answer has no `{line.name}`")
    # Probabilities stand where the name stands first, which is only sure where it stands once.
    once = answer.text.lower().count(f"{line.name.lower()}:") == 1
    probability = weighed(answer, line.yes, line.no, after=f"{line.name}:") if once else None
    if probability is None:
        probability = SAID_YES if word == line.yes else SAID_NO
    return Finding(line.criterion, probability)

"""A ladder on the past: whom it would have warned, muted, suspended and banned, before it is switched on."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any

from comity.decide.actions import rank
from comity.decide.ladder import Restriction, Strike, climb, strike_of
from comity.errors import InputError
from comity.policy import ACCOUNT_ACTIONS, AccountAction, Ladder, Policy
from comity.taxonomy import Severity


@dataclass(frozen=True, slots=True)
class Incident:
    """A decision against an author. `violations` are the rules for which the item was limited, removed or blocked.

    `own` is the account action that a rule itself named.
    """

    author: str
    decided_at: datetime
    violations: tuple[tuple[str, Severity], ...]
    own: AccountAction | None = None


@dataclass(frozen=True, slots=True)
class StepCount:
    """How often a step was reached, and by how many authors. `at` is None for what rules themselves name."""

    at: int | None
    action: str
    authors: int = 0
    restrictions: int = 0


@dataclass(frozen=True, slots=True)
class Simulation:
    """What the ladder of `policy` makes of a history.

    `prevented` incidents did not happen: their authors could not have posted then. `steps` are those of the ladder
    upwards, then what rules name themselves. `gravest` is the strongest action on each author that had any.
    """

    policy: str
    incidents: int
    authors: int
    strikes: int
    prevented: int
    steps: tuple[StepCount, ...]
    gravest: Mapping[str, AccountAction]

    def to_json(self) -> dict[str, Any]:
        return {
            "policy": self.policy,
            "incidents": self.incidents,
            "authors": self.authors,
            "strikes": self.strikes,
            "prevented": self.prevented,
            "steps": [
                {"at": s.at, "action": s.action, "authors": s.authors, "restrictions": s.restrictions}
                for s in self.steps
            ],
        }

    def to_text(self) -> str:
        """A table for people, in plain letters."""
        rows = [
            (
                "rule" if step.at is None else str(step.at),
                step.action,
                f"{step.authors:,}",
                f"{step.restrictions:,}",
            )
            for step in self.steps
        ]
        told = (
            f"{self.policy}: {self.incidents:,} incidents of {self.authors:,} authors, {self.strikes:,} strikes; "
            f"{self.prevented:,} incidents prevented."
        )
        return "\n".join([told, *_table(("at", "action", "authors", "restrictions"), rows)])


@dataclass(frozen=True, slots=True)
class Difference:
    """Two ladders on one history. `stricter` and `milder` are the authors for whom the gravest action is another.

    `authors` are, by gravest action, how many there are before and after.
    """

    before: str
    after: str
    authors: Mapping[AccountAction, tuple[int, int]]
    stricter: int
    milder: int
    prevented: tuple[int, int]

    def to_json(self) -> dict[str, Any]:
        return {
            "before": self.before,
            "after": self.after,
            "authors": {action: list(counts) for action, counts in self.authors.items()},
            "stricter": self.stricter,
            "milder": self.milder,
            "prevented": list(self.prevented),
        }

    def to_text(self) -> str:
        """A table for people, in plain letters."""
        rows = [
            (action, f"{before:,}", f"{after:,}", f"{after - before:+,}")
            for action, (before, after) in self.authors.items()
        ]
        told = f"Stricter for {self.stricter:,} authors, milder for {self.milder:,}."
        heading = ("gravest action", self.before, self.after, "difference")
        before, after = self.prevented
        prevented = ("prevented", f"{before:,}", f"{after:,}", f"{after - before:+,}")
        return "\n".join([*_table(heading, [*rows, prevented]), told])


def simulate(policy: Policy, history: Iterable[Incident]) -> Simulation:
    """What would have followed from `history`, in any order, had `policy` been there from its beginning.

    Who is muted, suspended or banned does not post: incidents in that time are counted as prevented and lead to
    nothing. Restrictions until somebody lifts them are never lifted. Raises InputError for a policy without a ladder.
    """
    if policy.ladder is None:
        raise InputError(
            f"`{policy.reference}` has no ladder", next_step="Add `ladder:` to it, as docs/policy.md shows."
        )
    of_author: defaultdict[str, list[Incident]] = defaultdict(list)
    for incident in history:
        of_author[incident.author].append(incident)
    pasts = {author: _past(policy, policy.ladder, incidents) for author, incidents in of_author.items()}
    restrictions, authors = Counter[_Step](), Counter[_Step]()
    for past in pasts.values():
        steps = [(given.step, given.action) for given in past.restrictions]
        restrictions.update(steps)
        authors.update(set(steps))
    on_ladder: list[_Step] = [(rung.at, rung.action) for rung in policy.ladder.rungs]
    by_rules: list[_Step] = [(None, action) for action in ACCOUNT_ACTIONS if (None, action) in restrictions]
    return Simulation(
        policy=policy.reference,
        incidents=sum(map(len, of_author.values())),
        authors=len(of_author),
        strikes=sum(past.strikes for past in pasts.values()),
        prevented=sum(past.prevented for past in pasts.values()),
        steps=tuple(
            StepCount(*step, authors=authors[step], restrictions=restrictions[step])
            for step in (*on_ladder, *by_rules)
        ),
        gravest={
            author: max((given.action for given in past.restrictions), key=rank)
            for author, past in pasts.items()
            if past.restrictions
        },
    )


def difference(before: Simulation, after: Simulation) -> Difference:
    """What `after` does otherwise than `before`, which was made of the same history."""
    authors = before.gravest.keys() | after.gravest.keys()
    ranks = [(_rank(before.gravest.get(author)), _rank(after.gravest.get(author))) for author in authors]
    old, new = Counter(before.gravest.values()), Counter(after.gravest.values())
    return Difference(
        before=before.policy,
        after=after.policy,
        authors={action: (old[action], new[action]) for action in ACCOUNT_ACTIONS},
        stricter=sum(later > sooner for sooner, later in ranks),
        milder=sum(later < sooner for sooner, later in ranks),
        prevented=(before.prevented, after.prevented),
    )


def _rank(action: AccountAction | None) -> int:
    return -1 if action is None else rank(action)


_Step = tuple[int | None, AccountAction]


@dataclass(slots=True)
class _Past:
    """What one author would have had."""

    strikes: int = 0
    prevented: int = 0
    restrictions: list[Restriction] = field(default_factory=list)


def _past(policy: Policy, ladder: Ladder, incidents: Iterable[Incident]) -> _Past:
    past = _Past()
    strikes: list[Strike] = []
    for incident in sorted(incidents, key=attrgetter("decided_at")):
        now = incident.decided_at
        # Nothing is added while a restriction runs, so that only the last one can.
        if past.restrictions and past.restrictions[-1].runs(now):
            past.prevented += 1
            continue
        strikes = [strike for strike in strikes if strike.counts(now)]
        strike = strike_of(policy, incident.violations, now)
        restriction = climb(ladder, strikes, strike, now, own=incident.own)
        if strike:
            past.strikes += 1
            strikes.append(strike)
        if restriction:
            past.restrictions.append(restriction)
    return past


def _table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines with columns as wide as they must be, numbers to the right; the first column holds words."""
    widths = [max(len(row[column]) for row in (heading, *rows)) for column in range(len(heading))]
    return [
        "  ".join(
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in (heading, *rows)
    ]

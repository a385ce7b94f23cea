"""One suite, from asking the subject to the result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from comity.evaluate.ask import ask
from comity.evaluate.cases import Cases
from comity.evaluate.floors import ByTarget
from comity.evaluate.measure import Sample, Threshold, fixed_threshold, measure
from comity.evaluate.metrics import Floats
from comity.evaluate.result import (
    AnnotatorsResult,
    ClassesResult,
    FalseAlarms,
    Floor,
    FunctionalResult,
    IdentityResult,
    Robustness,
    RuleFailures,
    SpansResult,
    SuiteResult,
    TargetResult,
)
from comity.evaluate.run_folder import RowScores
from comity.evaluate.sections.annotators import annotators
from comity.evaluate.sections.classes import classes
from comity.evaluate.sections.false_alarms import false_alarms, lookalike_alarms
from comity.evaluate.sections.functional import functional
from comity.evaluate.sections.identities import identities
from comity.evaluate.sections.robustness import robustness
from comity.evaluate.sections.rules import rules
from comity.evaluate.sections.slices import slices
from comity.evaluate.sections.spans import spans
from comity.evaluate.subject import Answers, Subject
from comity.evaluate.suite import Suite
from comity.evaluate.suite_rows import SuiteRows
from comity.policy import load as load_policy

_REASONS = 10
Watch = Callable[[int, int], None]
FloorsOf = Callable[[SuiteRows], ByTarget]


@dataclass(frozen=True, slots=True)
class _Asked:
    """Rows of one split with the subject's answers; `scores` of each target that it judges."""

    cases: Cases
    answers: Answers
    scores: Mapping[str, Floats]

    def sample(self, target: str) -> Sample | None:
        score = self.scores.get(target)
        return None if score is None else Sample(self.cases.truth[target], score)


def run_suite(
    subject: Subject,
    rows: SuiteRows,
    floors: FloorsOf,
    *,
    seed: int = 0,
    watch: Watch = lambda *_: None,
) -> tuple[SuiteResult, RowScores]:
    """`floors` tells what something simple reaches on the same rows; `watch` is told how many of how many items are
    asked. Raises what the subject raises.
    """
    started = perf_counter()
    suite, test, calibration = rows.suite, rows.test, rows.calibration
    subject = subject.under(suite.instruction.policy) if suite.instruction.policy else subject
    done, total = 0, len(test) + len(calibration)

    def tick(more: int) -> None:
        nonlocal done
        done += more
        watch(done, max(total, done))

    run = _Run(
        subject,
        suite,
        _asked(subject, suite, test, tick),
        _asked(subject, suite, calibration, tick),
        seed,
        tick,
    )
    result = SuiteResult(
        suite=suite.suite,
        digest=rows.digest,
        summary=suite.summary,
        kind=suite.kind,
        licence=suite.scenario.licence,
        rows=len(test),
        sampled_from=test.of,
        calibration_rows=len(calibration),
        seen=suite.scenario.data in subject.learned_from,
        targets=tuple(run.targets(floors(rows))) if "targets" in suite.metrics else (),
        not_judged={
            name: "the subject has no such criterion"
            for name in suite.scenario.targets
            if name not in run.asked.scores
        },
        unjudged_reasons=_most_common(run.asked.answers.unjudged),
        note=suite.note,
        **run.sections(),
        seconds=round(perf_counter() - started, 2),
    )
    ids = tuple(row.id for row in test.rows)
    return result, RowScores(ids, test.truth, run.asked.scores, _groups(suite, test))


@dataclass(frozen=True, slots=True)
class _Run:
    subject: Subject
    suite: Suite
    asked: _Asked
    calibrating: _Asked
    seed: int
    tick: Callable[[int], None]

    def targets(self, floors: Mapping[str, Sequence[Floor]]) -> Iterator[TargetResult]:
        scenario, cases = self.suite.scenario, self.asked.cases
        groups = _groups(self.suite, cases) if scenario.group else None
        for name, score in self.asked.scores.items():
            found = measure(
                name,
                scenario.targets[name],
                cases,
                self.asked.answers,
                Sample(cases.truth[name], score),
                self.calibrating.sample(name),
                floors=floors.get(name, ()),
                groups=groups,
                seed=self.seed,
            )
            parts = slices(cases, scenario.slices, name, score, self._threshold(name).value)
            yield found.model_copy(update={"slices": parts})

    def sections(self) -> dict[str, Any]:
        """What the suite's `metrics` ask for besides targets, by field of the result; mostly of its first target."""
        compute: dict[str, Callable[[str], Any]] = {
            "classes": self._classes,
            "functional": self._functional,
            "identities": self._identities,
            "annotators": self._annotators,
            "spans": self._spans,
            "false-alarms": self._false_alarms,
            "robustness": self._robustness,
            "rules": self._rules,
        }
        first = next(iter(self.asked.scores), None)
        if first is None:
            return {}
        wanted = [section for section in compute if section in self.suite.metrics]
        return {section.replace("-", "_"): compute[section](first) for section in wanted}

    def _threshold(self, target: str) -> Threshold:
        return fixed_threshold(self.calibrating.sample(target))

    def _classes(self, _: str) -> ClassesResult | None:
        asked, known, question = self.asked, self.calibrating, self.suite.scenario.classes
        if question is None:
            return None
        return classes(question, known.cases, known.answers, asked.cases, asked.answers)

    def _functional(self, target: str) -> FunctionalResult:
        scenario, threshold = self.suite.scenario, self._threshold(target)
        return functional(
            self.asked.cases,
            target,
            self.asked.scores[target],
            threshold.value,
            threshold.source,
            functionality_field=str(scenario.functionality),
            group_field=scenario.target_group,
            cluster_field=scenario.group,
        )

    def _identities(self, target: str) -> tuple[IdentityResult, ...]:
        fields = self.suite.scenario.identities
        return identities(self.asked.cases, fields, target, self.asked.scores[target])

    def _annotators(self, _: str) -> AnnotatorsResult | None:
        who = self.suite.scenario.annotators
        if who is None or who.target not in self.asked.scores:
            return None
        scores = self.asked.scores[who.target]
        return annotators(self.asked.cases, who, scores, self._threshold(who.target).value)

    def _spans(self, target: str) -> SpansResult:
        criteria = self.suite.scenario.targets[target].criteria
        return spans(self.asked.cases, self.asked.answers, criteria, self._threshold(target).value)

    def _false_alarms(self, _: str) -> tuple[FalseAlarms, ...]:
        thresholds = {target: self._threshold(target).value for target in self.asked.scores}
        if not self.suite.inferencer.perturbations:
            return false_alarms(self.suite, self.asked.cases, self.asked.answers, thresholds)
        # Where disguises are put on, the harmless texts of interest are those that look disguised and are not.
        criteria = {name: self.suite.scenario.targets[name].criteria for name in thresholds}
        return lookalike_alarms(self.subject, criteria, thresholds, self.seed)

    def _robustness(self, target: str) -> tuple[Robustness, ...]:
        return tuple(
            robustness(
                self.subject,
                self.asked.cases,
                target,
                self.suite.scenario.targets[target].criteria,
                self.asked.scores[target],
                self._threshold(target).value,
                perturbations=self.suite.inferencer.perturbations,
                tick=self.tick,
            )
        )

    def _rules(self, _: str) -> tuple[RuleFailures, ...]:
        """Of a subject that follows the suite's policy; any other knows no rules."""
        if self.asked.answers.rules is None or self.suite.instruction.policy is None:
            return ()
        targets = {name: target.criteria for name, target in self.suite.scenario.targets.items()}
        policy = load_policy(self.suite.instruction.policy)
        return rules(self.asked.cases, self.asked.answers.rules, policy, targets)


def _asked(subject: Subject, suite: Suite, cases: Cases, tick: Callable[[int], None]) -> _Asked:
    answers = ask(subject, cases.items, tick)
    scores = {name: answers.score(target.criteria) for name, target in suite.scenario.targets.items()}
    return _Asked(cases, answers, {name: score for name, score in scores.items() if score is not None})


def _groups(suite: Suite, cases: Cases) -> tuple[str | None, ...]:
    """What makes rows belong together; None for a row that stands alone."""
    values = cases.field(suite.scenario.group) if suite.scenario.group else [None] * len(cases)
    return tuple(None if value is None else str(value) for value in values)


def _most_common(reasons: Sequence[str]) -> dict[str, int]:
    return dict(Counter(reason for reason in reasons if reason).most_common(_REASONS))

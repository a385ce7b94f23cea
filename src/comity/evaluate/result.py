"""What an evaluation found: the document that is stored, compared, shown and quoted.

A number that too few rows support (fewer than 30) or that is not defined is None.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from comity.models.card import Measured
from comity.models.card import Metric as _Given


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _written(value: Measured | None) -> list[float] | None:
    return None if value is None else [round(part, 4) for part in (value.value, value.low, value.high)]


Metric = Annotated[_Given | None, PlainSerializer(_written, return_type=list[float] | None)]
Number = Annotated[
    float | None,
    PlainSerializer(lambda value: None if value is None else round(value, 4), return_type=float | None),
]
Points = tuple[tuple[float, float], ...]


class Floor(_Strict):
    """What something simple reaches on the same rows. `why_not` says why a floor could not be measured."""

    name: str
    roc_auc: Number = None
    auprc: Number = None
    f1: Number = None
    macro_f1: Number = None
    why_not: str = ""


class Operating(_Strict):
    """At one threshold; `source` says where it comes from. Rows that were not judged count as not flagged."""

    threshold: float | None
    source: str
    f1: Metric = None
    macro_f1: Metric = None
    precision: Metric = None
    recall: Metric = None
    false_positive_rate: Metric = None


class Bin(_Strict):
    """One bar of a reliability diagram: rows with scores around `score`, and the share of positives among them."""

    score: float
    share: float
    rows: int


class Calibrated(_Strict):
    """ECE in 15 bins, Brier score and reliability: of scores as they are, or after a Platt fit (calibration half)."""

    ece: Number
    brier: Number
    bins: tuple[Bin, ...]


class Slice(_Strict):
    """The rows whose `field` has `value`, at the target's threshold."""

    field: str
    value: str
    rows: int
    positives: int
    false_positive_rate: Metric = None
    false_negative_rate: Metric = None
    roc_auc: Number = None


class Example(_Strict):
    """A row on which the subject erred most. Its text is harmful or was taken to be."""

    id: str
    text: str
    truth: float
    score: float


class TargetResult(_Strict):
    """One target of one suite.

    `rows` have an annotation, `positives` of them say yes; `masked` rows have none; `unjudged` are rows with an
    annotation that the subject did not judge: ranking metrics leave them out, operating points count them as not
    flagged. `recall_at` maps a false positive rate ("0.05") to recall. `decided`: at the subject's own decisions.
    """

    target: str
    criteria: tuple[str, ...]
    rows: int
    positives: int
    masked: int
    unjudged: int
    floors: tuple[Floor, ...] = ()
    roc_auc: Metric = None
    auprc: Metric = None
    recall_at: dict[str, Metric] = Field(default_factory=dict)
    operating: Operating | None = None
    oracle: Operating | None = None
    decided: Operating | None = None
    before: Calibrated | None = None
    after: Calibrated | None = None
    pr_curve: Points = ()
    risk_coverage: Points = ()
    aurc: Number = None
    slices: tuple[Slice, ...] = ()
    worst: tuple[Example, ...] = ()

    @property
    def prevalence(self) -> float:
        return self.positives / self.rows if self.rows else 0.0


class ClassesResult(_Strict):
    """Several classes: a multinomial logistic rule over the subject's scores, fitted on the calibration half."""

    values: tuple[str, ...]
    rows: int
    fitted_on: int
    accuracy: Metric = None
    macro_f1: Metric = None
    majority_accuracy: Number = None


class Functionality(_Strict):
    """One functional test: rows that should all be flagged (`expected` true) or none of them."""

    functionality: str
    group: str
    expected: bool
    rows: int
    accuracy: Metric = None


class FunctionalResult(_Strict):
    """`macro_f1` and `accuracy` over all cases at the threshold, then each functionality, and each one by group."""

    threshold: float
    source: str
    macro_f1: Metric
    accuracy: Metric
    functionalities: tuple[Functionality, ...]
    by_group: tuple[Functionality, ...] = ()


class IdentityResult(_Strict):
    """Unintended bias towards one identity (after "Nuanced Metrics for Measuring Unintended Bias", 2019)."""

    identity: str
    rows: int
    subgroup_auc: Number = None
    bpsn_auc: Number = None
    bnsp_auc: Number = None


class AnnotatorGroup(_Strict):
    """How well the subject and everybody else agree with one group of annotators."""

    by: str
    group: str
    rows: int
    agreement: Metric = None
    kappa: Number = None


class AnnotatorsResult(_Strict):
    """`alpha` is Krippendorff's among annotators, `cross_entropy` of the score against their share (nats), `entropy`
    its floor: that of the share itself. `matrix` holds Cohen's kappa between raters, the subject among them.
    """

    rows: int
    alpha: Number
    alpha_with_subject: Number
    cross_entropy: Number
    entropy: Number
    groups: tuple[AnnotatorGroup, ...]
    raters: tuple[str, ...] = ()
    matrix: tuple[tuple[Number, ...], ...] = ()


class SpansResult(_Strict):
    """Mean character F1 of a post (SemEval-2021 Task 5), of the subject and of the word list."""

    rows: int
    f1: Metric
    word_list_f1: Number


class FalseAlarms(_Strict):
    """Harmless texts of one kind that a threshold flags; `criterion` is the one most often to blame."""

    kind: str
    rows: int
    rate: Metric
    criterion: str = ""


class Robustness(_Strict):
    """One way of disguise. Recall on positives and false positive rate on negatives at the threshold for clean text.

    `worst_recall`: a text counts as found only if every draw of the disguise was found. `changed` positives could be
    disguised.
    """

    perturbation: str
    family: str
    changed: int
    clean_recall: Metric
    recall: Metric
    worst_recall: Metric
    false_positive_rate: Metric = None
    clean_false_positive_rate: Metric = None


class RuleFailures(_Strict):
    """How often one rule of the policy was found broken where it should (recall) and where it should not."""

    rule: str
    rows: int
    positives: int
    missed: Metric = None
    false_alarms: Metric = None


class SuiteResult(_Strict):
    """One suite. `digest` tells its document and data from others ("" in reports older than it), `sampled_from` is the
    number of test rows before the cap, `not_judged` says of a target why there is no result, `seen` whether other rows
    of its data taught the subject.
    """

    suite: str
    digest: str = ""
    summary: str
    kind: str
    licence: str
    rows: int
    sampled_from: int
    calibration_rows: int
    targets: tuple[TargetResult, ...] = ()
    seen: bool = False
    not_judged: dict[str, str] = Field(default_factory=dict)
    classes: ClassesResult | None = None
    functional: FunctionalResult | None = None
    identities: tuple[IdentityResult, ...] = ()
    annotators: AnnotatorsResult | None = None
    spans: SpansResult | None = None
    false_alarms: tuple[FalseAlarms, ...] = ()
    robustness: tuple[Robustness, ...] = ()
    rules: tuple[RuleFailures, ...] = ()
    unjudged_reasons: dict[str, int] = Field(default_factory=dict)
    seconds: float = 0.0
    note: str = ""

    def target(self, name: str) -> TargetResult | None:
        return next((target for target in self.targets if target.target == name), None)


class Latency(_Strict):
    """Milliseconds for one item of `words` words, asked alone."""

    words: int
    p50_ms: float
    p95_ms: float
    p99_ms: float


class Cost(_Strict):
    """What judging costs on the machine named in the report. Energy is measured by RAPL or estimated: `energy_source`
    says which. `per_cpu_second`: items of the length-mixed sample in one call.
    """

    latencies: tuple[Latency, ...]
    per_cpu_second: Number = None
    megabytes: Number = None
    memory_megabytes: Number = None
    joules_per_1000: Number = None
    energy_source: str = ""


class Duplicates(_Strict):
    """Near-duplicates of a test file's texts among the texts of a training file."""

    train: str
    test: str
    test_rows: int
    near: int
    exact: int


class Report(_Strict):
    """A whole evaluation. `cap` is the most rows of a suite that were asked, `seed` that of every resampling."""

    comity: str
    subject: str
    version: str
    started: str
    machine: str
    cap: int | None
    seed: int
    suites: tuple[SuiteResult, ...]
    cost: Cost | None = None
    duplicates: tuple[Duplicates, ...] = ()
    notes: tuple[str, ...] = ()

    def suite(self, name: str) -> SuiteResult | None:
        return next((suite for suite in self.suites if suite.suite == name), None)

"""A made-up evaluation with every section, and the folder that a run of it leaves behind."""

from __future__ import annotations

import numpy as np

from comity.evaluate.metrics import auprc, brier, ece, roc_auc
from comity.evaluate.result import (
    AnnotatorGroup,
    AnnotatorsResult,
    Bin,
    Calibrated,
    ClassesResult,
    Cost,
    Duplicates,
    Example,
    FalseAlarms,
    Floor,
    Functionality,
    FunctionalResult,
    IdentityResult,
    Latency,
    Operating,
    Report,
    Robustness,
    RuleFailures,
    Slice,
    SpansResult,
    SuiteResult,
    TargetResult,
)
from comity.evaluate.run_folder import RowScores, RunFolder
from comity.models.card import Measured

HOSTILE = "<script>alert('idiot')</script> You are an <b>idiot</b>, go back to where you came from."


def share(hits, rows):
    """A share with its interval; None for fewer than 30 rows."""
    if rows < 30:
        return None
    value = hits / rows
    half = 1.96 * np.sqrt(max(value * (1 - value), 0.25 / rows) / rows)
    return Measured(value=value, low=max(0.0, value - half), high=min(1.0, value + half))


def around(value, rows):
    """A metric with an interval that narrows with the rows; None for fewer than 30."""
    if rows < 30:
        return None
    half = 1 / np.sqrt(rows)
    return Measured(value=value, low=max(0.0, value - half), high=min(1.0, value + half))


def draw(rows=600, prevalence=0.3, skill=1.5, seed=0):
    """Truth and scores, float (rows,); a few scores are NaN: not judged."""
    random = np.random.default_rng(seed)
    truth = (random.random(rows) < prevalence).astype(float)
    truth[0], truth[1] = 1.0, 0.0
    scores = 1 / (1 + np.exp(1 - skill * truth - random.normal(0, 1.2, rows)))
    scores[random.random(rows) < 0.01] = np.nan
    return truth, scores


def operating(truth, scores, threshold, source):
    flagged = np.where(np.isnan(scores), False, scores >= threshold)
    holds = truth >= 0.5
    hit, false = int((flagged & holds).sum()), int((flagged & ~holds).sum())
    missed, passed = int((~flagged & holds).sum()), int((~flagged & ~holds).sum())
    f1 = 2 * hit / max(2 * hit + false + missed, 1)
    return Operating(
        threshold=threshold,
        source=source,
        f1=around(f1, truth.size),
        macro_f1=around((f1 + 2 * passed / max(2 * passed + false + missed, 1)) / 2, truth.size),
        precision=share(hit, hit + false),
        recall=share(hit, hit + missed),
        false_positive_rate=share(false, false + passed),
    )


def calibrated(truth, scores):
    place = np.minimum((scores * 15).astype(int), 14)
    bins = tuple(
        Bin(score=scores[place == at].mean(), share=truth[place == at].mean(), rows=int((place == at).sum()))
        for at in range(15)
        if (place == at).any()
    )
    return Calibrated(ece=ece(truth, scores), brier=brier(truth, scores), bins=bins)


def curves(truth, scores):
    order = np.argsort(-scores)
    hits = np.cumsum(truth[order])
    flagged = np.arange(1, truth.size + 1)
    pr = np.stack([hits / hits[-1], hits / flagged], axis=1)[:: max(1, truth.size // 100)]
    sure = np.argsort(-np.abs(scores - 0.5))
    errors = np.cumsum(((scores >= 0.5) != (truth >= 0.5))[sure])
    risk = np.stack([flagged / truth.size, errors / flagged], axis=1)[:: max(1, truth.size // 100)]
    return tuple(map(tuple, pr.tolist())), tuple(map(tuple, risk.tolist()))


def target(name="toxicity", *, rows=600, prevalence=0.3, skill=1.5, seed=0, slices=True, text=HOSTILE):
    truth, scores = draw(rows, prevalence, skill, seed)
    judged = np.isfinite(scores)
    known, given = truth[judged], scores[judged]
    positives = int(truth.sum())
    pr_curve, risk_coverage = curves(known, given)
    return TargetResult(
        target=name,
        criteria=("toxicity", "insult"),
        rows=rows,
        positives=positives,
        masked=17,
        unjudged=int((~judged).sum()),
        floors=(
            Floor(
                name="flag all", roc_auc=0.5, auprc=positives / rows, f1=2 * positives / (rows + positives)
            ),
            Floor(name="flag none", roc_auc=0.5, auprc=positives / rows, f1=0.0),
            Floor(name="word list", roc_auc=0.61, auprc=min(1, positives / rows + 0.12), f1=0.31),
            Floor(name="TF-IDF + LR", why_not="scikit-learn is not installed"),
        ),
        roc_auc=around(roc_auc(known, given), rows),
        auprc=around(auprc(known, given), rows),
        recall_at={
            "0.05": share(0.4 * positives, positives),
            "0.01": share(0.2 * positives, positives),
            "0.001": None,
        },
        operating=operating(truth, scores, 0.47, "best F1 on the calibration half"),
        oracle=operating(truth, scores, 0.52, "best F1 on these very rows"),
        decided=operating(truth, scores, 0.8, "the policy `community`"),
        before=calibrated(known, given),
        after=calibrated(known, np.clip(given * 0.9, 0, 1)),
        pr_curve=pr_curve,
        risk_coverage=risk_coverage,
        aurc=0.081,
        slices=made_slices() if slices else (),
        worst=tuple(
            Example(id=f"row-{place}", text=f"{place} {text}", truth=truth[place], score=given[place])
            for place in range(5)
        ),
    )


def made_slices():
    rates = {"women": 0.31, "muslims": 0.42, "none": 0.06, "disabled people": 0.2}
    return tuple(
        Slice(
            field="identity",
            value=value,
            rows=rows,
            positives=rows // 3,
            false_positive_rate=share(rate * rows, rows),
            false_negative_rate=share((0.6 - rate) * rows, rows),
            roc_auc=None if rows < 30 else 0.9 - rate / 2,
        )
        for (value, rate), rows in zip(rates.items(), (140, 95, 640, 12), strict=True)
    )


def functional():
    names = ("derogation", "threat_dir", "negate_neg", "counter_quote", "profanity_nh", "spell_leet")
    groups = ("women", "immigrants", "disabled people", "trans people")

    def one(name, group, rows, rate):
        expected = not name.startswith(("negate", "counter")) and not name.endswith("nh")
        return Functionality(
            functionality=name, group=group, expected=expected, rows=rows, accuracy=share(rate * rows, rows)
        )

    rates = (0.93, 0.97, 0.11, 0.24, 0.88, 0.61)
    return FunctionalResult(
        threshold=0.47,
        source="best F1 on the calibration half of civil-comments",
        macro_f1=around(0.71, 900),
        accuracy=around(0.77, 900),
        functionalities=tuple(one(name, "", 140, rate) for name, rate in zip(names, rates, strict=True)),
        by_group=tuple(
            one(name, group, 12 if group == "trans people" else 35, max(0.0, rate - place * 0.05))
            for name, rate in zip(names, rates, strict=True)
            for place, group in enumerate(groups)
        ),
    )


def annotators():
    return AnnotatorsResult(
        rows=420,
        alpha=0.41,
        alpha_with_subject=0.37,
        cross_entropy=0.62,
        entropy=0.44,
        groups=tuple(
            AnnotatorGroup(by=by, group=group, rows=rows, agreement=share(rate * rows, rows), kappa=kappa)
            for by, group, rows, rate, kappa in (
                ("gender", "woman", 900, 0.74, 0.42),
                ("gender", "man", 850, 0.7, 0.35),
                ("gender", "non-binary", 12, 0.6, None),
                ("age", "18–29", 700, 0.71, 0.36),
                ("age", "60+", 300, 0.66, 0.29),
            )
        ),
        raters=("subject", "a1", "a2", "a3"),
        matrix=((1, 0.4, 0.31, None), (0.4, 1, 0.52, 0.2), (0.31, 0.52, 1, -0.05), (None, 0.2, -0.05, 1)),
    )


def disguises():
    drops = {
        "leet-1": 0.1,
        "leet-3": 0.44,
        "zero-width": 0.02,
        "homoglyphs": 0.05,
        "keyboard": 0.21,
        "case": 0.0,
    }
    return tuple(
        Robustness(
            perturbation=name,
            family="typo" if name in ("keyboard", "case") else "camouflage",
            changed=240,
            clean_recall=share(0.81 * 240, 240),
            recall=share((0.81 - drop) * 240, 240),
            worst_recall=share(max(0, 0.81 - 1.6 * drop) * 240, 240),
            false_positive_rate=share(0.08 * 240, 240),
            clean_false_positive_rate=share(0.05 * 240, 240),
        )
        for name, drop in drops.items()
    )


def suite(name, *, kind="post", targets=None, **sections):
    return SuiteResult(
        suite=name,
        summary="Posts of a made-up forum, judged by three people each",
        kind=kind,
        licence="CC0-1.0",
        rows=600,
        sampled_from=19_442,
        calibration_rows=800,
        targets=(target(),) if targets is None else targets,
        unjudged_reasons={"language: reads en only": 5, "too long": 1},
        seconds=12.4,
        **sections,
    )


def every_section():
    """One suite of each kind; together they fill every part of the document."""
    return (
        suite(
            "forum-posts",
            targets=(
                target("toxicity"),
                target("threat", prevalence=0.05, skill=0.1, seed=3),
                target("sexual", rows=20, seed=4),
            ),
            identities=tuple(
                IdentityResult(identity=name, rows=rows, subgroup_auc=auc, bpsn_auc=bpsn, bnsp_auc=bnsp)
                for name, rows, auc, bpsn, bnsp in (
                    ("women", 980, 0.86, 0.84, 0.9),
                    ("muslim", 310, 0.79, 0.68, 0.91),
                    ("bisexual", 12, None, None, None),
                )
            ),
            spans=SpansResult(rows=410, f1=around(0.52, 410), word_list_f1=0.31),
            classes=ClassesResult(
                values=("hate", "offensive", "neither"),
                rows=600,
                fitted_on=800,
                accuracy=around(0.69, 600),
                macro_f1=around(0.66, 600),
                majority_accuracy=0.41,
            ),
            not_judged={"spam": "the subject judges none of: spam"},
            note="The labels of this set come from one platform.",
        ),
        suite("prompts", kind="llm", targets=(target("harmful", skill=2.5, seed=5, slices=False),)),
        suite("functional-tests", kind="functional", targets=(), functional=functional()),
        suite("disguised-posts", kind="robustness", targets=(), robustness=disguises()),
        suite(
            "alarming-but-fine",
            kind="over-sensitivity",
            targets=(),
            false_alarms=tuple(
                FalseAlarms(kind=name, rows=rows, rate=share(rate * rows, rows), criterion="hate")
                for name, rows, rate in (
                    ("medical", 200, 0.04),
                    ("counter-speech", 200, 0.41),
                    ("fiction", 8, 0.0),
                )
            ),
        ),
        suite(
            "many-annotators",
            kind="disagreement",
            annotators=annotators(),
            rules=(
                RuleFailures(
                    rule="no-insults",
                    rows=200,
                    positives=80,
                    missed=share(12, 80),
                    false_alarms=share(7, 120),
                ),
                RuleFailures(rule="no-doxxing", rows=40, positives=9, missed=None, false_alarms=share(1, 31)),
            ),
        ),
    )


def report(suites=None, **fields):
    return Report(
        **{
            "comity": "0.1.0",
            "subject": "model:english-v2",
            "version": "1 (sha256 9b1c77a2)",
            "started": "2026-11-26T09:30:00+00:00",
            "machine": "2 cores, AMD EPYC, Linux 6.1, Python 3.11",
            "cap": 2000,
            "seed": 1,
            "suites": every_section() if suites is None else suites,
            "cost": Cost(
                latencies=tuple(
                    Latency(words=words, p50_ms=words / 4, p95_ms=words / 3, p99_ms=words / 2)
                    for words in (10, 50, 250)
                ),
                per_cpu_second=61.2,
                megabytes=23.1,
                memory_megabytes=210.0,
                joules_per_1000=402.0,
                energy_source="estimated: 10 W a busy core",
            ),
            "duplicates": (
                Duplicates(train="civil.parquet", test="forum.parquet", test_rows=600, near=14, exact=3),
            ),
            "notes": ("Suites in other languages were left out with --lang en.",),
        }
        | fields
    )


def scored(name="forum", *, rows=600, skill=1.5, seed=0, judge=0, ids=None):
    """A suite's result and its row scores: `seed` draws the rows, `judge` the noise of the subject."""
    truth, _ = draw(rows, seed=seed)
    random = np.random.default_rng([seed, judge])
    shared = np.random.default_rng(seed).normal(0, 0.8, rows)
    scores = 1 / (1 + np.exp(1 - skill * truth - shared - random.normal(0, 0.8, rows)))
    result = TargetResult(
        target="toxicity",
        criteria=("toxicity",),
        rows=rows,
        positives=int(truth.sum()),
        masked=0,
        unjudged=0,
        floors=(Floor(name="flag all", auprc=truth.mean(), roc_auc=0.5),),
        roc_auc=around(roc_auc(truth, scores), rows),
        auprc=around(auprc(truth, scores), rows),
        operating=operating(truth, scores, 0.5, "best F1 on the calibration half"),
    )
    names = tuple(f"{name}-{place}" for place in range(rows)) if ids is None else tuple(ids)
    return suite(name, targets=(result,)), RowScores(
        names, {"toxicity": truth}, {"toxicity": scores}, (None,) * len(names)
    )


def run_folder(path, *suites, **fields):
    """A finished run with the given pairs of suite result and row scores."""
    folder = RunFolder(path)
    folder.claim({"subject": "made"})
    for result, rows in suites:
        folder.keep(result, rows)
    folder.finish(report(tuple(result for result, _ in suites), **fields))
    return folder

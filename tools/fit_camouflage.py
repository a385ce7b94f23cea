"""Fits src/comity/detect/data/camouflage.yaml, and measures the camouflage detector leaving one family out.

    python tools/fit_camouflage.py DATA_ROOT            # fits and measures, prints a table
    python tools/fit_camouflage.py DATA_ROOT --write    # also writes the weights, fitted on all families

Fitted on validation rows of the calibration half, measured on test rows. For each family of generators the weights are
those fitted without that family. A text counts as found if the packaged encoder or word list reaches a threshold of
POLICY; recall is over harmful test rows that are found when nothing is disguised.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from math import sqrt
from pathlib import Path
from time import process_time

import numpy as np
import yaml
from sklearn.linear_model import LogisticRegression

from comity.content import Item
from comity.content.normalise import canonical
from comity.detect import Detector, Signals, encoder
from comity.detect.decoder import packaged
from comity.detect.disguise import Candidate, candidates, decided
from comity.detect.lexicon_file import ANY_LANGUAGE, packaged_rows
from comity.detect.registry import build
from comity.detect.uncovered import READ_FROM, plain_text
from comity.evaluate.cases import in_calibration_half
from comity.evaluate.perturb import PERTURBATIONS, lookalikes, perturb
from comity.learn.recipe import read_recipe
from comity.learn.rows import Rows, load

ROOT = Path(__file__).parents[1]
RECIPE = ROOT / "recipes/english-v2.yaml"
TARGET = ROOT / "src/comity/detect/data/camouflage.yaml"
HEADER = """\
# Which readings of a piece of text are disguises: weights of a logistic rule over the features in detect/disguise.py.
# Fitted by tools/fit_camouflage.py on texts of the calibration half, disguised by the generators of evaluate/perturb.
"""
POLICY = {
    "insult": 0.75, "hate": 0.6, "threat": 0.6, "toxicity": 0.8, "profanity": 0.5, "sexual": 0.7, "violence": 0.5,
    "self-harm": 0.5,
}  # fmt: skip
CAMOUFLAGE = [name for name, one in PERTURBATIONS.items() if one.kind == "camouflage"]
NOISE = [name for name, one in PERTURBATIONS.items() if one.family in ("typos", "transliteration")]
FIT_EACH, FIT_CLEAN = 50, 2_000  # texts, half of them harmful
CLEAN_WEIGHT = 3.0  # ordinary texts are far more often plain than these
MEASURED, NEGATIVES = 150, 3_000
LISTED = frozenset(
    entry.term.lower() for entry in packaged_rows().entries if entry.lang in ("en", ANY_LANGUAGE)
)

Example = tuple[Mapping[str, float], bool]


def texts_of(rows: Rows, longest: int, *, calibration: bool) -> tuple[list[str], list[str]]:
    """Harmful and other texts, in a random order."""
    pool = [
        (text, bool(row[0] >= 0.5))
        for text, row, id, source in zip(rows.texts, rows.annotations, rows.ids, rows.source, strict=True)
        if 15 <= len(text) <= longest
        and not source.startswith("templates")
        and (not calibration or in_calibration_half(id))
    ]
    random.Random(11).shuffle(pool)
    return [text for text, harmful in pool if harmful], [text for text, harmful in pool if not harmful]


def examples(batch: Sequence[str], name: str | None) -> Iterator[Example]:
    """What is read in each text, and whether it says just what stood there before. Near misses are left out."""
    changed = perturb(batch, name, 7, LISTED) if name else None
    for place, clean in enumerate(batch):
        text, spans = (changed[place].text, changed[place].spans) if changed else (clean, ())
        normal = canonical(text)
        for one in candidates(text, normal, packaged()):
            start, end = normal.original(one.start, one.end)
            over = [span for span in spans if span.start < end and start < span.end]
            before, at = "", start
            for span in over:
                before += text[at : max(at, span.start)] + span.original
                at = span.end
            said, meant = letters(one.reading.text), letters(before + text[at:end])
            right = bool(over) and said == meant
            if right or not over or said.rstrip("sed") != meant.rstrip("sed"):
                yield one.features, right


def letters(text: str) -> str:
    return "".join(char for char in text.lower().replace("’", "'") if char.isalnum() or char == "'")


def fitted(of: Mapping[str, Sequence[Example]]) -> dict[str, float]:
    """The weights on examples by generator, `clean` among them."""
    names = sorted({name for found in of.values() for features, _ in found for name in features})
    rows = [(features, right, key) for key, found in of.items() for features, right in found]
    matrix = np.array([[features.get(name, 0.0) for name in names] for features, _, _ in rows])
    weight = np.array([CLEAN_WEIGHT if key == "clean" else 1.0 for _, _, key in rows])
    spread = matrix.std(axis=0)
    spread[spread == 0] = 1.0
    model = LogisticRegression(C=0.5, fit_intercept=False, max_iter=3000)
    model.fit(matrix / spread, [right for _, right, _ in rows], sample_weight=weight)
    return {name: round(float(found), 3) for name, found in zip(names, model.coef_[0] / spread, strict=True)}


class Watch:
    """The packaged encoder and word list under POLICY."""

    def __init__(self) -> None:
        self._detectors = [encoder.packaged(), build("lexicon.v1")]

    def found(self, texts: Sequence[str]) -> np.ndarray:
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        result = np.zeros(len(texts), bool)
        for start in range(0, len(order), 32):
            places = order[start : start + 32]
            items = [Item.text(texts[place], id=str(place)) for place in places]
            for detector in self._detectors:
                assert isinstance(detector, Detector)
                for place, outcome in zip(places, detector.detect(items), strict=True):
                    if isinstance(outcome, Signals):
                        result[place] |= any(
                            signal.score >= POLICY.get(signal.criterion, 2.0) for signal in outcome.signals
                        )
        return result

    def with_camouflage(
        self, texts: Sequence[str], weights: Mapping[str, float]
    ) -> tuple[np.ndarray, np.ndarray]:
        """Found as written; found as written or as it reads."""
        before = self.found(texts)
        plain = [uncovered(text, weights) for text in texts]
        changed = [place for place, text in enumerate(texts) if text != plain[place]]
        after = before.copy()
        if changed:
            after[changed] |= self.found([plain[place] for place in changed])
        return before, after


def uncovered(text: str, weights: Mapping[str, float]) -> str:
    normal = canonical(text)
    found: list[Candidate] = candidates(text, normal, packaged())
    return plain_text(text, decided(normal, found, weights, READ_FROM)).text


def share(hits: np.ndarray) -> str:
    """With its 95 % interval (Wilson)."""
    n, z = len(hits), 1.96
    rate = hits.mean()
    centre, half = rate + z * z / (2 * n), z * sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))
    low, high = (centre - half) / (1 + z * z / n), (centre + half) / (1 + z * z / n)
    return f"{rate:.3f} [{low:.3f}, {high:.3f}]"


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(data_root: str, *options: str) -> None:
    rows = load(read_recipe(RECIPE), Path(data_root), recipe_folder=RECIPE.parent)
    harmful, other = texts_of(rows["validation"], 220, calibration=True)
    of: dict[str, list[Example]] = {}
    for number, name in enumerate(CAMOUFLAGE):
        part = slice(number * FIT_EACH, (number + 1) * FIT_EACH)
        of[name] = list(examples([*harmful[part], *other[part]], name))
    used = len(CAMOUFLAGE) * FIT_EACH
    of["clean"] = list(
        examples([*harmful[used : used + FIT_CLEAN // 4], *other[used : used + 2 * FIT_CLEAN]], None)
    )
    weights = fitted(of)
    if "--write" in options:
        TARGET.write_text(HEADER + yaml.safe_dump({"weights": weights}, sort_keys=True), encoding="utf-8")

    watch = Watch()
    harmful, other = texts_of(rows["test"], 300, calibration=False)
    sample = harmful[: 4 * MEASURED]
    sample = [text for text, found in zip(sample, watch.found(sample), strict=True) if found][:MEASURED]
    say(f"| generator, left out with its family | without | with | n = {len(sample)} |\n|---|---|---|---|")
    means = []
    for name in (*CAMOUFLAGE, *NOISE):
        family = PERTURBATIONS[name].family
        left = {
            key: found for key, found in of.items() if key == "clean" or PERTURBATIONS[key].family != family
        }
        texts = [one.text for one in perturb(sample, name, 3, LISTED)]
        before, after = watch.with_camouflage(texts, fitted(left))
        if name in CAMOUFLAGE:
            means.append((before.mean(), after.mean()))
        say(f"| {name} | {share(before)} | {share(after)} | |")
    say("| mean of camouflage | {:.3f} | {:.3f} | |".format(*np.mean(means, axis=0)))
    for kind, texts in (
        ("look-alikes", [one.text for one in lookalikes(0)]),
        ("negatives", other[:NEGATIVES]),
    ):
        before, after = watch.with_camouflage(texts, weights)
        say(f"| {kind}: false alarms | {share(before)} | {share(after)} | {len(texts)} |")
    start = process_time()
    read = [uncovered(text, weights) for text in other[:1_000]]
    say(f"{process_time() - start:.1f} CPU seconds for 1,000 clean texts,")
    say(f"{sum(map(str.__ne__, read, other[:1_000]))} of which are read twice")


if __name__ == "__main__":
    main(*sys.argv[1:])

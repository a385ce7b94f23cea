"""Fits `english-v2-targets`: heads on the frozen embedding of english-v2 that say whom hate is aimed at.

    python tools/fit_targets.py DATA_ROOT OUT            # writes OUT/english-v2-targets, embeddings to OUT/cache
    python tools/fit_targets.py DATA_ROOT OUT --peers    # also measures them beside word lists, prints tables

rows ─▶ embed ─▶ choose each head's penalty (development half) ─▶ calibrate (calibration half) ─▶ measure (test) ─▶ card

The peer that the heads have to beat is the encoder's `hate` where a text names a group, and else next to nothing. Its
words are those of the recipe and those that the hateful training rows of a kind have far more often than the others.
"""

from __future__ import annotations

import logging
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parent))
from target_rows import TargetsRecipe, Words, read

from comity.evaluate.cases import in_calibration_half
from comity.evaluate.linear import Linear, cut
from comity.evaluate.metrics import auprc, interval, roc_auc
from comity.evaluate.resample import paired
from comity.learn.calibrate import calibrate
from comity.learn.measure import false_alarms, results
from comity.learn.ordinal import fit_path
from comity.learn.rows import Rows
from comity.learn.write_card import LICENCE, write_card
from comity.models import find
from comity.models.artefact import sha256 as digest_of
from comity.models.card import Card, DataSet, Label
from comity.models.embedding import EncoderEmbedding
from comity.models.heads_model import HeadWeights
from comity.models.text_model import calibrated
from comity.models.text_network import TextNetwork

log = logging.getLogger("fit_targets")
RECIPE = Path(__file__).parents[1] / "recipes/english-v2-targets.yaml"
FEWEST_SAID, MOSTLY = 8, 0.7  # of a word that the peer takes from the training rows
FPR = 0.01  # on the calibration half
PORTION = 2_000  # texts
FUNCTIONAL = ("hatemoji-check", "en-sghatecheck")

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Embedded:
    """For n texts of w windows: `vectors` float32 (w, d), `firsts` (n,), `hate` (n,), the encoder's probability."""

    vectors: NDArray[np.float32]
    firsts: NDArray[np.int64]
    hate: NDArray[np.float32]

    @property
    def means(self) -> NDArray[np.float32]:
        windows = np.diff([*self.firsts, len(self.vectors)])
        found: NDArray[np.float32] = np.add.reduceat(self.vectors, self.firsts, axis=0) / windows[:, None]
        return found.astype(np.float32)

    def highest(self, weights: Floats) -> Floats:
        """(n, m) for `weights` (d, m): the highest product of a window of each text."""
        products = self.vectors @ weights.astype(np.float32)
        return np.maximum.reduceat(products, self.firsts, axis=0).astype(np.float64)


def embed(texts: Sequence[str], network: TextNetwork, cache: Path) -> Embedded:
    """In portions, so that an interrupted run goes on."""
    portions = [
        _embed(texts[first : first + PORTION], network, cache) for first in range(0, len(texts), PORTION)
    ]
    starts = np.cumsum([0, *(len(one.vectors) for one in portions)])
    return Embedded(
        np.concatenate([one.vectors for one in portions]),
        np.concatenate([one.firsts + start for one, start in zip(portions, starts, strict=False)]),
        np.concatenate([one.hate for one in portions]),
    )


def _embed(texts: Sequence[str], network: TextNetwork, cache: Path) -> Embedded:
    content = f"{network.artefact.card.files['model.onnx']} {list(texts)}"
    path = cache / f"{sha256(content.encode()).hexdigest()[:32]}.npz"
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        windows = network.windows(texts)
        vectors, logits = network.run(windows.rows, ["embedding", "logits"])
        column = list(network.artefact.card.labels).index("hate")
        best = np.maximum.reduceat(np.stack(logits)[:, column], windows.firsts)
        hate = calibrated(best[:, None], [network.artefact.card.labels["hate"].calibration])[:, 0]
        np.savez(path, vectors=np.stack(vectors), firsts=windows.firsts, hate=hate)
    with np.load(path, allow_pickle=False) as file:
        return Embedded(file["vectors"], file["firsts"], file["hate"])


def fit(
    recipe: TargetsRecipe, rows: dict[str, Rows], parts: dict[str, Embedded]
) -> tuple[HeadWeights, dict[str, Label]]:
    """One logistic regression a criterion, of the penalty with the best AUPRC on the development half."""
    calibrating = np.array([in_calibration_half(id) for id in rows["validation"].ids])
    means = parts["train"].means
    weights, bias, labels = [], [], {}
    for column, criterion in enumerate(recipe.criteria):
        taught = rows["train"].annotations[:, column]
        known = np.isfinite(taught)
        path = list(fit_path(means[known], taught[known, None].astype(float), recipe.strengths))
        logits = parts["validation"].highest(np.stack([head.weights for head in path], axis=1))
        logits -= np.array([head.thresholds[0] for head in path])
        truth = rows["validation"].annotations[:, column].astype(float)
        quality = [auprc(truth[~calibrating], one) for one in logits[~calibrating].T]
        best = int(np.argmax(quality))
        log.info("%s, AUPRC by penalty: %s", criterion, " ".join(f"{one:.3f}" for one in quality))
        weights.append(path[best].weights)
        bias.append(-path[best].thresholds[0])
        labels[criterion] = calibrate(
            criterion,
            logits[calibrating, best].astype(np.float32),
            truth[calibrating].astype(np.float32),
        )
    return HeadWeights(np.stack(weights, axis=1).astype(np.float32), np.array(bias, np.float32)), labels


def scores_of(part: Embedded, heads: HeadWeights, labels: dict[str, Label]) -> NDArray[np.float32]:
    logits = part.highest(heads.weights.astype(float)) + heads.bias
    return calibrated(logits.astype(np.float32), [label.calibration for label in labels.values()])


def data_sets(recipe: TargetsRecipe, rows: dict[str, Rows]) -> tuple[DataSet, ...]:
    counts = {split: Counter(part.family.tolist()) for split, part in rows.items()}
    told = [(source.id, source.path, source.licence, source.note) for source in recipe.sources]
    told.append(("templates", "", "Apache-2.0 (own)", "The sentences on hate and identities of english-v2."))
    return tuple(
        DataSet(
            id=id, path=path, licence=licence, note=note, **{split: counts[split][id] for split in counts}
        )
        for id, path, licence, note in told
    )


def named_words(recipe: TargetsRecipe, learned: Rows) -> list[set[str]]:
    """For each criterion the words of the recipe, and those of the training rows."""
    tokens = [set(re.findall(r"\w+", text.casefold())) for text in learned.texts]
    found = []
    for column, criterion in enumerate(recipe.criteria):
        kind = criterion.removeprefix("hate/")
        listed = {
            word.casefold()
            for kinds, words in recipe.words.items()
            if kind in kinds.split()
            for word in words
        }
        of_kind = learned.annotations[:, column]
        hateful = (learned.annotations >= 0.5).any(axis=1) & np.isfinite(of_kind)
        ours = Counter(word for row in np.flatnonzero(hateful & (of_kind >= 0.5)) for word in tokens[row])
        others = Counter(word for row in np.flatnonzero(hateful & (of_kind < 0.5)) for word in tokens[row])
        share = (of_kind[hateful] >= 0.5).mean()
        listed |= {
            word
            for word, times in ours.items()
            if times >= FEWEST_SAID
            and times / (times + others[word] * share / (1 - share)) >= MOSTLY
            and len(word) > 2
        }
        found.append(listed)
    return found


def by_words(words: list[set[str]], texts: Sequence[str], hate: NDArray[np.float32]) -> Floats:
    """float (n, k): the encoder's `hate` where a word of the kind stands in the text, else a hundredth of it."""
    columns = []
    for several in words:
        pattern = Words({"named": several})
        columns.append([1.0 if pattern.said(text) else 0.01 for text in texts])
    return np.array(columns).T * hate[:, None]


def compare(
    recipe: TargetsRecipe, test: Rows, scores: NDArray[np.float32], rivals: dict[str, Floats]
) -> Iterator[str]:
    """Lines of Markdown: quality beside the rivals on all rows, then among hateful rows only."""
    family = test.family
    people = ~np.isin(family, (*FUNCTIONAL, "identity-templates", "templates"))
    hateful = (test.annotations >= 0.5).any(axis=1)
    places = {"people's posts": people, **{name: family == name for name in FUNCTIONAL}}
    columns = [f"{name}: ROC-AUC | AUPRC | heads ahead in AUPRC" for name in rivals]
    for title, kept in (("all rows", np.full(len(test), True)), ("hateful rows only", hateful)):
        yield f"\n### {title}\n"
        yield (
            "| rows of | criterion | rows | positives | heads: ROC-AUC | AUPRC | "
            + " | ".join(columns)
            + " |"
        )
        for place, chosen in places.items():
            for column, criterion in enumerate(recipe.criteria):
                truth = test.annotations[:, column].astype(float)
                here = chosen & kept & np.isfinite(truth)
                truth, ours = truth[here], scores[here, column].astype(float)
                positives = int((truth >= 0.5).sum())
                if min(positives, len(truth) - positives) < 10:
                    continue
                cells = [place, criterion, str(len(truth)), str(positives)]
                cells += [told(metric, truth, ours) for metric in (roc_auc, auprc)]
                for rival in rivals.values():
                    theirs = rival[here, column].astype(float)
                    gap = paired(auprc, truth, ours, theirs)
                    cells += [f"{metric(truth, theirs):.3f}" for metric in (roc_auc, auprc)]
                    cells.append(f"{gap.value:+.3f} [{gap.low:+.3f}, {gap.high:+.3f}]")
                yield f"| {' | '.join(cells)} |"


def functional(recipe: TargetsRecipe, test: Rows, deciders: dict[str, NDArray[np.bool_]]) -> Iterator[str]:
    """Lines of Markdown: recall for each kind, and the share of hate at others and of harmless tests taken for it."""
    harmless = (test.annotations == 0).all(axis=1)
    hateful = (test.annotations >= 0.5).any(axis=1)
    for suite in FUNCTIONAL:
        rows = test.family == suite
        spared = rows & harmless
        yield f"\n### {suite}: found / hate at others / {spared.sum()} tests of no kind\n"
        yield f"| criterion | tests | {' | '.join(deciders)} |"
        for column, criterion in enumerate(recipe.criteria):
            truth = test.annotations[:, column]
            ours, others = rows & (truth >= 0.5), rows & (truth == 0) & hateful
            if not ours.any():
                continue
            shares = [
                [hits[kept, column].mean() for kept in (ours, others, spared)] for hits in deciders.values()
            ]
            cells = " | ".join(" / ".join(f"{share:.3f}" for share in three) for three in shares)
            yield f"| {criterion} | {ours.sum()} | {cells} |"


def told(metric: Any, truth: Floats, scores: Floats) -> str:
    found = interval(metric, truth, scores)
    return f"{found.value:.3f} [{found.low:.3f}, {found.high:.3f}]"


def main(data_root: Path, out: Path, *, peers: bool) -> None:
    recipe, rows = read(RECIPE, data_root)
    log.info("rows: %s", {split: len(part) for split, part in rows.items()})
    encoder = find(recipe.base)
    network = TextNetwork(encoder, threads=1)
    parts = {split: embed(part.texts, network, out / "cache") for split, part in rows.items()}
    heads, labels = fit(recipe, rows, parts)
    test = rows["test"]
    scores = scores_of(parts["test"], heads, labels)
    baseline = Linear(recipe.seed).fit(cut(rows["train"].texts), rows["train"].annotations)
    by_ngrams = baseline.scores(cut(test.texts))
    folder = out / recipe.name
    folder.mkdir(parents=True, exist_ok=True)
    heads.write(folder / "weights.npz")
    card = Card(
        name=recipe.name,
        kind="heads",
        version=recipe.version,
        summary=recipe.summary,
        languages=recipe.languages,
        window_tokens=encoder.card.window_tokens,
        window_stride=encoder.card.window_stride,
        base=recipe.base,
        embedding=EncoderEmbedding(encoder).digest,
        licence=LICENCE,
        labels=labels,
        limits=recipe.limits,
        data=data_sets(recipe, rows),
        results=results(cast(Any, recipe), test, scores, by_ngrams),
        false_alarms=false_alarms(test, scores),
        files={"weights.npz": digest_of(folder / "weights.npz")},
    )
    if peers:
        words = named_words(recipe, rows["train"])
        hate = parts["test"].hate
        rivals = {
            "hate and words": by_words(words, test.texts, hate),
            "hate": np.repeat(hate[:, None], len(recipe.criteria), axis=1).astype(float),
            "n-grams": by_ngrams.astype(float),
        }
        at = np.array([label.threshold("fpr", FPR) for label in labels.values()])
        deciders = {"heads from 0.5": scores >= 0.5, f"heads at an FPR of {FPR}": scores >= at} | {
            f"{name} from 0.5": rivals[name] >= 0.5 for name in ("hate and words", "n-grams")
        }
        for line in (*compare(recipe, test, scores, rivals), *functional(recipe, test, deciders)):
            sys.stdout.write(f"{line}\n")
    write_card(card, folder)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    arguments = [one for one in sys.argv[1:] if not one.startswith("--")]
    main(Path(arguments[0]), Path(arguments[1]), peers="--peers" in sys.argv)

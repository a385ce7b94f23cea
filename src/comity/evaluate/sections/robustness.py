"""How much of what is found in clean text is still found when the text is disguised or disturbed?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import islice

import numpy as np

from comity.content import Item, Part
from comity.detect.lexicon_file import ANY_LANGUAGE, packaged_rows
from comity.evaluate.ask import ask
from comity.evaluate.cases import Cases
from comity.evaluate.measure import measured
from comity.evaluate.metrics import FEWEST, Floats, rate
from comity.evaluate.perturb import PERTURBATIONS, perturb
from comity.evaluate.resample import interval_of
from comity.evaluate.result import Robustness
from comity.evaluate.sections.members import Rows
from comity.evaluate.subject import Subject
from comity.limits import LIMITS
from comity.models.card import Measured

ALL = "all"


def robustness(
    subject: Subject,
    cases: Cases,
    target: str,
    criteria: Sequence[str],
    scores: Floats,
    threshold: float,
    *,
    perturbations: Sequence[str],
    seeds: int = 2,
    per: int = 200,
    tick: Callable[[int], None] = lambda _: None,
) -> Iterator[Robustness]:
    """One result after another, for each of `perturbations` (`all`: every one there is).

    scores: float (n,), the subject's on the clean texts; NaN counts as not found. Each disguise is put on up to `per`
    positives, found when clean or not, all of which it changes in each of `seeds` draws, and once on `per` negatives;
    clean and disguised numbers are of the same rows. `tick` is told how many more texts were asked. Raises NotFound for
    an unknown perturbation.
    """
    order = np.random.default_rng(0).permutation(len(cases)).tolist()
    truth, clean = cases.truth[target], scores >= threshold
    positives = [row for row in order if truth[row] >= 0.5]
    negatives = [row for row in order if truth[row] < 0.5]

    def flagged(disguised: Mapping[int, tuple[str, ...]]) -> Rows:
        """Whether each text is flagged in each draw: (texts, draws). Draws that came out the same are asked once."""
        items = {
            (row, text): _saying(cases.rows[row].item, text)
            for row, texts in disguised.items()
            for text in texts
        }
        found = ask(subject, [*items.values()], tick).score(criteria)
        decided = dict.fromkeys(items, False)
        if found is not None:
            decided = dict(zip(items, (found >= threshold).tolist(), strict=True))
        rows = [[decided[row, text] for text in texts] for row, texts in disguised.items()]
        return np.array(rows, bool).reshape(len(disguised), -1 if rows else 1)

    for name in PERTURBATIONS if ALL in perturbations else perturbations:
        hidden = _disguise(cases, positives, name, seeds, per)
        harmless = _disguise(cases, negatives, name, 1, per)
        found, alarms = flagged(hidden), flagged(harmless)
        yield Robustness(
            perturbation=name,
            family=PERTURBATIONS[name].family,
            changed=len(hidden),
            clean_recall=_share(clean[[*hidden]]),
            recall=_mean(found),
            worst_recall=_share(found.min(axis=1)),
            false_positive_rate=_mean(alarms),
            clean_false_positive_rate=_share(clean[[*harmless]]),
        )


def _disguise(
    cases: Cases, candidates: Sequence[int], name: str, seeds: int, per: int
) -> dict[int, tuple[str, ...]]:
    """The first `per` rows that every draw changes: row to its text in each draw."""
    kept: dict[int, tuple[str, ...]] = {}
    for start in range(0, len(candidates), per):
        portion = candidates[start : start + per]
        texts = [cases.rows[row].item.parts[0].text for row in portion]
        draws = zip(*(perturb(texts, name, seed, _listed_words()) for seed in range(seeds)), strict=True)
        kept |= {
            row: tuple(draw.text for draw in of_row)
            for row, of_row in zip(portion, draws, strict=True)
            if all(draw.spans and len(draw.text) <= LIMITS.text_chars for draw in of_row)
        }
        if len(kept) >= per:
            break
    return dict(islice(kept.items(), per))


@cache
def _listed_words() -> frozenset[str]:
    """What somebody who hides from a filter would disguise first: the single words of the packaged list."""
    entries = packaged_rows().entries
    return frozenset(
        entry.term for entry in entries if entry.lang in ("en", ANY_LANGUAGE) and entry.term.isalpha()
    )


def _saying(item: Item, text: str) -> Item:
    return replace(item, parts=(Part(item.parts[0].id, "text", text), *item.parts[1:]))


def _share(of: Rows) -> Measured | None:
    return measured(rate(int(of.sum()), of.size))


def _mean(draws: Rows) -> Measured | None:
    """The mean share over draws; its interval is over rows, as the draws of one row tell much the same."""
    if len(draws) < FEWEST:
        return None
    of_row = draws.mean(axis=1)
    return measured(interval_of(lambda rows: float(of_row[rows].mean()), len(draws)))

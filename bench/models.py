"""How fast each packaged network is, and how many times as fast as a peer's architecture.

    python -m bench.models [--data FOLDER] [--models tiny-v1 english-v2] [--posts 1000] [--rounds 3] [--json]

Everyone takes turns over the same posts in one process, one thread each, everything sorted by length:
  <model>             `TextModel.judge`: tokenizer, windows, onnxruntime, calibration;
  <model> moderated   `moderate_many` under the community policy, with normaliser, lists and links, where the model is
                      the only network;
  peer                Detoxify's architecture (BERT-base, PyTorch, fp32) with random weights: speed does not depend on
                      them.
Reported are texts per CPU-second (the median over the rounds) and the ratio to the peer within each round.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from bench.throughput import PEER_POSTS, arguments, peer, posts, rate

Run = Callable[[Sequence[str]], None]


def judged(name: str) -> Run:
    from comity.models import TextModel, find

    model = TextModel(find(name), threads=1)

    def run(texts: Sequence[str]) -> None:
        for start in range(0, len(texts), 256):
            model.judge(texts[start : start + 256])

    return run


def moderated(name: str) -> Run:
    from comity import Moderator
    from comity.detect.encoder import Encoder
    from comity.detect.registry import build, names
    from comity.models import TextModel, find

    others = [build(other) for other in names() if not other.startswith("encoder.")]
    moderator = Moderator("community", detectors=[*others, Encoder(name, TextModel(find(name), threads=1))])

    def run(texts: Sequence[str]) -> None:
        for _ in moderator.moderate_many(texts):
            pass

    return run


def main() -> None:
    parser = arguments(__doc__ or "", posts=1000)
    parser.add_argument("--models", nargs="+", default=["tiny-v1", "english-v2"])
    options = parser.parse_args()
    texts = posts(Path(options.data), options.posts)
    # The peer is slow: every nth post keeps the distribution of lengths.
    sample = texts[:: max(1, len(texts) // PEER_POSTS)]
    contestants: dict[str, tuple[Run, list[str]]] = {"peer": (peer(), sample)}
    for name in options.models:
        contestants[name] = judged(name), texts
        contestants[f"{name} moderated"] = moderated(name), texts
    for run, its_texts in contestants.values():
        run(its_texts[:64])
    rounds = [
        {name: rate(run, its_texts) for name, (run, its_texts) in contestants.items()}
        for _ in range(options.rounds)
    ]
    report = {
        name: {
            "per_cpu_s": round(median(found[name] for found in rounds), 1),
            "times_peer": [round(found[name] / found["peer"], 1) for found in rounds],
        }
        for name in contestants
    }
    if options.json:
        print(json.dumps({"posts": len(texts), "median_characters": median(map(len, texts)), **report}))
        return
    print(f"{len(texts)} posts, half of them longer than {median(map(len, texts)):.0f} characters")
    for name, found in report.items():
        print(f"{name:22} {found['per_cpu_s']:>8} texts per CPU-second, {found['times_peer']} times the peer")


if __name__ == "__main__":
    main()

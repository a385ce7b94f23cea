"""How much of a bare model session is left of `moderate_many`, and how it compares with a peer's architecture.

    python -m bench.throughput [--data FOLDER] [--posts 2000] [--rounds 3] [--json]

Three contestants take turns over the same posts in one process, one thread each, everything sorted by length:
  bare     the packaged model's tokenizer and onnxruntime session, calibration included, nothing else;
  comity   `Moderator("community").moderate_many`: normalisation, language, word lists, links, model, decision;
  peer     Detoxify's architecture (BERT-base, PyTorch, fp32) with random weights: speed does not depend on them.
Reported are texts per CPU-second (the median over the rounds) and the ratios within each round.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from time import process_time

os.environ["OMP_NUM_THREADS"] = os.environ["COMITY_MODEL_THREADS"] = "1"

PEER_BATCH = 32
PEER_POSTS = 200
SOURCES = ("hatexplain", "jigsaw_wikipedia_partial", "reddit_rule_moderation", "davidson_hsol")


def posts(folder: Path, count: int) -> list[str]:
    """`count` real posts, the same number from each source, test rows, sorted by length."""
    import pandas as pd

    texts: list[str] = []
    for source in SOURCES:
        [path] = folder.rglob(f"{source}.parquet")
        rows = pd.read_parquet(path, columns=["text", "split"])
        texts += rows[rows["split"] == "test"]["text"].sample(count // len(SOURCES), random_state=1).tolist()
    return sorted(texts, key=len)


def bare_session() -> Callable[[Sequence[str]], None]:
    from comity.models import TextModel, find

    model = TextModel(find("english-v2"), threads=1)

    def run(texts: Sequence[str]) -> None:
        for start in range(0, len(texts), 256):
            model.judge(texts[start : start + 256])

    return run


def comity() -> Callable[[Sequence[str]], None]:
    from comity import Moderator

    moderator = Moderator("community")

    def run(texts: Sequence[str]) -> None:
        for _ in moderator.moderate_many(texts):
            pass

    return run


def peer() -> Callable[[Sequence[str]], None]:
    import torch
    from tokenizers import Tokenizer
    from transformers import BertConfig, BertForSequenceClassification

    from comity.models import find

    torch.set_num_threads(1)
    torch.manual_seed(0)
    model = BertForSequenceClassification(BertConfig(num_labels=6)).eval()
    tokenizer = Tokenizer.from_file(str(find("english-v2").tokenizer))
    tokenizer.enable_truncation(512)
    tokenizer.enable_padding()

    def run(texts: Sequence[str]) -> None:
        with torch.inference_mode():
            for start in range(0, len(texts), PEER_BATCH):
                encoded = tokenizer.encode_batch(list(texts[start : start + PEER_BATCH]))
                ids = torch.tensor([row.ids for row in encoded])
                mask = torch.tensor([row.attention_mask for row in encoded])
                torch.sigmoid(model(input_ids=ids, attention_mask=mask).logits)

    return run


def rate(run: Callable[[Sequence[str]], None], texts: Sequence[str]) -> float:
    """Texts per CPU-second."""
    started = process_time()
    run(texts)
    return len(texts) / (process_time() - started)


def arguments(description: str, posts: int) -> argparse.ArgumentParser:
    """The options that every bench of models has; `posts` is how many it reads by default."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--data", type=Path, default=os.environ.get("COMITY_DATA"), required="COMITY_DATA" not in os.environ
    )
    parser.add_argument("--posts", type=int, default=posts)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    return parser


def main() -> None:
    options = arguments(__doc__ or "", posts=2000).parse_args()
    texts = posts(Path(options.data), options.posts)
    # The peer is slow: every tenth post keeps the distribution of lengths.
    sample = texts[:: max(1, len(texts) // PEER_POSTS)]
    contestants = {"bare": (bare_session(), texts), "comity": (comity(), texts), "peer": (peer(), sample)}
    for run, its_texts in contestants.values():
        run(its_texts[:64])
    rounds = [
        {name: rate(run, its_texts) for name, (run, its_texts) in contestants.items()}
        for _ in range(options.rounds)
    ]
    report = {
        "posts": len(texts),
        "median_characters": median(map(len, texts)),
        **{f"{name}_per_cpu_s": round(median(found[name] for found in rounds), 1) for name in contestants},
        "comity_to_bare": [round(found["comity"] / found["bare"], 3) for found in rounds],
        "comity_to_peer": [round(found["comity"] / found["peer"], 2) for found in rounds],
    }
    if options.json:
        print(json.dumps(report))
    else:
        for name, value in report.items():
            print(f"{name:20} {value}")


if __name__ == "__main__":
    main()

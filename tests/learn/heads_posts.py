"""A community's file, made: calm posts and rude ones of three grades, unlike each other."""

from __future__ import annotations

from itertools import product
from pathlib import Path

_CALM = ("Thank you for", "I would love to see", "Has anybody tried", "My neighbour gave me")
_RUDE = {
    1: ("What a silly remark about", "Nonsense, you know little of"),
    2: ("You are an idiot when it comes to", "Only a fool like you would care for"),
    3: ("You pathetic worthless moron, shut up about", "You disgusting stupid liar, nobody wants"),
}
_THINGS = ("beans", "the old shed", "pond water", "garlic", "the market", "new paths")
_WHEN = ("in spring.", "before the frost came", "although it rained for weeks!", "with so little sun?")


def write_posts(path: Path, *, graded: bool = True, split: bool = False) -> Path:
    """240 rows, two in five of them calm. With `split` every fourth tests."""
    said = [(0, words) for words in _CALM] + [(grade, words) for grade, all in _RUDE.items() for words in all]
    lines = ["text,insult,rule:on-topic,spam,mood" + (",split" if split else "")]
    for row, ((grade, words), thing, when) in enumerate(product(said, _THINGS, _WHEN)):
        spam = "1" if row == 7 else "0"
        topic = "" if row % 3 == 2 else str(int(thing == "the market"))
        cells = [f'"{words} {thing} {when}"', str(grade if graded else int(grade > 0)), topic, spam, "x"]
        lines.append(",".join(cells + ([("test" if row % 4 == 0 else "train")] if split else [])))
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path

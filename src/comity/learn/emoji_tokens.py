"""Emoji for a tokenizer that has none: they take the places of its unused tokens."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from unicodedata import name

from tokenizers import Tokenizer

from comity.content.characters import EMOJI

_ONE = re.compile(f"[{EMOJI}]")
_UNUSED = re.compile(r"\[unused\d+\]")
# Faces, gestures and skin tones first, then hearts and letters of flags, people and things, food and animals, weather.
_BLOCKS = (
    range(0x1F600, 0x1F650),
    range(0x1F900, 0x1FA00),
    range(0x2763, 0x2765),
    range(0x1F1E6, 0x1F200),
    range(0x1F3FB, 0x1F500),
    range(0x1F300, 0x1F3FB),
    range(0x1FA70, 0x1FB00),
    range(0x2600, 0x2700),
)


def with_emoji(tokenizer: Path, texts: Iterable[str]) -> tuple[Tokenizer, dict[int, list[int]]]:
    """The WordPiece tokenizer in the file with a token for each emoji of `texts`, the commonest first, and for others
    as long as there are unused tokens; and for each the tokens of its Unicode name.

    A vocabulary without emoji reads all of them as one unknown word; here each starts from the meaning of its name, and
    the network keeps its size.
    """
    document = json.loads(tokenizer.read_text(encoding="utf-8")) | {"padding": None, "truncation": None}
    vocabulary: dict[str, int] = document["model"]["vocab"]
    unused = sorted((id for token, id in vocabulary.items() if _UNUSED.fullmatch(token)))
    counted = Counter(emoji for text in texts for emoji in _ONE.findall(text))
    others = (chr(point) for block in _BLOCKS for point in block)
    wanted = [
        one
        for one in dict.fromkeys([*(one for one, _ in counted.most_common()), *others])
        if one not in vocabulary and name(one, "") != ""
    ]
    token_of = dict(zip(wanted, unused, strict=False))

    plain = Tokenizer.from_str(json.dumps(document))
    pieces = {
        id: plain.encode(name(emoji).lower(), add_special_tokens=False).ids for emoji, id in token_of.items()
    }
    taken = {*token_of.values()}
    document["model"]["vocab"] = {token: id for token, id in vocabulary.items() if id not in taken} | token_of
    apart = {"type": "Split", "pattern": {"Regex": f"[{EMOJI}]"}, "behavior": "Isolated", "invert": False}
    document["pre_tokenizer"] = {"type": "Sequence", "pretokenizers": [document["pre_tokenizer"], apart]}
    return Tokenizer.from_str(json.dumps(document)), pieces

"""A vocabulary of our own: pieces of words by their bytes, learned from the texts that a model learns from."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from comity.content.characters import EMOJI

SPECIAL = ("[PAD]", "[CLS]", "[SEP]")
"""The first ids: padding is 0, and every text stands between the other two."""
_EMOJI = f"[{EMOJI}]"
_SHOWN = 1_000  # a symbol of four bytes needs three merges, each as common as that of a common word


def own_tokenizer(texts: Sequence[str], vocabulary: int) -> Tokenizer:
    """At most `vocabulary` tokens, the same for the same texts. Upper and lower case are one.

    No text has an unknown token, since each of the 256 bytes is one; each emoji that stands in two of the texts is one
    token. Byte-pair encoding: Sennrich et al., 2016: Neural Machine Translation of Rare Words with Subword Units; over
    bytes: Radford et al., 2019: Language Models are Unsupervised Multitask Learners.
    """
    tokenizer = Tokenizer(models.BPE())
    # A space before the first word makes it the same token as that word elsewhere.
    tokenizer.normalizer = normalizers.Sequence([normalizers.Lowercase(), normalizers.Prepend(" ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_EMOJI), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=list(SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_shown(texts), trainer)
    _, first, last = SPECIAL
    tokenizer.post_processor = processors.Sequence(
        [
            processors.ByteLevel(trim_offsets=True),
            processors.TemplateProcessing(
                single=f"{first} $A {last}",
                special_tokens=[(token, tokenizer.token_to_id(token)) for token in (first, last)],
            ),
        ]
    )
    return tokenizer


def _shown(texts: Sequence[str]) -> Iterator[str]:
    """The texts, and their emoji so often that each becomes a token."""
    yield from texts
    found = Counter(emoji for text in texts for emoji in set(re.findall(_EMOJI, text)))
    yield from (emoji * _SHOWN for emoji, rows in sorted(found.items()) if rows > 1)

"""Perspective's attributes, and which of our categories each of them is judged by."""

from __future__ import annotations

from types import MappingProxyType

from comity.taxonomy.crosswalk import categories

KNOWN = (
    *("TOXICITY", "SEVERE_TOXICITY", "IDENTITY_ATTACK", "INSULT", "PROFANITY", "THREAT"),
    *("TOXICITY_EXPERIMENTAL", "SEVERE_TOXICITY_EXPERIMENTAL", "IDENTITY_ATTACK_EXPERIMENTAL"),
    *("INSULT_EXPERIMENTAL", "PROFANITY_EXPERIMENTAL", "THREAT_EXPERIMENTAL", "TOXICITY_FAST"),
    *("SEXUALLY_EXPLICIT", "FLIRTATION"),
    *("ATTACK_ON_AUTHOR", "ATTACK_ON_COMMENTER", "INCOHERENT", "INFLAMMATORY", "LIKELY_TO_REJECT", "OBSCENE"),
    *("SPAM", "UNSUBSTANTIAL"),
    *("AFFINITY_EXPERIMENTAL", "COMPASSION_EXPERIMENTAL", "CURIOSITY_EXPERIMENTAL", "NUANCE_EXPERIMENTAL"),
    *("PERSONAL_STORY_EXPERIMENTAL", "REASONING_EXPERIMENTAL", "RESPECT_EXPERIMENTAL"),
)
"""Every attribute that Perspective had, whether or not we can judge it."""

_OTHER_NAMES = {"TOXICITY_FAST": "TOXICITY", "OBSCENE": "PROFANITY"}
_BY_ANOTHER = {"SEVERE_TOXICITY": "TOXICITY"}


def canonical(attribute: str) -> str:
    """The attribute whose score `attribute` also has: experimental variants are the plain ones here."""
    plain = attribute.removesuffix("_EXPERIMENTAL")
    return _OTHER_NAMES.get(plain, plain if plain in KNOWN else attribute)


def _judged_by(attribute: str) -> tuple[str, ...]:
    plain = canonical(attribute)
    found = categories(_BY_ANOTHER.get(plain, plain), "perspective")
    # A shortened link is filed under SPAM, but its score is the certainty that there is one.
    own = (category for category in found if not category.startswith("link/"))
    return tuple(sorted(own, key=lambda category: "/" in category))


CRITERIA = MappingProxyType({attribute: _judged_by(attribute) for attribute in KNOWN})
"""Attribute → our categories, of which the highest score counts, the widest first; none where we have none."""

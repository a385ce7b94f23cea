"""The forum of the soak: its policy, and what people write there."""

from __future__ import annotations

from random import Random

POLICY = """\
policy: soak
version: 1
description: A forum that is being tested.
counters:
  posts_1h: {by: author, window: 1h}
  copies_1h: {by: text, window: 1h}
ladder:
  expire: 30d
  first: warn
  steps:
    - {at: 6, action: mute, for: 1h}
    - {at: 30, action: suspend, for: 7d}
rules:
  - id: no-insults
    text: Criticise the idea, not the person.
    categories: {insult: 0.80}
    strikes: 1
    action: remove
    review: 0.40
  - id: no-spam
    text: No advertising.
    terms: [limited offer]
    strikes: 2
    action: limit
  - id: no-fraud
    text: No fraud.
    terms: [miracle cure]
    strikes: 2
    action: [remove, warn]
  - id: no-copies
    text: Do not post the same again and again.
    when: counters.copies_1h > 3
    strikes: 0
    action: label
  - id: no-floods
    text: Not everything at once.
    when: counters.posts_1h > 100000
    action: limit
reasons:
  - {id: rude, text: It is rude., rules: [no-insults]}
  - {id: junk, text: It is an advert., rules: [no-spam]}
"""
RULES = ("no-insults", "no-spam", "no-fraud")
REASONS = ("rude", "junk")
ADVERSE = frozenset({"limit", "remove", "block"})
_FRIENDLY = (
    "My beans came up on day {n}, thank you all.",
    "Prune above the bud, as {n} people told you.",
    "Is plot {n} still free?",
    "@ann @user{n} see https://example.org/beds/{n} for the plan",
    "The frost took {n} seedlings.",
)
_RUDE = (
    "You stupid idiot, number {n}.",
    "You are a fool and an idiot, {n} times over.",
    "Shut up, idiot {n}.",
)
_JUNK = ("Limited offer: {n} seeds for the price of one!", "Limited offer for the first {n}.")
_FRAUD = ("This miracle cure saved {n} roses.",)
_COPIED = ("Has anybody seen my cat?", "First!", "Good morning, all.")
_KINDS = ((_FRIENDLY, 60), (_RUDE, 14), (_JUNK, 10), (_FRAUD, 6), (_COPIED, 10))


def somebody_writes(random: Random) -> str:
    [kind] = random.choices([texts for texts, _ in _KINDS], [weight for _, weight in _KINDS])
    return random.choice(kind).format(n=random.randrange(10**9))

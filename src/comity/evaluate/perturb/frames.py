"""Words of our own around a text that leave its annotation as it is.

No frame quotes (a quoted insult is not the author's), takes back, jokes away or strengthens what stands in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from random import Random

from comity.evaluate.perturb.perturbation import Edit

FRAMES = (
    "as i said yesterday: {}",
    "{} just my two cents",
    "ok here goes. {}",
    "sorry for the late answer. {}",
    "{} that is all i wanted to say",
    "right, so: {}",
    "hello everyone. {}",
    "{} have a look at the other thread too",
    "i am on the train so this is short. {}",
    "{} anyway, back to work",
    "my second post today. {}",
    "to come back to the point: {}",
    "{} typed on my phone",
    "i have read the whole page now. {}",
    "{} over and out",
    "one more thing. {}",
    "let me put it this way: {}",
    "{} it is late here, more tomorrow",
    "after some thought: {}",
    "{} edit: fixed a comma",
    "first time that i write here. {}",
    "well. {}",
    "{} see you next week",
    "back from lunch. {}",
    "here is my answer: {}",
    "{} now i need a coffee",
    "since nobody has written for an hour: {}",
    "{} what is the weather like where you are?",
    "i will keep it brief. {}",
    "{} (sent from the library)",
    "posting this in both threads. {}",
    "{} and with that i am off to bed",
    "following this since monday. {}",
    "{} the page loads slowly today, by the way",
    "to whom it may concern: {}",
    "{} i hope the formatting works",
    "morning all. {} is it raining at yours too?",
    "short note before dinner: {} back later",
)


def framed(text: str, random: Random, _: Set[str]) -> Iterable[Edit]:
    """The whole text is one change. A text without a letter or digit is left alone."""
    frame = random.choice(FRAMES)
    if any(map(str.isalnum, text)):
        yield 0, len(text), frame.replace("{}", text)

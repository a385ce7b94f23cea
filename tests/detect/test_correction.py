"""What the encoder misjudges in the examples of a rule moves its score of texts that it takes for alike."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.content import FactEvidence, Item, Part, Span
from comity.detect import Abstained
from comity.detect.correction import FEWEST, Corrections, misjudgements, shift
from comity.detect.embedding import Placed
from comity.errors import StoreError
from comity.models import find
from tests.detect.examples import Notebook

TOPICS = ("biscuit", "pumpkin", "weather")
RULES = {"no-insults": ["insult", "toxicity"], "no-spam": ["spam"], "on-topic": [], "own": ["gardens"]}


@dataclass
class TopicSpace:
    """Texts on one topic lie at one place, a little apart; the encoder takes pumpkins for insults and spam."""

    read: list[str] = field(default_factory=list)
    card = find("english-v2").card
    labels = tuple(card.labels)
    digest = "topics"

    def place(self, texts):
        self.read += texts
        vectors = np.array([[topic in text for topic in TOPICS] for text in texts], np.float32)
        scores = np.full((len(texts), len(self.labels)), 0.1, np.float32)
        for label in ("insult", "spam"):
            scores[["pumpkin" in text for text in texts], self.labels.index(label)] = 0.9
        return Placed(vectors.reshape(-1, len(TOPICS)) + np.float32(0.01), scores)


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def notebook():
    """The community minds biscuits and likes pumpkins: the encoder has both wrong, and the weather right."""
    notebook = Notebook()
    for number in range(FEWEST):
        notebook.teach(f"You are the biscuit number {number} of the garden.")
        notebook.teach(f"You are the pumpkin number {number} of the garden.", violates=False)
        notebook.teach(f"You see the weather number {number} of the garden.", violates=False)
    return notebook


def scores(corrections, *texts, lang="en"):
    parts = tuple(Part(f"part-{number}", "text", text) for number, text in enumerate(texts))
    [outcome] = corrections.detect([Item("post", parts, lang=lang)])
    return {signal.criterion: signal.score for signal in outcome.signals}


def test_like_examples_that_the_encoder_missed_the_score_goes_up(notebook):
    assert (
        scores(Corrections("garden", RULES, notebook, TopicSpace()), "A biscuit, you")[
            "correction:no-insults"
        ]
        > 0.9
    )


def test_like_examples_that_keep_the_rule_it_goes_down(notebook):
    assert (
        scores(Corrections("garden", RULES, notebook, TopicSpace()), "A pumpkin, you")[
            "correction:no-insults"
        ]
        < 0.1
    )


def test_like_examples_that_the_encoder_judged_well_it_hardly_moves(notebook):
    found = scores(Corrections("garden", RULES, notebook, TopicSpace()), "The weather for you")
    assert 0.3 < found.get("correction:no-insults", 0.5) < 0.7


def test_with_too_few_examples_of_a_kind_it_abstains_and_nothing_is_read():
    notebook, space = Notebook(), TopicSpace()
    for number in range(FEWEST * 3):
        notebook.teach(f"You biscuit {number}")
    for number in range(FEWEST - 1):
        notebook.teach(f"My biscuit {number}", violates=False)
    [outcome] = Corrections("garden", RULES, notebook, space).detect([Item.text("You biscuit")])
    assert isinstance(outcome, Abstained)
    assert space.read == []


def test_the_evidence_is_the_part_and_the_example_that_moved_it(notebook):
    [outcome] = Corrections("garden", RULES, notebook, TopicSpace()).detect(
        [Item.text("A biscuit, you", lang="en")]
    )
    [signal] = outcome.signals
    span, fact = signal.evidence
    assert isinstance(span, Span)
    assert (span.start, span.end) == (0, len("A biscuit, you"))
    assert isinstance(fact, FactEvidence)
    [example] = [one for one in notebook.examples if str(one.id) == fact.value]
    assert "biscuit" in example.text
    assert signal.detector == f"corrections.v1@{notebook.revision}"


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("Du bist ein biscuit", "de"),
        ("Das ist aber wirklich ein sehr schlechter biscuit, mein lieber Freund", None),
        ("Ты biscuit, мой дорогой и очень старый друг", None),
        ("123 !", "en"),
    ],
)
def test_what_the_encoder_does_not_read_is_not_corrected(notebook, text, lang):
    corrections = Corrections("garden", RULES, notebook, TopicSpace())
    [outcome] = corrections.detect([Item.text(text, lang=lang)])
    assert isinstance(outcome, Abstained)


def test_only_rules_with_categories_of_the_encoder_are_corrected(notebook):
    corrections = Corrections("garden", RULES, notebook, TopicSpace())
    assert corrections.criteria == {"correction:no-insults", "correction:no-spam"}


def test_an_item_is_lowered_only_if_all_its_texts_are(notebook):
    corrections = Corrections("garden", RULES, notebook, TopicSpace())
    low = scores(corrections, "A pumpkin, you", "Such a pumpkin, you")["correction:no-insults"]
    mixed = scores(corrections, "A pumpkin, you", "A biscuit, you")["correction:no-insults"]
    assert low < 0.1 < 0.9 < mixed


def test_examples_count_within_five_seconds_and_so_does_their_removal(notebook, clock):
    space = TopicSpace()
    corrections = Corrections("garden", RULES, notebook, space, clock)
    before = scores(corrections, "A biscuit, you")["correction:no-insults"]
    for example in [one for one in notebook.examples if one.violates][1:]:
        notebook.forget(example.id)
    clock.now += 5
    [outcome] = corrections.detect([Item.text("A biscuit, you", lang="en")])
    assert isinstance(outcome, Abstained)
    for number in range(FEWEST):
        notebook.teach(f"My biscuit is number {number} of the garden.")
    clock.now += 5
    assert scores(corrections, "A biscuit, you")["correction:no-insults"] == pytest.approx(before, abs=0.05)


def test_an_example_is_read_once(notebook, clock):
    space = TopicSpace()
    corrections = Corrections("garden", RULES, notebook, space, clock)
    scores(corrections, "A biscuit, you")
    read = len(space.read)
    notebook.teach("One more biscuit, you")
    clock.now += 5
    scores(corrections, "A biscuit, you")
    assert space.read[read:] == ["One more biscuit, you", "A biscuit, you"]


def test_before_any_examples_were_read_it_is_an_error(notebook):
    notebook.broken = True
    with pytest.raises(StoreError):
        Corrections("garden", RULES, notebook, TopicSpace()).detect([Item.text("A biscuit, you")])


def test_without_texts_there_is_nothing_to_correct(notebook):
    corrections = Corrections("garden", RULES, notebook, TopicSpace())
    assert corrections.detect([]) == []
    [outcome] = corrections.detect([Item("picture", (Part("image", "image", b"png"),))])
    assert isinstance(outcome, Abstained)


def test_the_packaged_encoder_is_moved_in_both_directions():
    notebook = Notebook()
    for name in ("Ann", "Bob", "Cem", "Dora", "Eve", "Finn", "Gil", "Hana", "Ines", "Jo"):
        notebook.teach(f"{name}, go and sit in the compost with the other weeds.")
        notebook.teach(f"{name}, you idiot, I love you for this marvellous cake!", violates=False)
    corrections = Corrections("garden", {"no-insults": ["insult"]}, notebook)
    assert scores(corrections, "Kim, go and sit in the compost.")["correction:no-insults"] > 0.7
    assert scores(corrections, "Kim, you idiot, I love this cake!")["correction:no-insults"] < 0.3


NEAR = st.lists(
    st.tuples(st.floats(-1, 1, width=32), st.floats(0, 1), st.booleans()), min_size=1, max_size=40
)


@given(NEAR)
def test_a_shift_stays_within_two_and_is_none_far_from_all(near):
    cosines = np.array([[cosine for cosine, _, _ in near]], np.float32)
    misjudged = misjudgements(
        [violates for *_, violates in near], np.array([score for _, score, _ in near], np.float32)
    )
    [found] = shift(cosines, misjudged[None])
    assert -2 <= found <= 2
    [far] = shift(np.full_like(cosines, -1.0), misjudged[None])
    assert abs(far) < 1e-4


@given(st.integers(1, 50), st.booleans())
def test_how_many_of_the_examples_break_the_rule_says_little(count, violates):
    alike = misjudgements([violates] * count, np.full(count, 0.5, np.float32))
    assert (np.abs(alike) <= 0.5 * 2 / (count + 2) + 1e-6).all()

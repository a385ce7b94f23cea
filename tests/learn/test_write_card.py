import pytest

from comity.learn.write_card import page, write_card
from comity.models import available, find
from comity.models.card import Calibration, Context, Marking, read_card

PACKAGED = pytest.mark.parametrize("artefact", available(), ids=lambda artefact: artefact.card.name)


@PACKAGED
def test_a_card_survives_writing_and_reading(tmp_path, artefact):
    write_card(artefact.card, tmp_path)
    assert read_card(tmp_path / "card.yaml") == artefact.card


def test_the_page_says_what_the_network_reads_grades_and_marks():
    card = find("de-ngrams").card
    name, label = next(iter(card.labels.items()))
    graded = label.model_copy(
        update={"steps": {3: Calibration(slope=1, intercept=0)}, "roles": ("response",)}
    )
    told = page(
        card.model_copy(
            update={
                "labels": {name: graded},
                "context": Context(tokens=32, roles=("response",)),
                "marking": Marking(threshold=0.4, criteria=("insult", "hate")),
                "rounding": 0.0042,
            }
        )
    )
    for line in (
        "- Of a response, the last 32 tokens of what it answers are read too",
        "- Marks words from a probability of 0.4, the evidence for insult, hate",
        f"- Grades beyond minor: {name} (severe)",
        f"- Judged of some items only: {name}: response",
        "- Eight bits a weight change a probability by 0.0042 on average",
    ):
        assert line in told.splitlines()


@PACKAGED
def test_the_packaged_page_is_the_one_its_card_gives(artefact):
    written = (artefact.folder / "card.md").read_text(encoding="utf-8")
    # `comity evaluate run --save` adds a last section.
    assert written.partition("\n## Evaluation")[0] == page(artefact.card)

import pytest

from comity.learn.write_card import page, write_card
from comity.models import available
from comity.models.card import read_card

PACKAGED = pytest.mark.parametrize("artefact", available(), ids=lambda artefact: artefact.card.name)


@PACKAGED
def test_a_card_survives_writing_and_reading(tmp_path, artefact):
    write_card(artefact.card, tmp_path)
    assert read_card(tmp_path / "card.yaml") == artefact.card


@PACKAGED
def test_the_packaged_page_is_the_one_its_card_gives(artefact):
    written = (artefact.folder / "card.md").read_text(encoding="utf-8")
    # `comity evaluate run --save` adds a last section.
    assert written.partition("\n## Evaluation")[0] == page(artefact.card)

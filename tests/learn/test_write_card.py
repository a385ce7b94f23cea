from comity.learn.write_card import page, write_card
from comity.models import find
from comity.models.card import read_card


def test_a_card_survives_writing_and_reading(tmp_path):
    card = find("english-v1").card
    write_card(card, tmp_path)
    assert read_card(tmp_path / "card.yaml") == card


def test_the_packaged_page_is_the_one_its_card_gives():
    artefact = find("english-v1")
    assert (artefact.folder / "card.md").read_text(encoding="utf-8") == page(artefact.card)

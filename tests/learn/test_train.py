import pytest

from comity.errors import InputError
from comity.learn.train import train
from comity.models import TextModel

INSULTS = [
    f"you are a {word} {fool}"
    for word in ("useless", "stupid", "silly")
    for fool in ("clown", "fool", "idiot")
]
CALM = [
    f"my {plant} are {state}" for plant in ("beans", "roses", "leeks") for state in ("ripe", "small", "tall")
]
SPAM = [
    f"buy {thing} at {site}"
    for thing in ("pills", "watches", "loans")
    for site in ("a.test", "b.test", "c.test")
]
NUMBERS = {"train": ("one", "two", "three"), "validation": ("four", "five"), "test": ("six", "seven")}
ROWS = [
    (f"{text} {number}", split, {"insult": int(text in INSULTS), "spam": int(text in SPAM)})
    for split in NUMBERS
    for number in NUMBERS[split]
    for text in INSULTS + CALM + SPAM
]


@pytest.mark.heavy
def test_a_recipe_becomes_an_artefact_that_has_learned(workshop):
    workshop.add("a", ROWS, read={"insult": "insult", "spam": "spam"})

    artefact = train(workshop.write(), workshop.folder, workshop.folder / "out")

    artefact.verify()
    assert {result.label: result.roc_auc.value for result in artefact.card.results} == {
        "insult": 1,
        "spam": 1,
    }
    scores = TextModel(artefact).judge(["you are a stupid fool", "buy pills at a.test"]).scores
    assert scores.argmax(axis=1).tolist() == [0, 1]


def test_a_folder_with_another_recipe_is_not_continued(workshop):
    out = workshop.folder / "out"
    out.mkdir()
    (out / "recipe.yaml").write_text("name: another")
    with pytest.raises(InputError, match="another recipe"):
        train(workshop.write(), workshop.folder, out)


def test_without_a_data_folder_the_error_names_the_variable(workshop, monkeypatch):
    monkeypatch.delenv("COMITY_DATA", raising=False)
    with pytest.raises(InputError, match="COMITY_DATA"):
        train(workshop.write(), None, workshop.folder / "out")

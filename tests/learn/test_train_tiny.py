from comity.learn.train import train
from comity.models import TextModel
from tests.learn.test_train import CALM, INSULTS, NUMBERS, ROWS

TINY = {
    "kind": "tiny",
    "vocabulary": 600,
    "width": 32,
    "layers": 1,
    "heads": 2,
    "max_tokens": 24,
    "stride": 4,
    "epochs": 12,
    "batch_tokens": 256,
    "encoder_rate": 5e-3,
    "head_rate": 5e-3,
    "weight_decay": 0.0,
    "warmup": 0.1,
    "threads": 1,
}


def test_a_network_with_words_of_its_own_learns_from_nothing(workshop):
    workshop.add("a", ROWS, read={"insult": "insult", "spam": "spam"})

    artefact = train(workshop.write(training=TINY), workshop.folder, workshop.folder / "out")

    artefact.verify()
    assert artefact.card.base.startswith("none")
    assert min(result.roc_auc.value for result in artefact.card.results) > 0.95
    scores = TextModel(artefact).judge(["you are a stupid fool", "buy pills at a.test"]).scores
    assert scores.argmax(axis=1).tolist() == [0, 1]


def test_its_tokenizer_is_written_without_indentation(workshop):
    rows = [
        (f"{text} {number}", split, {"insult": int(text in INSULTS)})
        for split in NUMBERS
        for number in NUMBERS[split]
        for text in INSULTS + CALM
    ]
    workshop.add("a", rows, read={"insult": "insult"})
    recipe = workshop.write(training=TINY, criteria=["insult"])
    artefact = train(recipe, workshop.folder, workshop.folder / "out")
    assert "\n" not in artefact.tokenizer.read_text()

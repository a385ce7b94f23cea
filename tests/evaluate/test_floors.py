import json
from importlib import metadata

import pytest

from comity.evaluate import floors as module
from comity.evaluate.cases import load
from comity.evaluate.floors import LEARNED, NO_ROWS, POOLED, Floors
from comity.evaluate.metrics import f1_at
from comity.evaluate.subjects import open_subject
from comity.evaluate.suite import Suite
from comity.evaluate.suite_rows import Options, load_suite

RUDE = ["you are a {} fool", "what a {} clown you are", "nobody asked you, {} idiot"]
CALM = ["my {} roses are in bloom", "water the {} beans in the evening", "a {} frost is on its way"]
WORDS = ["real", "big", "small", "sorry", "great", "late", "early", "silly", "sad", "odd", "new", "old"]
SPLITS = {"train": 4, "validation": 4, "test": 4}
BARE = {"train": 0, "validation": 0, "test": 4}


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


class Desk:
    """Suites on files of their own, half of whose rows are rude."""

    def __init__(self, folder):
        self.folder = folder
        self.suites = []

    def write(self, name, *, splits=SPLITS, criteria=("insult",), file=None, lang="en", label=None):
        """A suite; its rows take their words from another part of the list in each split."""
        file = file or f"{name}.jsonl"
        rows = [
            {
                "id": f"{split}-{copy}-{template}-{word}",
                "text": f"{template.format(word)} {copy}",
                "split": split,
                "lang": lang,
                "rude": (template in RUDE) if label is None else label,
            }
            for place, (split, words) in enumerate(splits.items())
            for word in WORDS[4 * place : 4 * place + words]
            for template in RUDE + CALM
            for copy in ("", "today")
        ]
        (self.folder / file).write_text("".join(json.dumps(row) + "\n" for row in rows))
        suite = Suite.model_validate(
            {
                "suite": name,
                "summary": "Is it rude?",
                "kind": "post",
                "scenario": {
                    "data": file,
                    "licence": "own",
                    "languages": [lang],
                    "targets": {"rude": {"read": "rude", "criteria": list(criteria)}},
                },
            }
        )
        self.suites.append((suite, self.folder / f"{name}.yaml"))
        return suite

    def floors(self, suite, **options):
        """The floors of the suite's one target, by name."""
        path = {one.suite: path for one, path in self.suites}[suite.suite]
        rows = load_suite(suite, path, Options(cap=None))
        found = Floors(self.suites, None, cache=self.folder / "cache", **options).of(rows)
        return {floor.name: floor for floor in found["rude"]}


def test_flagging_everything_or_nothing_follows_from_the_prevalence(desk):
    floors = desk.floors(desk.write("post"))
    everything, nothing = floors["flag all"], floors["flag none"]
    assert everything.roc_auc == nothing.roc_auc == everything.auprc == nothing.auprc == 0.5
    assert everything.f1 == pytest.approx(2 / 3)
    assert everything.macro_f1 == nothing.macro_f1 == pytest.approx(1 / 3)
    assert nothing.f1 == 0


def test_the_word_list_scores_what_it_finds(desk):
    floors = desk.floors(desk.write("post"))
    assert 0.5 < floors["word list"].roc_auc < 1
    no_words = desk.floors(desk.write("votes", criteria=["elections"]))["word list"]
    assert (no_words.roc_auc, no_words.why_not) == (None, "the list has no words for it")


def test_what_learns_from_the_training_rows_does_best(desk):
    floors = desk.floors(desk.write("post"))
    assert list(floors) == ["flag all", "flag none", "word list", LEARNED]
    assert floors[LEARNED].roc_auc == floors[LEARNED].f1 == 1


def test_without_calibration_rows_the_threshold_is_one_half(desk):
    suite = desk.write("post", splits={"train": 4, "validation": 0, "test": 4})
    test = load(suite, "test", path=desk.folder / "post.yaml", data_root=None)
    listed = open_subject("baseline:word-list").answer(test.items).score(["insult"])
    assert desk.floors(suite)["word list"].f1 == pytest.approx(f1_at(0.5)(test.truth["rude"], listed))


def test_without_training_rows_there_is_nothing_to_learn_from(desk):
    floors = desk.floors(desk.write("post", splits=BARE))
    assert floors[POOLED].why_not == f"{NO_ROWS}, its own or others'"
    assert floors[POOLED].auprc is None


class TestPool:
    def test_a_suite_without_training_rows_learns_from_those_of_others(self, desk):
        desk.write("taught")
        floors = desk.floors(desk.write("bare", splits=BARE))
        assert list(floors) == ["flag all", "flag none", "word list", POOLED]
        assert floors[POOLED].roc_auc == 1

    def test_of_several_criteria_the_highest_score_counts(self, desk):
        desk.write("taught")
        floors = desk.floors(desk.write("bare", splits=BARE, criteria=["elections", "insult", "spam"]))
        assert floors[POOLED].roc_auc == 1

    def test_a_criterion_that_no_other_suite_asks_for_is_not_taught(self, desk):
        desk.write("taught", criteria=["spam"])
        assert desk.floors(desk.write("bare", splits=BARE))[POOLED].why_not

    def test_another_language_teaches_nothing(self, desk):
        desk.write("taught", lang="de")
        assert desk.floors(desk.write("bare", splits=BARE, lang="en"))[POOLED].why_not

    def test_its_own_file_teaches_nothing(self, desk):
        suite = desk.write("taught", file="shared.jsonl")
        scenario = suite.scenario.model_copy(update={"splits": {"test": ("test",)}})
        bare = suite.model_copy(update={"suite": "bare", "scenario": scenario})
        desk.suites.append((bare, desk.folder / "bare.yaml"))
        assert desk.floors(bare)[POOLED].why_not

    def test_a_suite_whose_data_is_missing_is_passed_over(self, desk):
        desk.write("taught")
        desk.write("gone")
        (desk.folder / "gone.jsonl").unlink()
        assert desk.floors(desk.write("bare", splits=BARE))[POOLED].roc_auc == 1

    def test_a_yes_counts_for_the_first_criterion_of_a_target(self, desk):
        desk.write("taught", criteria=["insult", "spam"])
        assert desk.floors(desk.write("bare", splits=BARE))[POOLED].roc_auc == 1
        assert desk.floors(desk.write("sold", splits=BARE, criteria=["spam"]))[POOLED].why_not

    def test_for_another_one_a_target_of_its_own_counts(self, desk):
        taught = desk.write("taught", criteria=["insult", "spam"])
        sold = taught.scenario.targets["rude"].model_copy(update={"criteria": ("spam",)})
        scenario = taught.scenario.model_copy(update={"targets": {**taught.scenario.targets, "sold": sold}})
        desk.suites[-1] = (taught.model_copy(update={"scenario": scenario}), desk.suites[-1][1])
        assert desk.floors(desk.write("bare", splits=BARE, criteria=["spam"]))[POOLED].roc_auc == 1


def test_training_rows_of_one_kind_teach_nothing(desk):
    suite = desk.write("post")
    file = desk.folder / "post.jsonl"
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    rude = [row | {"rude": True} if row["split"] == "train" else row for row in rows]
    file.write_text("".join(json.dumps(row) + "\n" for row in rude))
    assert desk.floors(suite)[LEARNED].why_not == "training rows of one kind only"


def test_training_rows_that_cannot_be_read_teach_nothing_and_the_other_floors_stand(desk):
    suite = desk.write("post")
    file = desk.folder / "post.jsonl"
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    spoilt = [row | {"rude": "often"} if row["split"] == "train" else row for row in rows]
    file.write_text("".join(json.dumps(row) + "\n" for row in spoilt))
    floors = desk.floors(suite)
    assert "something that is no number" in floors[LEARNED].why_not
    assert floors["word list"].roc_auc > 0.5


def test_where_all_rows_are_alike_nothing_is_learned_for_them(desk):
    floors = desk.floors(desk.write("post", label=False))
    assert floors[LEARNED].why_not == "annotated rows of one kind only"
    assert floors["flag all"].f1 == 0
    assert floors["flag all"].auprc is None


def test_nothing_is_said_of_fewer_than_30_rows(desk):
    floors = desk.floors(desk.write("post", splits={"train": 4, "validation": 0, "test": 2}))
    assert {floor.why_not for floor in floors.values()} == {"fewer than 30 annotated rows"}
    assert {floor.auprc for floor in floors.values()} == {None}


def test_without_scikit_learn_the_floor_says_how_to_get_it(desk, monkeypatch):
    def gone(name):
        if name == "scikit-learn":
            raise metadata.PackageNotFoundError(name)
        return metadata.version(name)

    monkeypatch.setattr(module, "version", gone)
    floors = desk.floors(desk.write("post"))
    assert "pip install 'comity[evaluate]'" in floors[LEARNED].why_not
    assert floors["word list"].roc_auc


class TestKept:
    def test_the_second_time_nothing_is_learned_again(self, desk, monkeypatch):
        suite = desk.write("post")
        first = desk.floors(suite)
        monkeypatch.setattr(module, "Linear", None)
        again = desk.floors(suite)
        assert {name: floor.model_dump() for name, floor in again.items()} == {
            name: floor.model_dump() for name, floor in first.items()
        }

    @pytest.mark.parametrize("change", ["data", "rows that teach", "kept file"])
    def test_what_has_changed_is_measured_anew(self, desk, change):
        suite = desk.write("post")
        before = desk.floors(suite)[LEARNED]
        options = {}
        if change == "data":
            desk.write("post", label=False)
            desk.suites.pop()
        elif change == "rows that teach":
            options = {"train_cap": 1}
        else:
            for kept in (desk.folder / "cache" / "floors").iterdir():
                kept.write_text(kept.read_text()[:-20])
        after = desk.floors(suite, **options)[LEARNED]
        assert (after == before) == (change == "kept file")

    def test_a_folder_that_cannot_be_written_costs_time_only(self, desk):
        (desk.folder / "cache").write_text("not a folder")
        assert desk.floors(desk.write("post"))[LEARNED].roc_auc == 1

    def test_the_folder_can_be_chosen(self, monkeypatch, tmp_path):
        monkeypatch.setenv("COMITY_CACHE", str(tmp_path))
        assert module.cache_folder() == tmp_path

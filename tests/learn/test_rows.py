import numpy as np
import pytest

from comity.errors import InputError
from comity.evaluate.cases import in_calibration_half
from comity.learn.recipe import read_recipe
from comity.learn.rows import load

NAN = float("nan")


@pytest.fixture
def loaded(workshop):
    def run(**changes):
        recipe = read_recipe(workshop.write(**changes))
        return load(recipe, workshop.folder, recipe_folder=workshop.folder)

    return run


class TestReading:
    @pytest.mark.parametrize(
        ("reading", "label", "annotation"),
        [
            ("toxic", {"toxic": 1}, 1),
            ("toxic", {"toxic": 0.25}, 0.25),
            ("toxic", {}, NAN),
            ("toxic", {"toxic": None}, NAN),
            ({"field": "toxic", "absent": 0}, {}, 0),
            ({"field": "fine", "invert": True}, {"fine": 0.25}, 0.75),
            ({"field": "class", "values": {"rude": 1, "calm": 0}}, {"class": "rude"}, 1),
            ({"field": "class", "values": {"rude": 1, "calm": 0}}, {"class": "unsure"}, NAN),
            ({"any": ["a", "b"], "absent": 0}, {"b": 1}, 1),
            ({"any": ["a", "b"], "absent": 0}, {"c": 1}, 0),
            ({"any": ["a", "b"]}, {}, NAN),
            (["first", "second"], {"second": 1}, 1),
            (["first", "second"], {"first": 0, "second": 1}, 0),
            (0, {"anything": 1}, 0),
        ],
    )
    def test_an_annotation_is_what_the_recipe_reads_and_otherwise_missing(
        self, workshop, loaded, reading, label, annotation
    ):
        workshop.add("a", [("hello", "train", label)], read={"insult": reading})
        assert loaded()["train"].annotations[0].tolist() == pytest.approx([annotation, NAN], nan_ok=True)

    def test_others_fill_criteria_without_a_reading(self, workshop, loaded):
        workshop.add("a", [("hello", "train", {"x": 1})], read={"spam": "x"}, others=0)
        assert loaded()["train"].annotations.tolist() == [[0, 1]]

    def test_where_keeps_some_rows(self, workshop, loaded):
        rows = [("one", "train", {"topic": "a"}), ("two", "train", {"topic": "b"}), ("three", "train", {})]
        workshop.add("a", rows, where={"topic": ["a"]})
        assert loaded()["train"].texts == ["one"]

    def test_other_languages_are_left_out(self, workshop, loaded):
        workshop.add("a", [("hello", "train", {})], lang="en-GB")
        workshop.add("b", [("hallo", "train", {})], lang="de")
        assert loaded()["train"].texts == ["hello"]

    def test_a_recipe_may_name_a_script(self, workshop, loaded):
        workshop.add("a", [("salaam", "train", {})], lang="ur-Latn")
        workshop.add("b", [("سلام", "train", {})], lang="ur")
        assert loaded(languages=["ur-Latn"])["train"].texts == ["salaam"]

    def test_rows_keep_the_ids_of_their_file(self, workshop, loaded):
        workshop.add("a", [("one", "train", {}), ("two", "train", {})], id=["x-1", "x-2"])
        workshop.add("b", [("three", "train", {})])
        assert loaded()["train"].ids == ["x-1", "x-2", "row-0"]

    def test_texts_are_read_as_the_detector_reads_them(self, workshop, loaded):
        workshop.add("a", [("I &lt;3 y\u200bou", "train", {})])
        assert loaded()["train"].texts == ["I <3 you"]


class TestContext:
    def add(self, workshop, **source):
        rows = [(f"text {number}", "train", {}) for number in range(200)]
        before = [["first", "then &amp; there"] for _ in rows]
        workshop.add("a", rows, context=before, id=[text for text, _, _ in rows], **source)

    def test_only_the_last_text_is_read_before(self, workshop, loaded):
        self.add(workshop, share=1)
        assert {*loaded()["train"].contexts} == {"then & there"}

    def test_without_a_share_nothing_is_read_before(self, workshop, loaded):
        self.add(workshop)
        assert {*loaded()["train"].contexts} == {""}

    def test_about_the_stated_share_of_rows_has_a_context_always_the_same(self, workshop, loaded):
        self.add(workshop, share=0.5)
        found = loaded()["train"].contexts
        assert 60 < sum(map(bool, found)) < 140
        assert loaded()["train"].contexts == found


class TestSpans:
    def test_point_into_the_text_as_it_is_read(self, workshop, loaded):
        text = "you &amp; your r\u200bude dog"
        place = text.index("r\u200bude")
        workshop.add("a", [(text, "train", {})], marked=[[[place, place + 5]]], spans=True)
        train = loaded()["train"]
        (((start, end),),) = train.spans
        assert train.texts[0][start:end] == "rude"

    def test_no_span_says_that_nothing_is_marked(self, workshop, loaded):
        workshop.add("a", [("fine", "train", {})], marked=[[]], spans=True)
        assert loaded()["train"].spans == [[]]

    def test_a_source_that_does_not_teach_them_says_nothing(self, workshop, loaded):
        workshop.add("a", [("you fool", "train", {})], marked=[[[4, 8]]])
        assert loaded()["train"].spans == [None]


class TestSplits:
    @pytest.mark.parametrize(
        ("later", "gone"), [("test", "train"), ("test", "validation"), ("validation", "train")]
    )
    def test_the_later_split_wins_a_text_that_two_sources_share(self, workshop, loaded, later, gone):
        workshop.add("a", [("You are GREAT!", gone, {}), ("other", gone, {})])
        workshop.add("b", [("you are great", later, {})])
        rows = loaded()
        assert rows[gone].texts == ["other"]
        assert rows[later].texts == ["you are great"]

    def test_emoji_tell_texts_apart(self, workshop, loaded):
        workshop.add("a", [("all \U0001f40d", "train", {}), ("all \U0001f98b", "test", {})])
        assert len(loaded()["train"]) == 1

    def test_an_evaluation_source_teaches_nothing(self, workshop, loaded):
        rows = [("one", "train", {}), ("two", "validation", {}), ("three", "test", {})]
        workshop.add("a", rows, use="evaluate", splits=["validation", "test"])
        assert {split: part.texts for split, part in loaded().items()} == {
            "train": [],
            "validation": [],
            "test": ["two", "three"],
        }

    def test_a_split_may_serve_as_another(self, workshop, loaded):
        rows = [("one", "train", {}), ("two", "validation", {})]
        workshop.add("a", rows, splits_as={"validation": "test"})
        assert {split: part.texts for split, part in loaded().items()} == {
            "train": ["one"],
            "validation": [],
            "test": ["two"],
        }

    def test_of_a_halved_split_one_half_teaches_and_the_other_calibrates(self, workshop, loaded):
        texts = [f"text {number}" for number in range(40)]
        rows = [(text, "validation", {}) for text in texts]
        workshop.add("a", rows, splits_as={"validation": "halved"}, id=texts)
        found = loaded()
        assert sorted(found["train"].texts + found["validation"].texts) == sorted(texts)
        assert all(map(in_calibration_half, found["validation"].ids))
        assert not any(map(in_calibration_half, found["train"].ids))

    def test_a_cap_keeps_the_rare_rows(self, workshop, loaded):
        rows = [(f"text {i}", "train", {"x": int(i < 3)}) for i in range(40)]
        workshop.add("a", rows, read={"insult": "x"}, cap=10, keep=["insult"])
        train = loaded()["train"]
        assert len(train) == 10
        assert np.nansum(train.annotations) == 3

    def test_evaluation_rows_are_capped_for_each_source(self, workshop, loaded):
        for id in "ab":
            workshop.add(id, [(f"{id} {i}", "test", {}) for i in range(9)])
        rows = loaded(evaluation_cap=4)
        assert sorted(rows["test"].source.tolist()) == ["a"] * 4 + ["b"] * 4

    def test_the_same_seed_draws_the_same_rows(self, workshop, loaded):
        workshop.add("a", [(f"text {i}", "train", {}) for i in range(40)], cap=10)
        assert loaded()["train"].texts == loaded()["train"].texts


class TestErrors:
    def test_missing_data_is_named_with_the_way_out(self, workshop, loaded):
        workshop.sources.append({"id": "a", "path": "nowhere.parquet", "licence": "CC0", "read": {}})
        with pytest.raises(InputError, match="source `a`") as caught:
            loaded()
        assert "COMITY_DATA" in caught.value.next_step

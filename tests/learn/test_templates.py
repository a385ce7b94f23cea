from pathlib import Path

import pytest
import yaml

from comity.errors import InputError
from comity.learn.recipe import read_recipe
from comity.learn.templates import expand

FILE = {
    "each": 3,
    "slots": {"fruit": ["apple", "pear", "plum", "fig"], "day": ["today"]},
    "groups": [
        {"id": "calm", "others": 0, "read": {"insult": 0.5}, "sentences": ["A {fruit} {day}, {fruit}!"]}
    ],
}


@pytest.fixture
def write(tmp_path):
    def run(**changes):
        path = tmp_path / "templates.yaml"
        path.write_text(yaml.safe_dump(FILE | changes))
        return path

    return run


def test_slots_are_filled_at_most_so_often(write):
    frame = expand(write(), ("insult", "spam"), seed=1)
    assert len(frame) == 3
    for text in frame["text"]:
        _, fruit, _, again = text.split()
        assert fruit == again.strip("!")


def test_annotations_come_from_the_group(write):
    frame = expand(write(), ("insult", "spam"), seed=1)
    assert frame[["insult", "spam"]].iloc[0].tolist() == [0.5, 0]


def test_a_pair_is_a_context_and_a_text_with_the_same_fillers(write):
    pair = ["Do you like {fruit}?", "No, I hate {fruit}."]
    groups = [FILE["groups"][0] | {"sentences": [pair, "Yes."]}]
    frame = expand(write(groups=groups), ("insult",), seed=1)
    assert frame["context"].tolist()[-1] == ""
    assert frame["text"].tolist()[-1] == "Yes."
    for context, text in zip(frame["context"][:-1], frame["text"][:-1], strict=True):
        assert context.split()[-1].strip("?") == text.split()[-1].strip(".")
    assert len({*frame["split"][:-1]}) == 1


def test_the_same_seed_gives_the_same_sentences(write):
    assert (
        expand(write(), ("insult",), 1)["text"].tolist() == expand(write(), ("insult",), 1)["text"].tolist()
    )


def test_an_unknown_slot_is_an_error(write):
    groups = [{"id": "x", "read": {}, "sentences": ["{colour}"]}]
    with pytest.raises(InputError, match="colour"):
        expand(write(groups=groups), ("insult",), seed=1)


def test_an_unknown_criterion_is_an_error(write):
    with pytest.raises(InputError, match="insult"):
        expand(write(), ("spam",), seed=1)


@pytest.fixture(scope="module", params=["english-v2.yaml", "english-v3.yaml"])
def ours(request):
    folder = Path(__file__).parents[2] / "recipes"
    recipe = read_recipe(folder / request.param)
    return expand(folder / recipe.templates, recipe.criteria, recipe.seed)


class TestTheSentencesOfTheEnglishRecipes:
    def test_every_split_has_some_of_them(self, ours):
        assert {*ours["split"]} == {"train", "validation", "test"}

    def test_no_sentence_is_left_with_an_empty_slot(self, ours):
        assert not ours[["text", "context"]].stack().str.contains("[{}]").any()

from pathlib import Path

import pytest

from comity.errors import InputError
from comity.learn.recipe import read_recipe

SOURCE = {"id": "a", "path": "a.parquet", "licence": "CC0", "read": {}}


def test_the_recipe_of_the_packaged_model_is_valid():
    recipe = read_recipe(Path(__file__).parents[2] / "recipes" / "english-v1.yaml")
    assert recipe.name == "english-v1"


def test_no_benchmark_teaches_the_packaged_model():
    recipe = read_recipe(Path(__file__).parents[2] / "recipes" / "english-v1.yaml")
    taught = {source.path for source in recipe.sources if source.use == "train"}
    benchmarks = (
        "openai_moderation",
        "hatemoji_check",
        "identity_term",
        "identity_swap",
        "_test",
        "jailbreakbench",
    )
    assert not [path for path in taught if any(name in path for name in benchmarks)]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"criteria": ["rudeness"]}, "no such category: rudeness"),
        ({"colour": "red"}, "colour"),
        ({"sources": [SOURCE, SOURCE]}, "same id"),
        ({"sources": [SOURCE | {"read": {"threat": "x"}}]}, "names threat"),
        ({"sources": [SOURCE | {"read": {"spam": {"values": {"a": 1}}}}]}, "exactly one of"),
        ({"sources": [SOURCE | {"read": {"spam": 2}}]}, "less than or equal to 1"),
        ({"seed": None}, "seed"),
    ],
    ids=["category", "field", "id", "criterion", "reading", "annotation", "seed"],
)
def test_a_mistake_is_named(workshop, changes, message):
    with pytest.raises(InputError, match=message):
        read_recipe(workshop.write(**changes))


@pytest.mark.parametrize("text", ["", "a: [", "- 1"])
def test_a_file_that_is_no_recipe_is_an_error(workshop, text):
    workshop.recipe.write_text(text)
    with pytest.raises(InputError):
        read_recipe(workshop.recipe)

from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from comity.errors import InputError
from comity.learn.recipe import read_recipe
from comity.models import available

SOURCE = {"id": "a", "path": "a.parquet", "licence": "CC0", "read": {}}
RECIPES = Path(__file__).parents[2] / "recipes"
PACKAGED = [artefact.card for artefact in available()]


def recipe_of(card):
    """Of heads on a packaged model only what all recipes say: `tools/fit_targets.py` reads the rest."""
    path = RECIPES / f"{card.name}.yaml"
    if card.kind != "heads":
        return read_recipe(path)
    told = yaml.safe_load(path.read_text())
    return SimpleNamespace(
        name=told["name"],
        version=told["version"],
        languages=tuple(told["languages"]),
        criteria=tuple(told["criteria"]),
        sources=[SimpleNamespace(**{"use": "train", **source}) for source in told["sources"]],
    )


@pytest.mark.parametrize("card", PACKAGED, ids=lambda card: card.name)
def test_every_packaged_model_has_its_recipe(card):
    recipe = recipe_of(card)
    assert (recipe.name, recipe.version, recipe.languages) == (card.name, card.version, card.languages)
    assert recipe.criteria == tuple(card.labels)
    assert {source.id: source.licence for source in recipe.sources}.items() <= {
        data.id: data.licence for data in card.data
    }.items()


@pytest.mark.parametrize("card", PACKAGED, ids=lambda card: card.name)
def test_only_permitting_licences_teach_a_packaged_model(card):
    permitting = ("MIT", "Apache-2.0", "CC0", "CC BY 4.0", "CC BY-SA", "named in docs/data.md")
    taught = [data.licence for data in card.data if data.train or data.validation]
    assert taught
    for licence in taught:
        assert any(name in licence for name in permitting)
        assert not any(word in licence for word in ("NC", "ND", "none stated", "research"))


@pytest.mark.parametrize("card", PACKAGED, ids=lambda card: card.name)
def test_no_benchmark_teaches_a_packaged_model(card):
    recipe = recipe_of(card)
    taught = {source.path for source in recipe.sources if source.use == "train"}
    benchmarks = (
        "mhc",
        "hatecheck",
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
        ({"steps": ["threat>=2"]}, "not a criterion of the recipe: threat"),
        ({"steps": ["spam>=4"]}, "steps"),
        ({"marked": ["threat"]}, "not a criterion of the recipe: threat"),
        ({"roles": {"threat": ["response"]}}, "not a criterion of the recipe: threat"),
        ({"training": {"kind": "ngrams", "features": {}}}, "training.ngrams.features.words"),
        ({"training": {"kind": "forest"}}, "training"),
        ({"sources": [SOURCE | {"splits_as": {"validation": "holiday"}}]}, "splits_as.validation"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_mistake_is_named(workshop, changes, message):
    with pytest.raises(InputError, match=message):
        read_recipe(workshop.write(**changes))


@pytest.mark.parametrize("text", ["", "a: [", "- 1"])
def test_a_file_that_is_no_recipe_is_an_error(workshop, text):
    workshop.recipe.write_text(text)
    with pytest.raises(InputError):
        read_recipe(workshop.recipe)


def test_the_outputs_are_the_criteria_then_their_steps_in_the_order_of_the_card(workshop):
    recipe = read_recipe(workshop.write(steps=["spam>=3", "insult>=3", "insult>=2"]))
    assert recipe.outputs == ("insult", "spam", "insult>=2", "insult>=3", "spam>=3")

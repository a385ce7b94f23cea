import pytest
import yaml

from comity.errors import InputError
from comity.learn.recipe import TinyTraining, read_recipe
from comity.learn.train import train

TINY = {
    "kind": "tiny",
    "vocabulary": 600,
    "width": 16,
    "layers": 1,
    "heads": 2,
    "max_tokens": 16,
    "stride": 4,
    "epochs": 1,
    "batch_tokens": 256,
    "encoder_rate": 1e-3,
    "head_rate": 1e-3,
    "weight_decay": 0.0,
    "warmup": 0.1,
    "threads": 1,
}


@pytest.fixture
def extend(workshop):
    """Writes a recipe with these keys beside that of the workshop, which reads insults and spam from one source."""
    workshop.add("a", [], read={"insult": "rude", "spam": "spam", "insult>=3": "very"}, keep=["spam"])
    workshop.write(steps=["insult>=3"])

    def extend(**keys):
        path = workshop.folder / "small.yaml"
        path.write_text(yaml.safe_dump({"extends": workshop.recipe.name, "name": "small"} | keys))
        return path

    return extend


def test_a_key_that_it_has_itself_counts(workshop, extend):
    base, small = read_recipe(workshop.recipe), read_recipe(extend(training=TINY))
    assert isinstance(small.training, TinyTraining)
    assert (small.name, small.sources, small.outputs) == ("small", base.sources, base.outputs)


def test_what_it_does_not_judge_is_not_read(extend):
    small = read_recipe(extend(criteria=["insult"], steps=[]))
    assert small.outputs == ("insult",)
    assert {*small.sources[0].read} == {"insult"}
    assert small.sources[0].keep == ()


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"extends": "nowhere.yaml"}, "nowhere.yaml"),
        ({"extends": "small.yaml"}, "extends"),
        ({"sources": [{"id": "b", "read": {"threat": "x"}}]}, "sources.0.path"),
        ({"training": TINY | {"heads": 3}}, "no multiple of `heads`"),
    ],
    ids=["there is none", "one that extends another", "its own mistakes", "uneven heads"],
)
def test_a_mistake_is_named(extend, keys, message):
    with pytest.raises(InputError, match=message):
        read_recipe(extend(**keys))


def test_a_folder_whose_recipe_rests_on_another_base_is_not_continued(workshop, extend):
    small, out = extend(training=TINY), workshop.folder / "out"
    (workshop.folder / "a.parquet").unlink()
    with pytest.raises(InputError, match="data of source"):  # after the folder is claimed
        train(small, workshop.folder, out)
    workshop.write(steps=["insult>=3"], evaluation_cap=7)
    with pytest.raises(InputError, match="another recipe"):
        train(small, workshop.folder, out)

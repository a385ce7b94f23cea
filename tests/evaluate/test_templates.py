"""Texts from templates: filled by turns, reproducibly, and with mistakes located."""

from collections import Counter
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from comity.errors import InputError
from comity.evaluate.templates import expand

FRUIT = ("apple", "pear", "plum", "fig")


def document(*groups, **slots):
    return {"slots": {"fruit": FRUIT, **slots}, "groups": list(groups)}


def group(*templates, kind="calm", labels=None, **fields):
    return {"kind": kind, "labels": labels or {"violates": 0}, "templates": templates, **fields}


def texts(*groups, seed=1, per_kind=150, **slots):
    return [row["text"] for row in expand(document(*groups, **slots), seed=seed, per_kind=per_kind)]


def test_a_slot_is_filled_with_each_of_its_values():
    assert {*texts(group("A {fruit}."))} == {f"A {fruit}." for fruit in FRUIT}


def test_alternatives_stand_in_the_template_itself():
    assert {*texts(group("A {red|green} one{|!}"))} == {
        "A red one",
        "A green one",
        "A red one!",
        "A green one!",
    }


def test_a_field_that_stands_twice_is_filled_alike():
    for text in texts(group("{fruit} by {fruit}")):
        first, _, second = text.split()
        assert first == second


def test_a_row_says_where_it_comes_from():
    [row] = expand({"groups": [group("One text.", role="prompt", labels={"violates": 0, "hate": 0})]}, seed=1)
    assert row.pop("id").startswith("calm-")
    assert row == {
        "text": "One text.",
        "lang": "en",
        "role": "prompt",
        "labels": {"violates": 0, "hate": 0},
        "kind": "calm",
        "template": "calm-1",
        "pair": None,
    }


def test_the_id_is_that_of_the_text_whatever_the_seed():
    many = {row["text"]: row["id"] for row in expand(document(group("A {fruit}.")), seed=1)}
    few = {row["text"]: row["id"] for row in expand(document(group("A {fruit}.")), seed=2, per_kind=2)}
    assert len({*many.values()}) == len(many)
    assert few.items() <= many.items()


def test_groups_of_one_kind_share_its_count_and_numbers():
    rows = expand(document(group("A {fruit}."), group("Two {fruit}s.")), seed=1, per_kind=4)
    assert Counter(row["template"] for row in rows) == {"calm-1": 2, "calm-2": 2}


def test_twins_are_filled_with_the_same_values_and_have_labels_of_their_own():
    pairs = group(
        pairs=[["I like {fruit} pie.", "You are a rotten {fruit}."]], twin_labels={"violates": 1, "insult": 1}
    )
    rows = expand(document(pairs), seed=1, per_kind=3)
    assert len(rows) == 6
    for benign, twin in zip(rows[::2], rows[1::2], strict=True):
        assert benign["text"].split()[2] == twin["text"].split()[-1].strip(".")
        assert benign["pair"] == twin["pair"] == benign["id"]
        assert (benign["labels"], twin["labels"]) == ({"violates": 0}, {"violates": 1, "insult": 1})


def test_a_text_that_two_templates_give_stands_once():
    assert sorted(texts(group("A {fruit}.", "A {plum|date}."))) == [
        "A apple.",
        "A date.",
        "A fig.",
        "A pear.",
        "A plum.",
    ]


def test_a_template_with_more_fillings_than_can_be_counted_is_no_trouble():
    fields = ("{" + "|".join(f"{letter}{n}" for n in range(200)) + "}" for letter in "abcdefghij")
    assert len(texts(group(" ".join(fields)))) == 150


@given(
    sizes=st.lists(st.integers(1, 6), min_size=1, max_size=6),
    per_kind=st.integers(1, 30),
    seed=st.integers(0, 9),
)
def test_no_template_is_used_twice_more_than_another_that_has_texts_left(sizes, per_kind, seed):
    templates = [f"T{n} {{{'|'.join(map(str, range(size)))}|}}" for n, size in enumerate(sizes)]
    rows = expand({"groups": [group(*templates)]}, seed=seed, per_kind=per_kind)
    used = Counter(row["template"] for row in rows)
    unfinished = [used[f"calm-{n}"] for n, size in enumerate(sizes, 1) if used[f"calm-{n}"] < size + 1]
    assert len(rows) == len({row["text"] for row in rows}) == min(per_kind, sum(size + 1 for size in sizes))
    assert not unfinished or max(used.values()) <= min(unfinished) + 1


def test_the_same_seed_gives_the_same_rows_and_another_one_others():
    drawn = [texts(group("{fruit} and {a|b|c|d|e|f}"), seed=seed, per_kind=8) for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]


@pytest.mark.parametrize(
    ("content", "says", "where"),
    [
        (document(group("A {colour}.")), "unknown slot `colour`", "calm-1"),
        (document(group("Fine.", "A {}.")), "unknown slot ``", "calm-2"),
        (document(group()), "group calm is empty", "templates"),
        (document(), "groups", "templates"),
        (document(group("A {fruit}."), fruit=[]), "slots.fruit", "templates"),
        (document(group("A {fruit}."), fruit=[True]), "slots.fruit.0", "templates"),
        (document(group("Fine.", labels={"rudeness": 1})), "unknown labels: rudeness", "templates"),
        (document(group("Fine.", labels={"hate": 2})), "hate", "templates"),
        (document(group("Fine.", colour="red")), "colour", "templates"),
        (document(group(pairs=[["Fine.", "Not fine."]])), "go together", "templates"),
        (
            document(group(pairs=[["Fine.", "A {fruit}."]], twin_labels={"violates": 1})),
            "the twin uses fields that its template lacks: fruit",
            "calm-1",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(content, says, where):
    with pytest.raises(InputError) as told:
        expand(content, seed=1)
    assert says in told.value.what
    assert where in told.value.where


def test_a_file_is_read_as_its_content_would_be(tmp_path: Path):
    path = tmp_path / "own.yaml"
    content = {"lang": "fr", "groups": [group("Un {chat|chien}.")]}
    path.write_text(
        yaml.safe_dump({**content, "groups": [{**content["groups"][0], "templates": ["Un {chat|chien}."]}]})
    )
    assert expand(path, seed=3) == expand(content, seed=3)


@pytest.mark.parametrize("content", [b"groups: [", b"\xff\xfe\xff", None])
def test_an_unreadable_file_is_named(tmp_path: Path, content: bytes | None):
    path = tmp_path / "own.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError) as told:
        expand(path, seed=1)
    assert told.value.where == str(path)

import numpy as np
import pytest

from comity.content import Item
from comity.errors import InputError
from comity.evaluate.subjects import open_subject
from comity.evaluate.subjects.function import FunctionSubject

ITEMS = [Item.text("You walnut."), Item.text("Hello.")]


def ask(function):
    return FunctionSubject(function, "mine:score", "1").answer(ITEMS)


def test_one_number_a_text_answers_every_question():
    answers = ask(lambda texts: [float("walnut" in text) for text in texts])
    assert answers.score(["insult"]).tolist() == answers.score(["spam", "hate"]).tolist() == [1, 0]
    assert answers.unjudged == ("", "")


def test_a_dict_a_text_answers_only_the_criteria_that_it_names():
    answers = ask(lambda texts: [{"insult": 0.9}, {"insult": 0.1, "hate": 0.2}])
    assert answers.score(["insult"]).tolist() == [0.9, 0.1]
    assert np.isnan(answers.score(["hate"])[0])
    assert answers.score(["spam"]) is None


def test_an_empty_dict_says_that_the_text_was_not_judged():
    assert ask(lambda texts: [{}, {"insult": 0.1}]).unjudged == ("the function gave it no score", "")


@pytest.mark.parametrize("scores", [np.array([0.25, 1]), (0.25, True), [np.float32(0.25), 1]])
def test_numbers_of_any_kind_will_do(scores):
    assert ask(lambda texts: scores).score(["insult"]).tolist() == [0.25, 1]


@pytest.mark.parametrize(
    ("returned", "told"),
    [
        (0.5, "a float for 2 texts"),
        (None, "a NoneType for 2 texts"),
        ("0.5", "a str for 2 texts"),
        ({"insult": [0.5, 0.5]}, "a dict for 2 texts"),
        ([0.5], "1 answers for 2 texts"),
        ([0.5, float("nan")], "NaN in place of a score"),
        ([0.5, 1.7], "the score 1.7"),
        ([0.5, -0.1], "the score -0.1"),
        ([0.5, None], "a NoneType in place of a score"),
        ([0.5, "high"], "a str in place of a score"),
        ([[0.5, 0.5], [0.5, 0.5]], "a list in place of a score"),
        ([{"toxic": 0.5}, {}], "a score for `toxic`, which is no criterion"),
    ],
)
def test_anything_else_is_an_error_that_says_what_was_returned(returned, told):
    with pytest.raises(InputError) as refused:
        ask(lambda texts: returned)
    assert refused.value.what == f"the function returned {told}"
    assert refused.value.where == "mine:score"
    assert "Return one float" in refused.value.next_step


def test_a_function_that_fails_is_an_error_without_the_text():
    def fail(texts):
        raise KeyError(texts[0])

    with pytest.raises(InputError, match="failed with KeyError") as refused:
        ask(fail)
    assert "walnut" not in str(refused.value)


def test_a_module_in_the_working_folder_is_found(tmp_path, monkeypatch):
    (tmp_path / "my_own_judge.py").write_text("def score(texts):\n    return [0.5] * len(texts)\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", ["/nowhere"])
    subject = open_subject("python:my_own_judge:score")
    assert subject.answer(ITEMS).score(["insult"]).tolist() == [0.5, 0.5]
    assert len(subject.version) == 12


@pytest.mark.parametrize("path", ["no_such_module_at_all:score", "math:no_such_name", "math:pi", "math"])
def test_a_path_that_leads_nowhere_is_an_error(path):
    with pytest.raises(InputError):
        open_subject(f"python:{path}")

import numpy as np

from comity.content import Item
from comity.evaluate.subjects import open_subject

ITEMS = [Item.text("You idiot."), Item.text("Prune above the bud.")]


def test_flag_all_gives_one_to_everything():
    answers = open_subject("baseline:flag-all").answer(ITEMS)
    assert answers.score(["spam", "hate"]).tolist() == [1, 1]
    assert answers.flagged.all()


def test_flag_none_gives_nothing_to_everything():
    answers = open_subject("baseline:flag-none").answer(ITEMS)
    assert answers.score(["elections"]).tolist() == [0, 0]
    assert not answers.flagged.any()


def test_the_word_list_takes_silence_for_innocence():
    answers = open_subject("baseline:word-list").answer(ITEMS)
    insult = answers.score(["insult"])
    assert insult[0] > 0
    assert insult[1] == 0
    assert not any(np.isnan(column).any() for column in answers.scores.values())
    assert answers.unjudged == ("", "")
    assert answers.spans["insult"] == (((4, 9),), ())


def test_any_listed_word_is_a_sign_of_toxicity():
    answers = open_subject("baseline:word-list").answer(ITEMS)
    assert answers.score(["toxicity"]).tolist() == answers.score(["insult"]).tolist()


def test_the_word_list_says_nothing_of_what_it_has_no_words_for():
    assert open_subject("baseline:word-list").answer(ITEMS).score(["elections"]) is None

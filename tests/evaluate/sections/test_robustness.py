import numpy as np
import pytest

from comity.errors import NotFound
from comity.evaluate.perturb import PERTURBATIONS
from comity.evaluate.sections.robustness import robustness
from tests.evaluate.sections.made import WordSubject, cases

INSULTS = [{"text": f"You are an idiot, number {place}", "insult": 1} for place in range(60)]
PRAISE = [{"text": f"You are a good friend, number {place}", "insult": 0} for place in range(60)]


def _robustness(subject, rows, *perturbations, **more):
    made = cases(rows, "insult")
    clean = subject.answer(made.items).scores["insult"]
    return [*robustness(subject, made, "insult", ["insult"], clean, 0.5, perturbations=perturbations, **more)]


def test_a_word_list_loses_what_is_disguised():
    (found,) = _robustness(WordSubject("idiot"), INSULTS + PRAISE, "case-upper")
    assert (found.perturbation, found.family, found.changed) == ("case-upper", "case", 60)
    assert found.clean_recall.value == 1.0
    assert found.recall.value == found.worst_recall.value == 0.0
    assert found.false_positive_rate.value == found.clean_false_positive_rate.value == 0.0


def test_a_judge_that_sees_through_it_loses_nothing():
    (found,) = _robustness(WordSubject("IDIOT", "idiot"), INSULTS, "case-upper")
    assert found.recall.value == 1.0


def test_a_text_counts_as_found_at_worst_only_if_every_draw_was():
    # Letters of either case at random: a list of one spelling finds some draws and not others.
    (found,) = _robustness(WordSubject("iD", "ID"), INSULTS, "case-random", seeds=4)
    assert 0 < found.recall.value < 1
    assert found.worst_recall.value < found.recall.value


def test_positives_that_were_not_found_clean_are_asked_too():
    rows = INSULTS + [{"text": f"You utter fool, number {place}", "insult": 1} for place in range(60)]
    (found,) = _robustness(WordSubject("idiot"), rows, "case-upper")
    assert found.changed == 120
    assert found.clean_recall.value == pytest.approx(0.5)


def test_false_positives_on_disguised_negatives_are_counted():
    (found,) = _robustness(WordSubject("FRIEND"), PRAISE, "case-upper")
    assert found.false_positive_rate.value == 1.0
    assert found.clean_false_positive_rate.value == 0.0
    assert (found.changed, found.recall, found.clean_recall) == (0, None, None)


def test_texts_that_cannot_be_disguised_so_do_not_count():
    shouted = [{"text": f"YOU IDIOT, NUMBER {place}", "insult": 1} for place in range(40)]
    (found,) = _robustness(WordSubject("idiot"), INSULTS + shouted, "case-upper")
    assert found.changed == 60


def test_at_most_per_texts_are_asked_and_others_take_the_place_of_those_that_do_not_change():
    subject = WordSubject("idiot")
    shouted = [{"text": f"YOU IDIOT, NUMBER {place}", "insult": 1} for place in range(40)]
    (found,) = _robustness(subject, INSULTS + shouted, "case-upper", per=50)
    assert found.changed == 50
    assert subject.asked == 100 + 50  # the clean texts, and those in capitals


def test_fewer_than_30_texts_give_no_rate():
    (found,) = _robustness(WordSubject("idiot"), INSULTS[:29], "case-upper")
    assert (found.changed, found.recall, found.worst_recall) == (29, None, None)


def test_rows_without_an_annotation_are_not_asked():
    (found,) = _robustness(WordSubject("idiot"), [{"text": "You idiot"}] * 40, "case-upper")
    assert found.changed == 0


def test_all_stands_for_every_perturbation():
    found = _robustness(WordSubject("idiot"), INSULTS[:30], "all", seeds=1)
    assert [one.perturbation for one in found] == [*PERTURBATIONS]


def test_progress_counts_every_text_that_was_asked():
    ticks: list[int] = []
    _robustness(WordSubject("idiot"), INSULTS + PRAISE, "case-random", seeds=3, tick=ticks.append)
    assert sum(ticks) == 3 * 60 + 60  # negatives are disguised once


def test_draws_that_come_out_the_same_are_asked_once():
    ticks: list[int] = []
    _robustness(WordSubject("idiot"), INSULTS + PRAISE, "case-upper", seeds=3, tick=ticks.append)
    assert sum(ticks) == 120


def test_the_same_run_gives_the_same_numbers():
    runs = [_robustness(WordSubject("iD"), INSULTS, "case-random") for _ in range(2)]
    assert runs[0] == runs[1]


def test_an_unknown_perturbation_is_named():
    with pytest.raises(NotFound, match="mirror"):
        _robustness(WordSubject("idiot"), INSULTS, "mirror")


def test_scores_that_are_missing_on_clean_text_count_as_not_found():
    made = cases(INSULTS, "insult")
    (found,) = robustness(
        WordSubject("idiot"),
        made,
        "insult",
        ["insult"],
        np.full(60, np.nan),
        0.5,
        perturbations=["case-lower"],
    )
    assert found.clean_recall.value == 0.0

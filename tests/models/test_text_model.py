from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import ArtefactError
from comity.models import Artefact, TextModel
from comity.models.card import Calibration, Label
from comity.models.text_model import calibrated, runs, severities
from comity.models.text_network import length_batches, network_of

CALM = "The tomatoes in the greenhouse are finally ripe and everybody came to help with the harvest. "
RUDE = "You are a useless, pathetic idiot. "


@pytest.fixture
def insult(model):
    column = model.labels.index("insult")
    return lambda *texts: model.judge(texts).scores[:, column]


class TestScores:
    def test_one_row_a_text_and_one_column_a_label(self, model):
        judged = model.judge([CALM, RUDE])
        assert judged.scores.shape == (2, len(model.labels))
        assert judged.windows.shape == (2, len(model.labels), 2)

    def test_an_insult_scores_higher_than_small_talk(self, insult):
        calm, rude = insult(CALM, RUDE)
        assert calm < 0.1 < 0.5 < rude

    def test_company_in_the_batch_changes_little(self, insult):
        alone = insult(RUDE)[0]
        among_others = insult(CALM * 5, RUDE, "hi", CALM)[1]
        assert among_others == pytest.approx(alone, abs=0.05)

    @given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=80), max_size=4))
    @settings(max_examples=25, deadline=None)
    def test_any_text_gets_probabilities_and_windows_inside_it(self, model, texts):
        judged = model.judge(texts)
        assert ((judged.scores >= 0) & (judged.scores <= 1)).all()
        for text, windows in zip(texts, judged.windows, strict=True):
            assert (windows[:, 0] <= windows[:, 1]).all()
            assert (windows[:, 1] <= len(text)).all()


class TestMarks:
    def test_point_at_the_words_that_offend(self, model):
        text = CALM + RUDE
        (marked,) = model.judge([text]).marked
        words = " ".join(text[start:end] for start, end in marked)
        assert "idiot" in words
        assert "tomatoes" not in words

    @given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=80), max_size=3))
    @settings(max_examples=25, deadline=None)
    def test_lie_in_the_text_in_order_and_apart(self, model, texts):
        for text, marked in zip(texts, model.judge(texts).marked, strict=True):
            edges = [edge for span in marked for edge in span]
            assert edges == sorted(edges)
            assert all(0 <= start < end <= len(text) for start, end in marked)

    @pytest.mark.parametrize(
        ("logits", "threshold", "expected"),
        [
            ([2.0, 2.0], 0.5, ((0, 7),)),
            ([2.0, -2.0], 0.5, ((0, 3),)),
            ([2.0, 2.0], 0.95, ()),
            ([0.0, 2.0], 0.5, ((0, 7),)),
        ],
    )
    def test_tokens_beside_each_other_are_one_range(self, logits, threshold, expected):
        tokens = ((0, 3, logits[0]), (4, 7, logits[1]))
        assert runs(tokens, threshold) == expected

    def test_tokens_apart_are_two(self):
        assert runs(((0, 3, 1.0), (5, 7, 1.0)), 0.5) == ((0, 3), (5, 7))


class TestSeverities:
    LABELS = (
        Label(
            calibration=Calibration(slope=1, intercept=0),
            positives=1,
            negatives=1,
            points=(),
            steps={2: Calibration(slope=1, intercept=0), 3: Calibration(slope=1, intercept=0)},
        ),
        Label(calibration=Calibration(slope=1, intercept=0), positives=1, negatives=1, points=()),
    )

    @pytest.mark.parametrize(
        ("label", "second", "third", "severity"),
        [(0.4, 0.9, 0.9, 0), (0.6, 0.4, 0.9, 1), (0.6, 0.5, 0.4, 2), (0.9, 0.8, 0.7, 3)],
    )
    def test_a_step_counts_only_after_those_before_it(self, label, second, third, severity):
        probabilities = np.array([[label, 0.9, second, third]], np.float32)
        assert severities(probabilities, self.LABELS).tolist() == [[severity, -1]]


class TestContext:
    def test_what_was_said_before_is_read(self, model):
        alone, after = model.read(
            ["It is in the drawer."] * 2, ["", "Where is the gun to shoot her?"]
        ).outputs
        assert not np.allclose(alone, after, atol=0.01)

    def test_windows_and_marks_point_into_the_text_and_not_into_what_was_said_before(self, model):
        read = model.read([CALM], ["You idiot! " * 40])
        assert (read.windows <= len(CALM)).all()
        assert [token[:2] for token in read.tokens[0]] == [
            token[:2] for token in model.read([CALM]).tokens[0]
        ]


class TestLongTexts:
    text = CALM * 20 + RUDE + CALM * 20

    def test_one_bad_sentence_is_found_among_many(self, insult):
        assert insult(self.text)[0] > 10 * insult(CALM * 40)[0]

    def test_the_window_points_at_it(self, model):
        start, end = model.judge([self.text]).windows[0, model.labels.index("insult")]
        assert RUDE.strip() in self.text[start:end]
        assert end - start < len(self.text) / 5


def test_several_threads_may_share_a_model_that_is_not_loaded_yet(packaged, model):
    fresh = TextModel(packaged, threads=1)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: fresh.judge([RUDE]).scores, range(8)))
    assert all(np.array_equal(answer, model.judge([RUDE]).scores) for answer in answers)


def test_building_a_model_reads_no_weights(packaged, tmp_path):
    nowhere = TextModel(Artefact(tmp_path, packaged.card))
    assert "insult" in nowhere.labels


def test_a_card_that_does_not_fit_the_weights_is_an_error(packaged):
    labels = dict(list(packaged.card.labels.items())[:-1])
    shorter = Artefact(packaged.folder, packaged.card.model_copy(update={"labels": labels}))
    with pytest.raises(ArtefactError, match="outputs for"):
        TextModel(shorter).judge(["hello"])


class TestCalibrated:
    def test_by_hand(self):
        scores = calibrated(np.zeros((1, 2), np.float32), [Calibration(slope=1, intercept=i) for i in (0, 1)])
        assert scores == pytest.approx(np.array([[0.5, 1 / (1 + np.exp(-1))]]))

    @given(st.lists(st.floats(-1e4, 1e4, width=32), min_size=2), st.floats(0.01, 10), st.floats(-20, 20))
    def test_keeps_the_order_and_stays_a_probability(self, logits, slope, intercept):
        column = np.sort(np.array(logits, np.float32))[:, None]
        scores = calibrated(column, [Calibration(slope=slope, intercept=intercept)])[:, 0]
        assert (np.diff(scores) >= 0).all()
        assert ((scores >= 0) & (scores <= 1)).all()


@given(st.lists(st.integers(1, 200), max_size=50), st.integers(1, 500))
def test_batches_hold_every_row_once_within_the_budget(lengths, budget):
    batches = length_batches(lengths, budget)
    assert sorted(i for batch in batches for i in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) == 1 or len(batch) * max(lengths[i] for i in batch) <= budget


def test_all_who_hold_a_network_share_its_weights(packaged):
    assert network_of(packaged, 1) is network_of(Artefact(packaged.folder, packaged.card), 1)
    assert network_of(packaged, 1) is not network_of(packaged, 2)

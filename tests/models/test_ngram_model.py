"""A linear model of n-grams: the same hashes everywhere, honest places, and weights that fit their card."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import ArtefactError
from comity.learn.write_card import uncalibrated, write_card
from comity.models import Artefact, NgramModel, TextModel, available, find, open_model
from comity.models.artefact import sha256
from comity.models.card import Card, Ngrams
from comity.models.ngram_model import Weights, heaviest_run
from comity.models.ngrams import features, grams

SHAPE = Ngrams(words=2, letters=(2, 3), buckets=1000)
TEXT = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from(" \n\u0130\u3000"), max_size=60)

HASHED = [  # row, start, end, bucket: words, two words, two letters, three letters
    *[(0, 0, 2, 144), (0, 3, 5, 196), (1, 0, 1, 35), (0, 0, 5, 370)],
    *[(0, 0, 1, 303), (0, 0, 2, 212), (0, 1, 3, 677), (0, 2, 4, 531), (0, 3, 5, 744), (0, 4, 5, 799)],
    *[(1, 0, 1, 282), (1, 0, 1, 128)],
    *[(0, 0, 2, 911), (0, 0, 3, 212), (0, 2, 5, 142), (0, 3, 5, 278), (1, 0, 1, 387)],
]


def make(folder, weights, *, labels=("insult",), **changes):
    """An artefact whose weights are `weights` (buckets, k) and whose scores are plain sigmoids."""
    folder.mkdir(exist_ok=True)
    Weights.rounded(weights, np.zeros(weights.shape[1])).write(folder / "weights.npz")
    card = {
        "name": "tiny-ngrams",
        "kind": "ngrams",
        "version": "0",
        "summary": "A model for tests.",
        "languages": ["de"],
        "ngrams": SHAPE,
        "window_tokens": 8,
        "window_stride": 2,
        "base": "none",
        "licence": "Apache-2.0",
        "labels": dict.fromkeys(labels, uncalibrated()),
        "files": {"weights.npz": sha256(folder / "weights.npz")},
    }
    write_card(Card.model_validate(card | changes), folder)
    return Artefact.load(folder)


def weighing(*words):
    """Weights under which each of `words` is bad and every other n-gram harmless."""
    weights = np.zeros((SHAPE.buckets, 1))
    for word in words:
        found = grams([word], SHAPE)
        weights[found.bucket[(found.start == 0) & (found.end == len(word))]] = 5
    return weights


@pytest.fixture
def rude(tmp_path):
    """Knows the word `walnut`."""
    return NgramModel(make(tmp_path / "rude", weighing("walnut")))


class TestHashes:
    def test_are_the_same_on_every_machine(self):
        found = grams(["Du Ei", "傻"], SHAPE)
        places = zip(found.row, found.start, found.end, found.bucket, strict=True)
        assert [tuple(map(int, place)) for place in places] == HASHED

    def test_do_not_know_case(self):
        lower, upper = grams(["große walnüsse"], SHAPE), grams(["GROßE WALNÜSSE"], SHAPE)
        assert lower.bucket.tolist() == upper.bucket.tolist()

    def test_words_are_taken_apart_where_chinese_parts_none(self):
        assert grams(["滚出去 ok"], SHAPE).words.tolist() == [[0, 0, 1], [0, 1, 2], [0, 2, 3], [0, 4, 6]]

    def test_no_letters_run_across_a_space(self):
        found = grams(["ab cd"], SHAPE)
        spans = {(int(start), int(end)) for start, end in zip(found.start, found.end, strict=True)}
        assert (1, 4) not in spans
        assert {(0, 2), (3, 5), (0, 5)} <= spans

    def test_white_space_counts_once(self):
        one, many = grams(["ab cd"], SHAPE), grams(["ab \n\u3000 cd "], SHAPE)
        assert sorted(one.bucket) == sorted(many.bucket)

    @given(st.lists(TEXT, max_size=5))
    def test_of_a_text_do_not_depend_on_its_company(self, texts):
        together = grams(texts, SHAPE) if texts else None
        for row, text in enumerate(texts):
            alone = grams([text], SHAPE)
            mine = together.row == row
            assert sorted(together.bucket[mine]) == sorted(alone.bucket)
            assert sorted(together.end[mine]) == sorted(alone.end)

    @given(TEXT)
    def test_n_grams_lie_inside_their_text(self, text):
        found = grams([text], SHAPE)
        assert ((found.start >= 0) & (found.start <= found.end) & (found.end <= len(text))).all()
        assert ((found.bucket >= 0) & (found.bucket < SHAPE.buckets)).all()


def test_every_text_has_length_one():
    found = grams(["ha ha ha ha", "tomatoes in the greenhouse"], SHAPE)
    feature = features(found, SHAPE)
    lengths = np.bincount(feature.row, feature.value.astype(float) ** 2)
    assert lengths == pytest.approx([1, 1])
    assert np.bincount(feature.of).tolist() == feature.times.tolist()


class TestJudging:
    def test_a_bad_word_raises_the_score_and_is_the_window(self, rude):
        judged = rude.judge(["you are a walnut today", "you are a friend today"])
        assert judged.scores[0, 0] > 0.6 > judged.scores[1, 0]
        assert judged.windows[0, 0].tolist() == [10, 16]

    def test_a_bad_word_is_found_in_a_long_text(self, rude):
        calm = "the beans are ripe and we had soup " * 20
        text = calm + "walnut " + calm
        judged = rude.judge([text, calm])
        assert judged.scores[0, 0] > judged.scores[1, 0] + 0.1
        start, end = judged.windows[0, 0]
        assert text[start:end] == "walnut"

    def test_the_last_words_of_a_long_text_are_read(self, rude):
        texts = ["word " * count + "walnut" for count in range(30)]
        judged = rude.judge(texts)
        assert [text[s:e] for text, (s, e) in zip(texts, judged.windows[:, 0], strict=True)] == [
            "walnut"
        ] * 30

    def test_a_text_without_words_gets_what_an_empty_text_gets(self, rude):
        judged = rude.judge(["", "!!", " "])
        assert np.ptp(judged.scores) == 0
        assert judged.windows[:, 0].tolist() == [[0, 0], [0, 2], [0, 1]]

    def test_no_texts_give_no_rows(self, rude):
        assert rude.judge([]).scores.shape == (0, 1)

    @given(st.lists(TEXT, max_size=4))
    @settings(deadline=None)
    def test_any_text_gets_probabilities_and_windows_inside_it(self, texts):
        judged = PACKAGED.judge(texts)
        assert ((judged.scores >= 0) & (judged.scores <= 1)).all()
        for text, windows in zip(texts, judged.windows, strict=True):
            assert (windows[:, 0] <= windows[:, 1]).all()
            assert (windows[:, 1] <= len(text)).all()

    @given(st.lists(TEXT, min_size=2, max_size=4))
    @settings(deadline=None)
    def test_company_in_the_batch_changes_nothing(self, texts):
        together = PACKAGED.judge(texts)
        assert together.scores[0] == pytest.approx(PACKAGED.judge(texts[:1]).scores[0], abs=1e-5)


PACKAGED = NgramModel(find("pt-ngrams"))


@given(st.lists(st.lists(st.integers(-9, 9), min_size=2, max_size=2), min_size=1, max_size=9))
def test_the_heaviest_run_is_that_of_all_runs(rows):
    values = np.array(rows, float)
    first, last = heaviest_run(values)
    for column in (0, 1):
        best = max(values[a : b + 1, column].sum() for a in range(len(rows)) for b in range(a, len(rows)))
        assert values[first[column] : last[column] + 1, column].sum() == best


class TestWeights:
    def test_eight_bits_keep_what_matters(self):
        weights = np.random.default_rng(0).normal(size=(500, 3))
        rounded = Weights.rounded(weights, np.zeros(3))
        error = np.abs(rounded.weights * rounded.scale - weights)
        assert (error <= np.abs(weights).max(axis=0) / 254 + 1e-6).all()

    def test_the_same_weights_make_the_same_file(self, tmp_path):
        first, second = (make(tmp_path / name, weighing("walnut")) for name in "ab")
        assert first.weights.read_bytes() == second.weights.read_bytes()

    def test_that_do_not_fit_the_card_are_an_error(self, tmp_path):
        artefact = make(tmp_path / "m", weighing("walnut"), labels=("insult", "hate"))
        with pytest.raises(ArtefactError, match="do not fit"):
            NgramModel(artefact).judge(["x"])

    @pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no archive", b"\x93NUMPY"])
    def test_that_cannot_be_read_are_an_error(self, tmp_path, content):
        folder = make(tmp_path / "m", weighing("walnut")).folder
        (folder / "weights.npz").write_bytes(content)
        card = Artefact.load(folder).card
        files = {"weights.npz": sha256(folder / "weights.npz")}
        broken = Artefact(folder, card.model_copy(update={"files": files}))
        with pytest.raises(ArtefactError, match="cannot be read"):
            NgramModel(broken).judge(["x"])

    def test_a_changed_file_is_noticed(self, tmp_path):
        artefact = make(tmp_path / "m", weighing("walnut"))
        Weights.rounded(weighing("almond"), np.zeros(1)).write(artefact.weights)
        with pytest.raises(ArtefactError, match="changed or is damaged"):
            NgramModel(artefact).judge(["x"])


class TestCards:
    @pytest.mark.parametrize(
        ("languages", "spoken", "unspoken"),
        [
            (["pt"], ["pt", "PT", "pt-BR"], ["es", "p"]),
            (["ur-Latn"], ["ur-Latn", "ur-latn"], ["ur", "ur-Arab", "latn"]),
        ],
    )
    def test_a_language_may_name_its_script(self, tmp_path, languages, spoken, unspoken):
        card = make(tmp_path / "m", weighing("walnut"), languages=languages).card
        assert all(map(card.speaks, spoken))
        assert not any(map(card.speaks, unspoken))

    @pytest.mark.parametrize("changes", [{"ngrams": None}, {"kind": "encoder"}])
    def test_the_kind_and_its_fields_go_together(self, tmp_path, changes):
        with pytest.raises(ValueError, match="goes with the kind"):
            make(tmp_path / "m", weighing("walnut"), **changes)

    def test_open_model_goes_by_the_kind(self, tmp_path):
        assert isinstance(open_model(make(tmp_path / "m", weighing("walnut"))), NgramModel)
        assert isinstance(open_model(find("english-v2")), TextModel)

    def test_a_network_is_not_run_as_n_grams(self):
        with pytest.raises(ArtefactError, match="not made of n-grams"):
            NgramModel(find("english-v2"))


class TestThePackagedModels:
    models = tuple(artefact for artefact in available() if artefact.card.kind == "ngrams")

    @pytest.mark.parametrize("artefact", models, ids=lambda artefact: artefact.card.name)
    def test_are_whole_and_give_probabilities(self, artefact):
        model = NgramModel(artefact)
        scores = model.judge(["ok"]).scores
        assert scores.shape == (1, len(artefact.card.labels))
        assert ((scores >= 0) & (scores <= 1)).all()

    @pytest.mark.parametrize("artefact", models, ids=lambda artefact: artefact.card.name)
    def test_are_clearly_better_than_chance_on_test_rows(self, artefact):
        learned = [result for result in artefact.card.results if result.seen]
        for label in artefact.card.labels:
            assert max(result.roc_auc.low for result in learned if result.label == label) > 0.6

    def test_one_language_has_one_model(self):
        languages = [language for artefact in self.models for language in artefact.card.languages]
        assert len(languages) == len(set(languages)) >= 9

    def test_are_small(self):
        assert sum(artefact.weights.stat().st_size for artefact in self.models) < 12e6

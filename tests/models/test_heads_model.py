"""Running a community's heads: scores, windows, severities, and what does not fit together."""

from __future__ import annotations

import numpy as np
import pytest

from comity.errors import ArtefactError
from comity.models import Artefact, open_model
from comity.models.heads_model import HeadsModel, HeadWeights
from tests.models.heads_made import CALM, RUDE, make_heads

BORING = "The beans are ripe and the roses need water. " * 60


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("heads") / "ours"
    make_heads(folder)
    return folder


@pytest.fixture(scope="module")
def heads(folder):
    return open_model(Artefact.load(folder), threads=1)


def test_opens_as_heads(heads):
    assert isinstance(heads, HeadsModel)
    assert heads.labels == ("insult",)


def test_rude_texts_score_above_calm_ones(heads):
    scores = heads.judge([*RUDE, *CALM]).scores[:, 0]
    assert scores[:3].min() > 0.5 > scores[3:].max()


def test_a_calm_text_has_no_severity_and_a_rude_one_has(heads):
    severities = heads.judge([*RUDE, *CALM]).severities[:, 0]
    assert set(severities[3:].tolist()) == {0}
    assert set(severities[:3].tolist()) <= {1, 2}


def test_severity_follows_the_score(heads):
    judged = heads.judge([*RUDE, *CALM, BORING, "You fool.", "Nonsense.", ""])
    order = judged.scores[:, 0].argsort()
    assert (np.diff(judged.severities[order, 0]) >= 0).all()


def test_heads_without_grades_give_no_severity(tmp_path):
    heads = open_model(make_heads(tmp_path / "binary", graded=False), threads=1)
    assert heads.judge(RUDE).severities.tolist() == [[-1]] * 3


def test_an_insult_deep_in_a_long_text_is_found_and_shown(heads):
    text = BORING + " ".join(RUDE) + BORING
    judged = heads.judge([text, BORING])
    start, end = judged.windows[0, 0]
    assert judged.scores[0, 0] > judged.scores[1, 0]
    assert any(insult in text[start:end] for insult in RUDE)


def test_no_texts_are_judged_as_none(heads):
    judged = heads.judge([])
    assert judged.scores.shape == (0, 1)
    assert judged.windows.shape == (0, 1, 2)


def test_heads_of_another_embedding_are_refused(tmp_path):
    artefact = make_heads(tmp_path / "other", embedding="0" * 64)
    with pytest.raises(ArtefactError, match=r"another version of `english-v2`.*comity train heads"):
        open_model(artefact)


def test_heads_of_an_encoder_that_is_gone_are_refused(folder):
    artefact = Artefact.load(folder)
    gone = Artefact(folder, artefact.card.model_copy(update={"base": "english-v0"}))
    with pytest.raises(ArtefactError, match=r"`english-v0`, which is not installed.*comity train heads"):
        open_model(gone)


def test_damaged_weights_are_refused(tmp_path):
    folder = tmp_path / "damaged"
    artefact = make_heads(folder)
    (folder / "weights.npz").write_bytes(b"no")
    with pytest.raises(ArtefactError, match="changed or is damaged"):
        open_model(artefact).judge(RUDE)


def test_weights_that_do_not_fit_the_card_are_refused(tmp_path):
    from comity.models.artefact import sha256

    folder = tmp_path / "unfit"
    artefact = make_heads(folder)
    HeadWeights(np.zeros((768, 1), np.float32), np.zeros(1, np.float32)).write(folder / "weights.npz")
    files = artefact.card.files | {"weights.npz": sha256(folder / "weights.npz")}
    unfit = Artefact(folder, artefact.card.model_copy(update={"files": files}))
    with pytest.raises(ArtefactError, match="do not fit their card"):
        open_model(unfit).judge(RUDE)

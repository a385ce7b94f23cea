"""`comity train heads`, and that recipes are trained as before."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from comity.cli.train import train
from comity.errors import ComityError
from tests.learn.heads_posts import write_posts


def test_a_file_becomes_heads_with_a_table(comity, tmp_path):
    write_posts(tmp_path / "posts.csv")
    done = comity("train", "heads", "--data", "posts.csv", "--output", "ours")
    assert done.returncode == 0, done.stderr
    assert "these heads" in done.stdout
    assert "english-v2 recalibrated" in done.stdout
    assert "better than word n-grams" in done.stdout.replace("NOT shown to be ", "")
    assert "spam is left out" in done.stderr
    assert "left aside: mood" in done.stderr
    assert "COMITY_HEADS=ours" in done.stderr
    assert {path.name for path in (tmp_path / "ours").iterdir()} == {
        "card.yaml",
        "card.md",
        "weights.npz",
        "comparison.json",
    }
    assert list((tmp_path / "ours.cache").glob("*.npz"))


def test_json_has_a_line_for_each_criterion(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    train(Path("heads"), data=write_posts(tmp_path / "posts.csv"), json=True)
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["criterion"] for row in rows] == ["insult", "rule:on-topic"]
    assert rows[0]["models"][0]["auprc"]["low"] > 0.5
    assert rows[0]["models"][1]["verdict"] in ("better", "worse", "not shown")
    assert (tmp_path / "our-heads" / "card.yaml").is_file()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"recipe": Path("heads")}, "Give it with --data"),
        ({"recipe": Path("heads"), "data": Path("none.csv")}, "cannot read it"),
        ({"recipe": Path("heads"), "data": Path("bad.csv")}, "line 2: `insult` is neither"),
        ({"recipe": Path("english.yaml"), "json": True}, "go with `comity train heads`"),
        ({"recipe": Path("english.yaml"), "overwrite": True}, "go with `comity train heads`"),
        ({"recipe": Path("english.yaml")}, "english.yaml"),
    ],
)
def test_wrong_options_are_told(tmp_path, monkeypatch, options, told):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.csv").write_text("text,insult\na fool,9\n", "utf-8")
    with pytest.raises(ComityError, match=told):
        train(**options)
    assert not (tmp_path / "our-heads").exists()

"""A community's file: what it may say, what is wrong with it, and which of its rows teach."""

from __future__ import annotations

import json

import numpy as np
import pytest

from comity.errors import InputError
from comity.learn.community_rows import near_duplicates, read_community_rows, shares

WORDS = ("bean", "rose", "apple", "spade", "fence", "shed", "path", "pond", "bird", "worm", "seed", "leaf")


def posts(count=120):
    """Texts that are unlike each other."""
    random = np.random.default_rng(0)
    return [" ".join(random.choice(WORDS, 6)) + f" {row}" for row in range(count)]


@pytest.fixture
def file(tmp_path):
    def write(*lines, name="ours.csv"):
        path = tmp_path / name
        path.write_text("\n".join(lines), "utf-8")
        return path

    return write


def test_grades_shares_and_gaps_are_read(file):
    rows = read_community_rows(
        file("text,insult,hate,rule:on-topic", "a fool,2,0.25,true", "a bean,0,,false", "a rose,,1,")
    )
    assert rows.grades["insult"][:2].tolist() == [2, 0]
    assert rows.grades["hate"][[0, 2]].tolist() == [0.25, 1]
    assert rows.grades["rule:on-topic"][:2].tolist() == [1, 0]
    assert np.isnan([rows.grades["insult"][2], rows.grades["hate"][1], rows.grades["rule:on-topic"][2]]).all()


def test_jsonl_says_the_same(file):
    lines = [
        {"text": "a fool", "insult": 2, "lang": "en"},
        {"text": "a bean", "insult": None},
        {"text": "a rose"},
    ]
    rows = read_community_rows(file(*map(json.dumps, lines), name="ours.jsonl"))
    assert rows.grades["insult"].tolist() == [
        2,
        pytest.approx(np.nan, nan_ok=True),
        pytest.approx(np.nan, nan_ok=True),
    ]
    assert rows.items[0].lang == "en"


def test_columns_that_name_no_criterion_are_left_aside_and_named(file):
    rows = read_community_rows(file("id,text,insutl,insult,votes", "1,a fool,1,1,7"))
    assert rows.left_aside == ("insutl", "votes")
    assert set(rows.grades) == {"insult"}


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (("text,insult", "a fool,4"), "line 2: `insult` is neither a grade"),
        (("text,insult", "a fool,-1"), "line 2: `insult` is neither"),
        (("text,insult", "a fool,yes"), "line 2: `insult` is neither"),
        (("text,insult", "a fool,nan"), "line 2: `insult` is neither"),
        (("text,insult", "a fool,1.5"), "line 2: `insult` is neither"),
        (("text,insult", "a fool,0.5", "a bean,2"), "line 2: `insult` is a share, and in other lines"),
        (("text,insult", " ,1", "a bean,0", ",1"), "line 2: there is no text; line 4: there is no text"),
        (("text,insult,split", "a fool,1,dev"), "line 2: `split` is none of train"),
        (("text,insult,split", "a fool,1,test", "a bean,0,"), "line 3: `split` is empty"),
        (("text,insult,split", "a fool,1,train"), "no row is in the split `test`"),
        (("text,insult", "a fool,1,2"), "line 2: it has more cells"),
        (("text,rude", "a fool,1"), "no column is named after a criterion"),
        (("text,insult",), "it has no rows"),
        (("post,insult", "a fool,1"), "no column `text`"),
    ],
)
def test_mistakes_are_told_with_their_lines(file, lines, told):
    with pytest.raises(InputError) as error:
        read_community_rows(file(*lines))
    assert told in str(error.value)
    assert "ours.csv" in str(error.value)
    assert "fool" not in str(error.value)


def test_many_mistakes_are_counted(file):
    with pytest.raises(InputError, match="and 5 more"):
        read_community_rows(file("text,insult", *["a fool,7"] * 25))


def test_a_fifth_tests_and_stays_so_when_rows_are_added(file):
    texts = posts()
    few, many = (
        read_community_rows(file("text,insult", *(f"{text},0" for text in texts[:count])))
        for count in (80, 120)
    )
    assert few.test.tolist() == many.test[:80].tolist()
    assert 0.1 < many.test.mean() < 0.35
    assert set(many.fold.tolist()) == {0, 1, 2, 3, 4}


def test_near_duplicates_share_split_and_fold(file):
    long = "the beans that you planted behind the old shed are ripe"
    rows = read_community_rows(
        file("text,insult", *(f"{long}{mark},0" for mark in ("", "!", " now", "!!! :)")))
    )
    assert len(set(rows.group.tolist())) == len(set(rows.test.tolist())) == len(set(rows.fold.tolist())) == 1


def test_no_near_duplicate_of_a_test_row_teaches(file):
    rows = read_community_rows(
        file("text,insult,split", "You utter fool!,1,train", "you utter fool,1,test", "a quiet bean,0,train")
    )
    assert [item.parts[0].text for item in rows.items] == ["you utter fool", "a quiet bean"]
    assert rows.test.tolist() == [True, False]
    assert rows.dropped == 1


def test_like_texts_are_one_group_and_others_are_not():
    group, firsts = near_duplicates(
        ["Beans are ripe today", "beans, are ripe today!", "Roses need water", "🙂", "🙃"]
    )
    assert group[0] == group[1]
    assert len(set(group.tolist())) == 4
    assert firsts[group[0]] == "beans are ripe today"


def test_a_grade_reaches_all_grades_below_it():
    assert shares([0, 1, 3, 0.4], 3).tolist() == [[0, 0, 0], [1, 0, 0], [1, 1, 1], [0.4, 0, 0]]

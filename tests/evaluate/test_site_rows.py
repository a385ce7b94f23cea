import numpy as np
import pytest

from comity.errors import InputError
from comity.evaluate.site_rows import read_site_rows

CRITERIA = ("insult", "hate")


def read(tmp_path, content, name="posts.csv"):
    path = tmp_path / name
    path.write_text(content, "utf-8")
    return read_site_rows(path, CRITERIA)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("posts.csv", 'text,insult,hate,note\n"Idiot, you",1,0,x\nHello,,0,\n'),
        (
            "posts.jsonl",
            '{"text": "Idiot, you", "insult": true, "hate": 0}\n\n{"text": "Hello", "insult": null, "hate": "0"}\n',
        ),
    ],
)
def test_both_formats_say_the_same(tmp_path, name, content):
    rows = read(tmp_path, content, name)
    assert [item.parts[0].text for item in rows.items] == ["Idiot, you", "Hello"]
    np.testing.assert_equal(dict(rows.truth), {"hate": [0, 0], "insult": [1, np.nan]})


def test_a_criterion_that_comes_late_is_masked_before(tmp_path):
    rows = read(tmp_path, '{"text": "a"}\n{"text": "b", "hate": 1}\n{"text": "c"}\n', "posts.jsonl")
    np.testing.assert_equal(dict(rows.truth), {"hate": [np.nan, 1, np.nan]})


def test_a_text_of_digits_stays_a_text_and_keeps_its_language(tmp_path):
    (item,) = read(tmp_path, "text,lang\n123,en\n").items
    assert (item.parts[0].text, item.lang) == ("123", "en")


def test_texts_without_annotations_have_no_truth(tmp_path):
    assert not read(tmp_path, "text\nHello\n").truth


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("posts.csv", "body\nHello\n", "no column `text`"),
        ("posts.csv", "", "no column `text`"),
        ("posts.csv", "text,insult\nHello,maybe\n", "line 2: `insult` is neither"),
        ("posts.csv", "text,insult\n ,1\n", "line 2: there is no text"),
        ("posts.csv", "text,insult\nHello,1\nShort,0.5\n", "line 3"),
        ("posts.csv", "text\n", "no rows"),
        ("posts.csv", 'text\n"a"b"\n', "no table"),
        ("posts.jsonl", "[1]\n{", "line 1: it is no JSON object; line 2"),
        ("posts.jsonl", '{"text": 3}', "there is no text"),
        ("posts.txt", "Hello", "no known format"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_without_the_text(tmp_path, name, content, told):
    with pytest.raises(InputError, match=told) as caught:
        read(tmp_path, content, name)
    assert "Hello" not in str(caught.value)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(InputError, match="cannot read it"):
        read_site_rows(tmp_path / "posts.csv", CRITERIA)

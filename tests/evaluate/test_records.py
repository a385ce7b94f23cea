import pytest

from comity.errors import InputError
from comity.evaluate.records import read_records
from comity.limits import LIMITS


def read(tmp_path, content, name="posts.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(read_records(path))


def test_the_cells_of_a_table_are_strings_with_the_number_of_their_line(tmp_path):
    table = 'id,text\r\n1,Hello\r\n2,"two\r\nlines"\r\n3,911\r\n'
    assert read(tmp_path, table) == [
        (2, {"id": "1", "text": "Hello"}),
        (4, {"id": "2", "text": "two\r\nlines"}),
        (5, {"id": "3", "text": "911"}),
    ]


def test_lines_of_json_keep_their_types_and_empty_ones_are_passed_over(tmp_path):
    lines = '{"text": "911", "rude": 0}\n\n{"text": null}\n'
    assert read(tmp_path, lines, "posts.jsonl") == [(1, {"text": "911", "rude": 0}), (3, {"text": None})]


@pytest.mark.parametrize("line", ["[1]", "3", "{", '"text"', "[" * 100_000])
def test_a_line_that_is_no_json_object_is_none(tmp_path, line):
    assert read(tmp_path, f'{line}\n{{"text": "a"}}\n', "posts.jsonl") == [(1, None), (2, {"text": "a"})]


@pytest.mark.parametrize("name", ["posts.csv", "posts.jsonl"])
def test_a_byte_order_mark_is_not_part_of_the_first_name(tmp_path, name):
    content = "text\nHello\n" if name.endswith("csv") else '{"text": "Hello"}\n'
    ((_, record),) = read(tmp_path, b"\xef\xbb\xbf" + content.encode(), name)
    assert record == {"text": "Hello"}


def test_a_cell_may_be_as_long_as_a_text_may_be(tmp_path):
    ((_, record),) = read(tmp_path, f"text\n{'a' * LIMITS.text_chars}\n")
    assert len(record["text"]) == LIMITS.text_chars


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("posts.csv", "body\nHello\n", r"no column `text` \(.*posts.csv:1\)"),
        ("posts.csv", "", "no column `text`"),
        ("posts.csv", 'text\nfine\n"Hello"b"\n', r"no table: .*posts.csv:3"),
        ("posts.csv", "text\nHello \u00e9\n".encode("latin-1"), "not in UTF-8"),
        ("posts.jsonl", '{"text": "Hello \u00e9"}'.encode("latin-1"), "not in UTF-8"),
        ("posts.txt", "Hello", "no known format"),
    ],
)
def test_a_mistake_says_where_and_never_what_the_text_is(tmp_path, name, content, told):
    with pytest.raises(InputError, match=told) as caught:
        read(tmp_path, content, name)
    assert "Hello" not in str(caught.value)


def test_a_file_that_is_not_there_is_a_mistake(tmp_path):
    with pytest.raises(InputError, match="cannot read it"):
        list(read_records(tmp_path / "posts.csv"))

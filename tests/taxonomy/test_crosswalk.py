"""Our categories in the words of other systems, and the way back."""

from __future__ import annotations

import pytest

from comity.errors import NotFound
from comity.taxonomy import CATEGORIES, Severity, category
from comity.taxonomy.crosswalk import CROSSWALK, SYSTEMS, categories, codes

OPENAI = {
    "harassment",
    "harassment/threatening",
    "hate",
    "hate/threatening",
    "illicit",
    "illicit/violent",
    "self-harm",
    "self-harm/intent",
    "self-harm/instructions",
    "sexual",
    "sexual/minors",
    "violence",
    "violence/graphic",
}


def test_every_category_has_a_row_and_every_row_is_a_category():
    assert CROSSWALK.keys() == CATEGORIES.keys()


def test_a_kind_of_a_category_has_that_category():
    parents = {id.rpartition("/")[0] for id in CATEGORIES if "/" in id}
    assert parents - CATEGORIES.keys() <= {"link", "advice"}, "these two only group"


def test_rows_name_only_systems_that_are_declared():
    assert {system for row in CROSSWALK.values() for system in row} <= set(SYSTEMS)


def test_every_category_of_openai_is_reached():
    assert {code for id in CATEGORIES for code in codes(id, "openai")} == OPENAI


@pytest.mark.parametrize("id", CATEGORIES)
def test_the_way_back_finds_the_category_again(id):
    for system in SYSTEMS:
        for code in codes(id, system):
            assert id in categories(code, system)


def test_a_system_without_a_word_for_it_gives_none():
    assert codes("refusal", "openai") == ()
    assert categories("no such code", "azure") == ()


def test_an_unknown_category_is_an_error():
    with pytest.raises(NotFound):
        codes("rudeness", "openai")
    with pytest.raises(NotFound):
        category("rudeness")


def test_severity_is_ordered_and_has_a_word():
    assert Severity.NONE < Severity.MINOR < Severity.MODERATE < Severity.SEVERE
    assert Severity.SEVERE.label == "severe"

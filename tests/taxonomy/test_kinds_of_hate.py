"""Whom hate is aimed at is ours alone: no vendor says it, and none of their words changes for it."""

from __future__ import annotations

import pytest

from comity.taxonomy import CATEGORIES
from comity.taxonomy.crosswalk import SYSTEMS, categories, codes

TARGETS = [f"hate/{kind}" for kind in ("race", "origin", "religion", "gender", "orientation", "disability")]


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_is_a_kind_of_hate(target):
    assert target in CATEGORIES
    assert CATEGORIES[target].definition.startswith("Hate aimed at ")


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("system", sorted({*SYSTEMS} - {"dsa"}))
def test_no_vendor_has_a_word_for_a_target(target, system):
    assert codes(target, system) == ()


@pytest.mark.parametrize("target", TARGETS)
def test_a_statement_of_reasons_files_it_as_it_files_hate(target):
    assert codes(target, "dsa") == codes("hate", "dsa")


def test_the_vendors_words_for_hate_mean_what_they_meant():
    assert categories("hate", "openai") == ("hate",)
    assert categories("IDENTITY_ATTACK", "perspective") == ("hate", "hate/threatening")
    assert categories("hate_and_discrimination", "mistral") == ("hate", "hate/threatening")

from __future__ import annotations

from comity.policy import Library


def test_packs_are_found_without_any_folder():
    assert Library().names() == ("community", "llm-app")


def test_a_hyphen_in_a_name_may_be_an_underscore_in_the_file(tmp_path):
    (tmp_path / "our_forum.yml").touch()
    assert Library(tmp_path).find("our-forum") == tmp_path / "our_forum.yml"


def test_an_unknown_name_and_a_missing_folder_are_not_found(tmp_path):
    assert Library(tmp_path / "nowhere").find("our-forum") is None

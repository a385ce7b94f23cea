"""Which words are changed."""

from __future__ import annotations

from comity.evaluate.perturb import PERTURBATIONS, disguised_words, perturb


def hidden(text: str, targets: tuple[str, ...] = (), name: str = "separators-dots") -> list[str]:
    [perturbed] = perturb([text], name, 0, targets)
    return [original for _, original in disguised_words(perturbed)]


def test_rare_words_are_hidden_before_everyday_ones_and_those_before_words_of_grammar():
    text = "You are the most pathetic gardener of this whole village and town"
    assert hidden(text) == ["pathetic", "gardener"]
    assert hidden("this is the town") == ["town"]
    assert hidden("what are you") == ["what"]


def test_targets_are_hidden_alone_wherever_they_stand_in_any_case():
    text = "Idiot! Only an idiot prunes a pelargonium."
    assert hidden(text, ("IDIOT", "walnut")) == ["Idiot", "idiot"]


def test_a_text_without_a_target_has_its_key_words_hidden():
    assert hidden("prune the pelargonium", ("idiot",)) == ["pelargonium"]


def test_a_curly_apostrophe_makes_no_other_word():
    assert hidden("don’t come", ("don't",)) == ["don’t"]


def test_addresses_stay_whole():
    text = "see https://example.org/pelargonium?x=prune and www.example.com/idiot now"
    for name, perturbation in PERTURBATIONS.items():
        if perturbation.kind == "camouflage":
            assert not {"pelargonium", "prune", "idiot"} & set(hidden(text, name=name)), name


def test_noise_takes_no_notice_of_targets():
    text = "one two three four five six seven eight nine ten idiot"
    untold, told = perturb([text], "typos-doubled", 3), perturb([text], "typos-doubled", 3, ("idiot",))
    assert told == untold

"""Texts changed so that their annotation still holds, to see what a detector makes of them; and harmless look-alikes.

Camouflage hides words as authors do who know of a filter; noise changes what haste and keyboards change. So that the
test is honest, some generators do what `comity.content` is written to undo (leet-1 and a part of leet-2, one separator
throughout, homoglyphs-table and -styled, zero width, marks, enclosed letters, stretching, case and white space), and
the others rest on tables and ways of their own that it does not know (leet-3 and -4, mixed separators, inversion,
homoglyphs-foreign, emoji-pictures and -between, phonetic spelling, masking, transliteration, typos, punctuation). Each
file says which.
"""

from comity.evaluate.perturb.lookalikes import LookAlike, lookalikes
from comity.evaluate.perturb.perturbation import Change, Perturbation, Perturbed, disguised_words, restored
from comity.evaluate.perturb.registry import PERTURBATIONS, perturb

__all__ = [
    "PERTURBATIONS",
    "Change",
    "LookAlike",
    "Perturbation",
    "Perturbed",
    "disguised_words",
    "lookalikes",
    "perturb",
    "restored",
]

"""A subject by its written form."""

from __future__ import annotations

from comity.errors import InputError
from comity.evaluate.subject import Subject

FORMS = {
    "model": "model:NAME or model:FOLDER, a model by itself",
    "detector": "detector:NAME, a registered detector",
    "policy": "policy:NAME or policy:FILE, a whole plan",
    "openai": "openai:URL or openai:URL#MODEL, an OpenAI-compatible moderation endpoint",
    "perspective": "perspective:URL, a Perspective-compatible endpoint",
    "python": "python:MODULE:FUNCTION, from a list of texts to a list of scores",
    "baseline": "baseline:word-list, baseline:flag-all or baseline:flag-none",
}
"""Kind → how it is written, for help and errors."""


def open_subject(spec: str, *, threads: int | None = None) -> Subject:
    """The subject that `spec` names, in one of `FORMS`. `threads` are those of one call to a `model:`; everything else
    keeps to COMITY_MODEL_THREADS.

    Raises InputError for a form that is none of them, and whatever its kind raises for what it names.
    """
    kind, _, named = spec.partition(":")
    if not named:
        raise _unknown(spec)
    match kind:
        case "model":
            from comity.evaluate.subjects.detector import open_model

            return open_model(named, threads)
        case "detector":
            from comity.evaluate.subjects.detector import open_detector

            return open_detector(named)
        case "policy":
            from comity.evaluate.subjects.policy import open_policy

            return open_policy(named)
        case "openai":
            from comity.evaluate.subjects.openai import open_openai

            return open_openai(named)
        case "perspective":
            from comity.evaluate.subjects.perspective import open_perspective

            return open_perspective(named)
        case "python":
            from comity.evaluate.subjects.function import open_function

            return open_function(named)
        case "baseline":
            from comity.evaluate.subjects.baseline import open_baseline

            return open_baseline(named)
    raise _unknown(spec)


def _unknown(spec: str) -> InputError:
    return InputError(f"`{spec}` names nothing to test", next_step=f"Write {'; '.join(FORMS.values())}.")

import pytest

from comity.errors import InputError, NotFound
from comity.evaluate.subjects import open_subject
from comity.evaluate.subjects.opening import FORMS


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        ("model:english-v2", "english-v2"),
        ("detector:lexicon.v1", "lexicon.v1"),
        ("policy:community", "community@1"),
        ("openai:https://api.example.com", "openai@api.example.com"),
        ("perspective:http://localhost:8000/perspective", "perspective@localhost:8000"),
        ("python:builtins:sorted", "builtins:sorted"),
        ("baseline:flag-all", "flag-all"),
    ],
)
def test_every_form_opens_a_subject_with_a_name(spec, name):
    subject = open_subject(spec)
    assert subject.name == name
    assert subject.remote == (spec.partition(":")[0] in ("openai", "perspective"))


@pytest.mark.parametrize("spec", ["", "english-v2", "model:", "robot:x", ":x"])
def test_another_form_is_refused_with_all_that_are_known(spec):
    with pytest.raises(InputError) as refused:
        open_subject(spec)
    assert all(form in str(refused.value) for form in FORMS.values())


@pytest.mark.parametrize("spec", ["model:nobody", "detector:nobody.v1", "policy:nobody"])
def test_a_name_that_nothing_has_is_not_found(spec):
    with pytest.raises(NotFound, match="nobody"):
        open_subject(spec)


@pytest.mark.parametrize(
    "spec", ["openai:ftp://example.com", "openai:example", "perspective:https://u:p@x.example"]
)
def test_an_address_is_http_and_holds_no_password(spec):
    with pytest.raises(InputError, match="COMITY_EVALUATE_KEY"):
        open_subject(spec)


def test_an_unknown_baseline_is_refused_with_the_known_ones():
    with pytest.raises(InputError, match="word-list, flag-all, flag-none"):
        open_subject("baseline:oracle")

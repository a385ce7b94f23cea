import pytest

from comity.models import Artefact, TextModel, find


@pytest.fixture(scope="session")
def packaged() -> Artefact:
    return find("english-v2")


@pytest.fixture(scope="session")
def model(packaged) -> TextModel:
    return TextModel(packaged, threads=1)

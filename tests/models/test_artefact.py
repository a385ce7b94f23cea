import shutil

import pytest
import yaml

from comity.errors import ArtefactError, NotFound
from comity.models import Artefact, available, find
from comity.taxonomy import CATEGORIES


@pytest.fixture
def copy(tmp_path, packaged):
    """A user's folder with one model, `mine`."""
    folder = tmp_path / "mine"
    shutil.copytree(packaged.folder, folder)
    rename(folder, "mine")
    return folder


def rename(folder, name):
    document = yaml.safe_load((folder / "card.yaml").read_text())
    (folder / "card.yaml").write_text(yaml.safe_dump(document | {"name": name}))


class TestThePackagedModel:
    def test_is_whole(self, packaged):
        packaged.verify()

    def test_judges_categories_of_the_taxonomy(self, packaged):
        assert {*packaged.card.labels} <= {*CATEGORIES}

    def test_has_points_from_validation_for_each_label(self, packaged):
        for label in packaged.card.labels.values():
            thresholds = [point.threshold for point in label.points]
            assert thresholds == sorted(thresholds)
            assert len(thresholds) >= 20

    def test_says_what_it_is_to_people(self, packaged):
        page = (packaged.folder / "card.md").read_text()
        assert all(name in page for name in packaged.card.labels)


class TestFinding:
    def test_packaged_and_own_models_are_listed_by_name(self, copy):
        names = [artefact.card.name for artefact in available(copy.parent)]
        assert names == sorted(names)
        assert {"english-v2", "pt-ngrams", "mine"} <= set(names)

    def test_an_own_model_hides_a_packaged_one_of_the_same_name(self, copy):
        rename(copy, "english-v2")
        assert find("english-v2", copy.parent).folder == copy

    def test_an_unknown_name_is_answered_with_the_known_ones(self):
        with pytest.raises(NotFound, match="klingon") as caught:
            find("klingon")
        assert "english-v2" in caught.value.next_step


class TestDamage:
    def test_a_changed_file_is_noticed(self, copy):
        with (copy / "model.onnx").open("ab") as file:
            file.write(b"x")
        with pytest.raises(ArtefactError, match=r"model\.onnx"):
            Artefact.load(copy).verify()

    def test_a_missing_file_is_noticed_on_loading(self, copy):
        (copy / "tokenizer.json").unlink()
        with pytest.raises(ArtefactError, match=r"tokenizer\.json"):
            Artefact.load(copy)

    def test_the_digest_covers_the_card(self, copy):
        before = Artefact.load(copy).digest
        rename(copy, "other")
        assert Artefact.load(copy).digest != before

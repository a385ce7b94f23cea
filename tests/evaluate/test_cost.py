import numpy as np
import pytest

from comity.errors import InputError
from comity.evaluate import cost as module
from comity.evaluate.cost import LENGTHS, WATTS_OF_A_BUSY_CORE, cost
from comity.evaluate.subject import Answers
from comity.evaluate.subjects import open_subject

TEXTS = [
    "Prune above the bud.",
    "My roses are in bloom, and the beans too.",
    "Water them in the evening.",
] * 4


class Busy:
    """Counts to a thousand for every item, and remembers what it was asked. Each call for several calls `on_many`."""

    name, version, remote = "busy", "1", False
    learned_from = frozenset()

    def __init__(self, on_many=lambda: None):
        self.asked = []
        self.on_many = on_many

    def answer(self, items):
        self.asked.append([item.parts[0].text for item in items])
        if len(items) > 1:
            self.on_many()
        for _ in items:
            sum(range(1000))
        return Answers({"insult": np.zeros(len(items))}, ("",) * len(items))

    def under(self, policy):
        return self

    def megabytes(self):
        return 1.5


@pytest.fixture(autouse=True)
def hasty(monkeypatch):
    monkeypatch.setattr(module, "_LEAST_SECONDS", 0.05)


@pytest.fixture
def counters(tmp_path):
    """Two packages as Linux shows them, with parts of them that must not be counted twice."""
    zones = {
        "intel-rapl:0": ("package-0", 5_000_000),
        "intel-rapl:1": ("package-1", 9_999_000),
        "intel-rapl:2": ("psys", 1_000_000),
        "intel-rapl:0:0": ("core", 1_000_000),
        "intel-rapl": ("", 0),
    }
    for zone, (name, start) in zones.items():
        (tmp_path / zone).mkdir()
        (tmp_path / zone / "name").write_text(f"{name}\n")
        (tmp_path / zone / "energy_uj").write_text(f"{start}\n")
        (tmp_path / zone / "max_energy_range_uj").write_text("10000000\n")
    return tmp_path


def test_each_length_is_asked_alone_in_texts_of_so_many_words():
    busy = Busy()
    found = cost(busy, TEXTS)
    assert [latency.words for latency in found.latencies] == list(LENGTHS)
    assert all(0 < latency.p50_ms <= latency.p95_ms <= latency.p99_ms for latency in found.latencies)
    alone = [texts[0] for texts in busy.asked if len(texts) == 1]
    assert {len(text.split()) for text in alone} == set(LENGTHS)
    assert len(alone) >= 300


def test_the_mixed_sample_is_asked_in_one_call_of_at_most_256():
    busy = Busy()
    found = cost(busy, TEXTS * 100)
    assert TEXTS * 21 + TEXTS[:4] in busy.asked
    assert max(map(len, busy.asked)) == 256
    assert found.per_cpu_second > 0
    assert found.megabytes == 1.5


def test_without_a_counter_energy_is_estimated_from_cpu_seconds(tmp_path):
    found = cost(Busy(), TEXTS, powercap=tmp_path / "none")
    assert found.energy_source == "estimate: 10 W for a busy core"
    assert found.joules_per_1000 == pytest.approx(1000 * WATTS_OF_A_BUSY_CORE / found.per_cpu_second)


def test_with_a_counter_the_packages_are_added_up_even_if_one_starts_again(counters):
    def burn():
        """0.002 J in each package for a call."""
        for zone in ("intel-rapl:0", "intel-rapl:1", "intel-rapl:2", "intel-rapl:0:0"):
            file = counters / zone / "energy_uj"
            file.write_text(str((int(file.read_text()) + 2_000) % 10_000_000))

    busy = Busy(burn)
    found = cost(busy, TEXTS, powercap=counters)
    assert found.energy_source.startswith("RAPL")
    assert found.joules_per_1000 == pytest.approx(1000 * 0.004 / len(TEXTS))


@pytest.mark.parametrize("trouble", ["stands still", "is no number", "may not be read"])
def test_a_counter_that_tells_nothing_is_as_none(counters, trouble):
    file = counters / "intel-rapl:0" / "energy_uj"
    if trouble == "is no number":
        file.write_text("?")
    if trouble == "may not be read":
        file.unlink()
        file.mkdir()  # root may read everything else
    assert cost(Busy(), TEXTS, powercap=counters).energy_source.startswith("estimate")


def test_memory_is_that_of_a_process_that_does_nothing_else():
    found = cost(open_subject("baseline:flag-all"), TEXTS, spec="baseline:flag-all")
    assert 20 < found.memory_megabytes < 300


def test_without_a_spec_memory_is_not_known():
    assert cost(Busy(), TEXTS).memory_megabytes is None


def test_a_process_that_fails_leaves_memory_unknown(caplog):
    assert cost(Busy(), TEXTS, spec="baseline:oracle").memory_megabytes is None
    assert "fresh process" in caplog.text


def test_of_a_remote_subject_only_the_latency_is_known():
    busy = Busy()
    busy.remote = True
    found = cost(busy, TEXTS)
    assert len(busy.asked) < 120
    assert len(found.latencies) == len(LENGTHS)
    assert found.energy_source == "not here"
    assert {found.per_cpu_second, found.megabytes, found.memory_megabytes, found.joules_per_1000} == {None}


@pytest.mark.parametrize("texts", [[], ["", " "]])
def test_without_words_there_is_nothing_to_measure(texts):
    with pytest.raises(InputError):
        cost(Busy(), texts)

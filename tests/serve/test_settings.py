"""Settings come from the environment; a wrong one is named."""

from __future__ import annotations

import pytest

from comity.errors import InputError
from comity.settings import Settings


def test_without_any_variable_the_server_is_for_this_machine_only():
    settings = Settings.from_environment({})
    assert (settings.host, settings.port, settings.policy) == ("127.0.0.1", 8000, "community")
    assert not settings.require_key
    assert settings.threads >= 1


def test_the_database_is_in_the_users_data_folder():
    settings = Settings.from_environment({"XDG_DATA_HOME": "/home/mira/data"})
    assert settings.database == "sqlite:////home/mira/data/comity/comity.db"


def test_every_setting_has_a_variable(tmp_path):
    environment = {
        "COMITY_DATABASE": "postgresql://db/comity",
        "COMITY_HOST": "0.0.0.0",
        "COMITY_PORT": "80",
        "COMITY_POLICY": "garden",
        "COMITY_POLICIES": str(tmp_path),
        "COMITY_THREADS": "3",
        "COMITY_REQUIRE_KEY": "yes",
        "COMITY_DRAIN_SECONDS": "0",
        "COMITY_LOG_LEVEL": "DEBUG",
    }
    assert Settings.from_environment(environment) == Settings(
        database="postgresql://db/comity",
        host="0.0.0.0",
        port=80,
        policy="garden",
        policies=tmp_path,
        threads=3,
        require_key=True,
        drain_seconds=0,
        log_level="debug",
    )


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("COMITY_DATABASE", "comity.db"),
        ("COMITY_HOST", ""),
        ("COMITY_PORT", "65536"),
        ("COMITY_PORT", "-1"),
        ("COMITY_PORT", "٣"),
        ("COMITY_PORT", "9" * 5_000),
        ("COMITY_POLICY", " "),
        ("COMITY_POLICIES", "/no/such/folder"),
        ("COMITY_THREADS", "0"),
        ("COMITY_REQUIRE_KEY", "perhaps"),
        ("COMITY_DRAIN_SECONDS", "soon"),
        ("COMITY_LOG_LEVEL", "chatty"),
        ("COMITY_LOG_FORMAT", "xml"),
        ("COMITY_BATCH_WAIT_MS", "-1"),
        ("COMITY_QUEUE", "0"),
        ("COMITY_DEADLINE_SECONDS", "0"),
        ("COMITY_RELOAD_POLICY", "sometimes"),
    ],
)
def test_a_wrong_value_is_refused_by_the_name_of_its_variable(variable, value):
    with pytest.raises(InputError, match=variable):
        Settings.from_environment({variable: value})

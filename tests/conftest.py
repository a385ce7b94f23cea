"""What holds for every test."""

from __future__ import annotations

from hypothesis import settings

# A busy machine must not fail a property test: what is slow is measured in bench/.
settings.register_profile("comity", deadline=None)
settings.load_profile("comity")

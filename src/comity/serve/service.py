"""What the doors of one server share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request

from comity.moderator.asking import Askable
from comity.serve.drain import Drain
from comity.serve.perspective.score_maps import ScoreMaps
from comity.serve.policies import Policies
from comity.serve.readiness import Readiness
from comity.serve.storage import Storage
from comity.serve.workers import Workers
from comity.settings import Settings


@dataclass(frozen=True, slots=True)
class Service:
    """`require_key`: the doors of the API ask for a key. `score_maps` and `never_fail_on_language` are for the
    Perspective door.
    """

    policies: Policies
    workers: Workers
    drain: Drain
    readiness: Readiness
    storage: Storage
    require_key: bool
    score_maps: ScoreMaps
    never_fail_on_language: bool

    @classmethod
    def start(cls, settings: Settings, detectors: Sequence[Askable] | None = None) -> Service:
        """Raises PolicyError, NotFound, StoreError, InputError for a file of score maps with mistakes."""
        storage = Storage(settings.database)
        if settings.require_key:
            storage.open()
        return cls(
            policies=Policies(settings.policy, settings.policies, detectors=detectors),
            workers=Workers(settings.threads),
            drain=Drain(),
            readiness=Readiness(),
            storage=storage,
            require_key=settings.require_key,
            score_maps=ScoreMaps.load(settings.perspective_map),
            never_fail_on_language=settings.never_fail_on_language,
        )


def service_of(request: Request) -> Service:
    service: Service = request.app.state.service
    return service

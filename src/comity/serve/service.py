"""What the doors of one server share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request

from comity.moderator.asking import Askable
from comity.policy import Policy
from comity.serve.batching import Batcher
from comity.serve.drain import Drain
from comity.serve.metrics import Metrics
from comity.serve.perspective.score_maps import ScoreMaps
from comity.serve.policies import Policies
from comity.serve.rates import Rates
from comity.serve.readiness import Readiness
from comity.serve.storage import Storage
from comity.settings import Settings
from comity.store import ApiKey, StoredExamples


@dataclass(frozen=True, slots=True)
class Service:
    """`require_key`: the doors of the API ask for a key. `score_maps` and `never_fail_on_language` are for the
    Perspective door.
    """

    policies: Policies
    batcher: Batcher
    drain: Drain
    readiness: Readiness
    storage: Storage
    metrics: Metrics
    rates: Rates
    require_key: bool
    score_maps: ScoreMaps
    never_fail_on_language: bool

    @classmethod
    def start(cls, settings: Settings, detectors: Sequence[Askable] | None = None) -> Service:
        """Raises PolicyError, NotFound, StoreError, InputError for a file of score maps with mistakes."""
        storage = Storage(settings.database)
        if settings.require_key:
            storage.open()
        batcher = Batcher(
            settings.threads,
            wait_ms=settings.batch_wait_ms,
            queue=settings.queue,
            deadline=settings.deadline_seconds,
        )
        return cls(
            policies=Policies(
                settings.policy,
                settings.policies,
                detectors=detectors,
                examples=StoredExamples(storage.if_there),
            ),
            batcher=batcher,
            drain=Drain(),
            readiness=Readiness(),
            storage=storage,
            metrics=Metrics(lambda: batcher.waiting),
            rates=Rates(),
            require_key=settings.require_key,
            score_maps=ScoreMaps.load(settings.perspective_map),
            never_fail_on_language=settings.never_fail_on_language,
        )


def policy_of(request: Request, named: str | None) -> Policy:
    """The policy called `named`; otherwise that of the request's key, otherwise the server's. Raises NotFound."""
    key: ApiKey | None = getattr(request.state, "key", None)
    return service_of(request).policies.find(key.policy if named is None and key else named)


def service_of(request: Request) -> Service:
    service: Service = request.app.state.service
    return service

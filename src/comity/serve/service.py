"""What the doors of one server share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from math import nan

from starlette.requests import Request

from comity.errors import InputError, StoreError
from comity.intake.deliver import Outbox
from comity.intake.fetch import Fetcher
from comity.moderator.asking import Askable
from comity.moderator.assemble import judge_at
from comity.policy import Policy
from comity.serve.batching import Batcher
from comity.serve.drain import Drain
from comity.serve.metrics import Metrics
from comity.serve.pending import PendingWorker
from comity.serve.perspective.score_maps import ScoreMaps
from comity.serve.policies import Policies
from comity.serve.rates import Rates
from comity.serve.readiness import Readiness
from comity.serve.storage import Storage
from comity.settings import Settings
from comity.store import ApiKey, StoredExamples
from comity.store.outbox import count_waiting


@dataclass(frozen=True, slots=True)
class Service:
    """`require_key`: the doors of the API ask for a key. `score_maps` and `never_fail_on_language` are for the
    Perspective door. `webhook_hosts` are those that need not be public.
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
    outbox: Outbox
    webhook_hosts: frozenset[str]
    fetcher: Fetcher
    pending: PendingWorker

    @classmethod
    def start(cls, settings: Settings, detectors: Sequence[Askable] | None = None) -> Service:
        """Raises PolicyError, NotFound, StoreError, InputError for a file of score maps with mistakes, or hosts
        to fetch from without a secret.
        """
        storage = Storage(settings.database)
        if settings.require_key:
            storage.open()
        batcher = Batcher(
            settings.threads,
            wait_ms=settings.batch_wait_ms,
            queue=settings.queue,
            deadline=settings.deadline_seconds,
        )
        metrics = Metrics(lambda: batcher.waiting, partial(_waiting_deliveries, storage))
        hosts = frozenset(settings.webhook_hosts or ())
        policies = Policies(
            settings.policy,
            settings.policies,
            detectors=detectors,
            examples=StoredExamples(storage.if_there),
            judge=judge_at(settings),
        )
        fetcher = _fetcher(settings)
        return cls(
            policies=policies,
            batcher=batcher,
            drain=Drain(),
            readiness=Readiness(),
            storage=storage,
            metrics=metrics,
            rates=Rates(),
            require_key=settings.require_key,
            score_maps=ScoreMaps.load(settings.perspective_map),
            never_fail_on_language=settings.never_fail_on_language,
            outbox=Outbox(storage.if_there, hosts, count=metrics.sent),
            webhook_hosts=hosts,
            fetcher=fetcher,
            pending=PendingWorker(storage.if_there, policies, batcher, metrics, fetcher),
        )


def _fetcher(settings: Settings) -> Fetcher:
    if settings.fetch_hosts and settings.fetch_secret is None:
        raise InputError(
            "COMITY_FETCH_HOSTS is set, and COMITY_FETCH_SECRET is not",
            next_step="Set it to a secret that the site knows, to check who asks for its items.",
        )
    return Fetcher(settings.fetch_hosts or (), settings.fetch_secret or "")


def _waiting_deliveries(storage: Storage) -> float:
    try:
        database = storage.if_there()
        if database is None:
            return 0
        with database.read() as session:
            return count_waiting(session)
    except StoreError:
        return nan


def policy_of(request: Request, named: str | None) -> Policy:
    """The policy called `named`; otherwise that of the request's key, otherwise the server's. Raises NotFound."""
    key: ApiKey | None = getattr(request.state, "key", None)
    return service_of(request).policies.find(key.policy if named is None and key else named)


def service_of(request: Request) -> Service:
    service: Service = request.app.state.service
    return service

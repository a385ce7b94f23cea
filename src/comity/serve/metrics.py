"""What the server counts, for Prometheus: never content, never an id of an item, an author or a request."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from comity.decide import Decision
from comity.detect import Failed
from comity.store.outbox import Outcome

_EDITED = "edited"
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """The counts of one server since its start. Safe to share between threads.

    waiting: how many items wait to be decided. undelivered: how many events wait for a webhook.
    """

    def __init__(self, waiting: Callable[[], float], undelivered: Callable[[], float] = lambda: 0) -> None:
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self._requests = Counter(
            "comity_requests", "Requests by door and status.", ["door", "status"], registry=registry
        )
        self._seconds = Histogram(
            "comity_request_seconds",
            "Time to answer a request.",
            ["door"],
            buckets=_SECONDS,
            registry=registry,
        )
        self._decisions = Counter(
            "comity_decisions", "Items decided.", ["door", "policy", "action"], registry=registry
        )
        self._violations = Counter(
            "comity_violations",
            "Rules that items broke.",
            ["policy", "criterion", "action"],
            registry=registry,
        )
        self._settled = Counter(
            "comity_settled", "Items by the dearest tier that was asked.", ["tier"], registry=registry
        )
        self._failures = Counter(
            "comity_detector_failures", "Items that a detector failed on.", ["detector"], registry=registry
        )
        queue = Gauge("comity_queue_items", "Items that wait to be decided.", registry=registry)
        queue.set_function(waiting)
        self._sent = Counter(
            "comity_webhook_attempts",
            "Events sent to webhooks, by what came of it.",
            ["outcome"],
            registry=registry,
        )
        outbox = Gauge("comity_webhook_waiting", "Events that wait for a webhook.", registry=registry)
        outbox.set_function(undelivered)

    def answered(self, door: str, status: int | None, seconds: float) -> None:
        """status: None where the client went away before there was one."""
        self._requests.labels(door, "gone" if status is None else str(status)).inc()
        self._seconds.labels(door).observe(seconds)

    def decided(self, door: str, decision: Decision, *, edited: bool) -> None:
        """edited: the policy came with the request, so that its names and rules are a visitor's words."""
        policy = _EDITED if edited else decision.policy
        self._decisions.labels(door, policy, decision.action).inc()
        self._settled.labels(decision.settled_by).inc()
        for violation in decision.violations:
            criterion = violation.criterion.partition(":")[0] if edited else violation.criterion
            self._violations.labels(policy, criterion, violation.action).inc()
        for detector, outcome in decision.outcomes.items():
            if isinstance(outcome, Failed):
                self._failures.labels(detector.partition(":")[0] if edited else detector).inc()

    def sent(self, outcome: Outcome) -> None:
        """One attempt to send an event to a webhook."""
        self._sent.labels(outcome).inc()

    def text(self) -> bytes:
        """All of it in Prometheus' text format. Blocks."""
        return generate_latest(self._registry)

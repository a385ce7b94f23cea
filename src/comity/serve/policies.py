"""The policies that the server knows, and a moderator for each of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from threading import Lock

from comity.errors import CalibrationError, InputError, NotFound
from comity.moderator import Moderator
from comity.moderator.asking import Askable
from comity.moderator.assemble import registered
from comity.policy import Library, Policy, load, read

EDITED_KEPT = 32
"""Edited policies whose compiled plans are kept, the most recently used ones."""


class Policies:
    """The packs and the policies in `folder`, by name; `default` is used where a request names none.

    All moderators share one set of detectors: the registered ones, unless `detectors` are given. Safe to share
    between threads. Raises PolicyError for a policy with mistakes, NotFound if there is no `default`.
    """

    def __init__(
        self, default: str, folder: Path | None = None, *, detectors: Sequence[Askable] | None = None
    ) -> None:
        self._library = Library(folder) if folder else Library()
        self._known = {name: load(name, library=self._library) for name in self._library.names()}
        self.default = self.find(default)
        self._detectors = detectors
        self._moderators: dict[str, Moderator] = {}
        self._lock = Lock()
        self._edited = lru_cache(maxsize=EDITED_KEPT)(self._compile)

    def known(self) -> tuple[Policy, ...]:
        """All of them, the default first."""
        others = (policy for policy in self._known.values() if policy is not self.default)
        return (self.default, *others)

    def find(self, reference: str | None) -> Policy:
        """The policy called `reference`, such as `community` or `community@1`. Raises NotFound."""
        if reference is None:
            return self.default
        policy = self._known.get(reference.partition("@")[0])
        if policy is None or reference not in (policy.name, policy.reference):
            names = ", ".join(known.reference for known in self._known.values())
            raise NotFound("the server has no such policy", next_step=f"Use one of: {names}.")
        return policy

    def source(self, policy: Policy) -> str:
        """The text of the file of a known policy."""
        path = self._library.find(policy.name)
        return path.read_text("utf-8-sig") if path else ""

    def moderator(self, policy: Policy) -> Moderator:
        """The moderator of a known policy."""
        with self._lock:
            if policy.name not in self._moderators:
                self._moderators[policy.name] = Moderator(policy, detectors=self._shared())
            return self._moderators[policy.name]

    def edited(self, text: str) -> Moderator:
        """The moderator of a policy that is given as YAML. Raises PolicyError, InputError."""
        return self._edited(text)

    def _compile(self, text: str) -> Moderator:
        policy = read(text, library=self._library)
        with self._lock:
            detectors = self._shared()
        try:
            return Moderator(policy, detectors=detectors)
        except CalibrationError as error:
            # A risk that cannot be met is the writer's mistake here, not the server's.
            raise InputError(error.what, next_step=error.next_step, code=error.code) from error

    def _shared(self) -> Sequence[Askable]:
        if self._detectors is None:
            self._detectors = registered()
        return self._detectors

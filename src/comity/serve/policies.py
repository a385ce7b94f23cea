"""The policies that the server knows, and a moderator for each of them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from threading import Lock

from comity.content import Item
from comity.decide import Decision
from comity.detect import Abstained, Tier
from comity.detect.examples import Examples
from comity.errors import CalibrationError, ComityError, InputError, NotFound
from comity.intake.brake import with_brakes
from comity.moderator import Moderator
from comity.moderator.asking import Askable
from comity.moderator.assemble import Judge, registered
from comity.moderator.portal import Portal
from comity.policy import Library, Policy, load, read

logger = logging.getLogger(__name__)

EDITED_KEPT = 32
"""Edited policies whose compiled plans are kept, the most recently used ones."""
GREETING = Item.text("Good morning! How are your beans doing this year?")
"""What a moderator is tried on before others are served by it."""


@dataclass(frozen=True, slots=True)
class _Shelf:
    """What is served at one time: policies by name, as `written` in their files and as `known` here, with braked rules
    in shadow; and the name of the default one.
    """

    library: Library
    files: Mapping[str, Path]
    default_name: str
    written: Mapping[str, Policy]
    known: Mapping[str, Policy]

    @property
    def default(self) -> Policy:
        return self.known[self.default_name]


_Loader = Callable[[str, Library, Policy | None], Policy | None]
"""Reads a policy by name or file; it is handed the one that was served before, if any."""


class Policies:
    """The packs and the policies in `folder`, by name; `default`, a name or a file, is used where a request names none.

    All moderators share one set of detectors: the registered ones, unless `detectors` are given; one place of
    `examples`; and one `judge` of rules, with one event loop for it. Safe to share between threads. Raises PolicyError
    for a policy with mistakes, NotFound if there is no `default`.
    """

    def __init__(
        self,
        default: str,
        folder: Path | None = None,
        *,
        detectors: Sequence[Askable] | None = None,
        examples: Examples | None = None,
        judge: Judge | None = None,
    ) -> None:
        self._reference = default
        self._file = Path(default) if default.endswith((".yaml", ".yml")) else None
        self._folders = [folder] if folder else []
        self._detectors = detectors
        self._examples = examples
        self._judge = judge
        self._portal = Portal()
        self._moderators: dict[str, Moderator] = {}
        self._braked: AbstractSet[tuple[str, str]] = frozenset()
        self._changing = Lock()
        self._lock = Lock()
        self._shared_lock = Lock()
        self._edited = lru_cache(maxsize=EDITED_KEPT)(self._compile)
        self._stamps = self._stamped()
        self._shelf = self._read(_read_strictly)

    @property
    def default(self) -> Policy:
        return self._shelf.default

    def known(self) -> tuple[Policy, ...]:
        """All of them, the default first."""
        shelf = self._shelf
        others = (policy for policy in shelf.known.values() if policy is not shelf.default)
        return (shelf.default, *others)

    def find(self, reference: str | None) -> Policy:
        """The policy called `reference`, such as `community` or `community@1`. Raises NotFound."""
        shelf = self._shelf
        return shelf.default if reference is None else _find(shelf.known, reference)

    def source(self, policy: Policy) -> str:
        """The text of the file of a known policy."""
        path = self._shelf.files.get(policy.name)
        return path.read_text("utf-8-sig") if path and path.is_file() else ""

    def ready(self, policy: Policy) -> Moderator | None:
        """The moderator of a known policy, if it was made already."""
        found = self._moderators.get(policy.name)
        return found if found and found.policy is policy else None

    def moderator(self, policy: Policy) -> Moderator:
        """The moderator of a known policy, made when it is first needed."""
        with self._lock:
            found = self.ready(policy)
            if found is None:
                found = self._made(policy)
                # A request may still hold a policy that was read again meanwhile.
                if self._shelf.known.get(policy.name) is policy:
                    self._moderators[policy.name] = found
            return found

    def close(self) -> None:
        """Ends what remote detectors run on."""
        made = list(self._moderators.values())
        self._portal.close(*(close for moderator in made for close in moderator.closing))

    def edited(self, text: str) -> Moderator:
        """The moderator of a policy that is given as YAML. Raises PolicyError, InputError."""
        return self._edited(text)

    def reload(self) -> None:
        """Reads everything again if a file has changed, and serves it from the next request on. A policy with mistakes
        stays what it was, and the log tells each of them. Requests at work go on under the policy they began with.
        """
        with self._changing:
            self._reload()

    def apply(self, braked: AbstractSet[tuple[str, str]]) -> int:
        """Serves the rules `braked` (policy, rule) in shadow and all others as they are written, from the next request
        on; how many policies that changes. Edited policies are what they say.
        """
        with self._changing:
            if braked == self._braked:
                return 0
            before = self._shelf
            shelf = replace(before, known=_with_brakes(before.written, braked, before.known))
            changed = [policy for name, policy in shelf.known.items() if policy is not before.known[name]]
            used = [policy for policy in changed if policy.name in self._moderators]
            self._serve(shelf, {policy.name: self._warmed(policy) for policy in used})
            self._braked = braked
        for policy in changed:
            held = ", ".join(sorted(rule for name, rule in braked if name == policy.name))
            logger.warning("the brake holds %s of %s in shadow", held or "nothing", policy.reference)
        return len(changed)

    def _reload(self) -> None:
        stamps = self._stamped()
        if stamps == self._stamps:
            return
        self._stamps = stamps
        made: dict[str, Moderator] = {}

        def load_or_keep(reference: str, library: Library, before: Policy | None) -> Policy | None:
            try:
                policy = load(reference, library=library)
                if policy == before:
                    return before
                made[policy.name] = self._made(with_brakes(policy, self._braked))
            except ComityError as error:
                kept = before.reference if before else "nothing"
                logger.error("the policy %s cannot be served; %s stays:\n%s", reference, kept, error)
                return before
            return policy

        same = {**self._shelf.known}
        shelf = self._read(load_or_keep, self._shelf)
        same.update((name, moderator.policy) for name, moderator in made.items())
        shelf = replace(shelf, known=_with_brakes(shelf.written, self._braked, same))
        self._serve(shelf, made)
        self._edited.cache_clear()

    def _serve(self, shelf: _Shelf, made: Mapping[str, Moderator]) -> None:
        with self._lock:
            self._shelf = shelf
            self._moderators.update(made)
        for name, moderator in made.items():
            if shelf.known.get(name) is moderator.policy:
                logger.info("now serving %s, plan %s", moderator.policy.reference, moderator.plan.digest)

    def _read(self, load_one: _Loader, last: _Shelf | None = None) -> _Shelf:
        """All files, read with `load_one`. A policy of the `last` shelf whose file is gone is kept."""
        library = Library(*self._folders)
        files = {name: path for name in library.names() if (path := library.find(name))}
        written = dict(last.written) if last else {}
        for name in files:
            if policy := load_one(name, library, written.get(name)):
                written[name] = policy
        if self._file is not None:
            own = Library(*self._folders, self._file.parent)
            default = load_one(self._reference, own, last.written[last.default_name] if last else None)
            assert default is not None, "it was read when the server started"
            files[default.name] = self._file
        else:
            default = self._default_of(written, last)
        written[default.name] = default
        return _Shelf(library, files, default.name, written, written)

    def _default_of(self, written: Mapping[str, Policy], last: _Shelf | None) -> Policy:
        try:
            return _find(written, self._reference)
        except NotFound:
            if last is None:
                raise
            logger.error("the file of %s holds another version; the old one stays", self._reference)
            return last.written[last.default_name]

    def _stamped(self) -> dict[Path, tuple[int, int, int]]:
        """What changes when a file does: its time, its size and its place on the disk."""
        library = Library(*self._folders)
        files = [library.find(name) for name in library.names()] + [self._file]
        stamps = {}
        for path in files:
            if path is not None and path.is_file():
                found = path.stat()
                stamps[path] = (found.st_mtime_ns, found.st_size, found.st_ino)
        return stamps

    def _compile(self, text: str) -> Moderator:
        policy = read(text, library=self._shelf.library)
        try:
            return self._made(policy)
        except CalibrationError as error:
            # A risk that cannot be met is the writer's mistake here, not the server's.
            raise InputError(error.what, next_step=error.next_step, code=error.code) from error

    def _made(self, policy: Policy) -> Moderator:
        return Moderator(
            policy,
            detectors=self._shared(),
            judge=self._judge,
            examples=self._examples,
            portal=self._portal,
        )

    def _warmed(self, policy: Policy) -> Moderator:
        """Its detectors have read what they read at first, such as examples: no request waits for that."""
        moderator = self._made(policy)
        warm_up(moderator)
        return moderator

    def _shared(self) -> Sequence[Askable]:
        with self._shared_lock:
            if self._detectors is None:
                self._detectors = registered()
            return self._detectors


def warm_up(moderator: Moderator) -> Decision:
    """Decides a greeting with every detector on this machine, so that each has loaded what it needs. A judge is not
    asked: it costs money, and a server is ready without it.
    """
    judges = next((names for tier, names in moderator.plan.tiers if tier is Tier.JUDGE), ())
    unasked = {name: Abstained("not asked at the start") for name in judges}
    return moderator.moderate(GREETING, want=moderator.plan.providers.keys(), known=unasked)


def _read_strictly(reference: str, library: Library, before: Policy | None) -> Policy:  # noqa: ARG001
    return load(reference, library=library)


def _with_brakes(
    written: Mapping[str, Policy], braked: AbstractSet[tuple[str, str]], before: Mapping[str, Policy]
) -> dict[str, Policy]:
    """The `written` policies as they are served. One that says the same as `before` stays the same object, by which its
    moderator is found.
    """
    served = {name: with_brakes(policy, braked) for name, policy in written.items()}
    return {name: before[name] if policy == before.get(name) else policy for name, policy in served.items()}


def _find(known: Mapping[str, Policy], reference: str) -> Policy:
    policy = known.get(reference.partition("@")[0])
    if policy is None or reference not in (policy.name, policy.reference):
        names = ", ".join(found.reference for found in known.values())
        raise NotFound("the server has no such policy", next_step=f"Use one of: {names}.")
    return policy

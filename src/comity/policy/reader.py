"""Reading a policy: from text to `Policy`, or to all of its mistakes, each at its line and column."""

from __future__ import annotations

from pathlib import Path

from comity.errors import InputError, NotFound, PolicyError, Problem
from comity.limits import LIMITS
from comity.policy._mistake import Mistake, did_you_mean
from comity.policy.document import Policy
from comity.policy.library import Library
from comity.policy.overlay import Layer, mistakes, overlay

MAX_CHAIN = 10


def read(source: Path | str, *, library: Library | None = None) -> Policy:
    """The policy in a file (`source` a Path) or a text (`source` a str), with what it extends folded in.

    `library` is where `extends` is looked up; left out, it is the packs and, for a file, its own folder.
    Raises PolicyError with every mistake, NotFound or InputError for a file that cannot be opened, and
    LimitExceeded for one that is too large.
    """
    if isinstance(source, Path):
        return _read_file(source, library or Library(source.parent), ())
    return _read(source.encode("utf-8", "surrogatepass"), "policy", library or Library(), ())


def load(reference: str, *, library: Library | None = None) -> Policy:
    """The policy that `reference` names: a file (`policies/forum.yaml`), `community`, or `community@1`.

    Raises what `read` raises, and NotFound for a name or a version that is not there.
    """
    if "/" in reference or "\\" in reference or reference.endswith((".yaml", ".yml")):
        return read(Path(reference), library=library)
    library = library or Library()
    name, _, version = reference.partition("@")
    path = library.find(name)
    if path is None:
        known = ", ".join(library.names())
        raise NotFound(f"there is no policy `{name}`", next_step=f"Give a file, or one of: {known}.")
    policy = _read_file(path, library, ())
    if policy.name != name:
        what = f"the file `{path}` holds the policy `{policy.name}`, not `{name}`"
        raise NotFound(what, next_step="Name the file after its policy.")
    if version and version != str(policy.version):
        raise NotFound(
            f"there is no version {version} of `{name}` here",
            next_step=f"Use `{policy.reference}`, after reading what changed.",
        )
    return policy


def _read_file(path: Path, library: Library, chain: tuple[str, ...]) -> Policy:
    try:
        LIMITS.check("policy_bytes", path.stat().st_size, where=str(path))
        data = path.read_bytes()
    except FileNotFoundError:
        raise NotFound(f"there is no file `{path}`", next_step="Check the path.") from None
    except OSError as error:
        raise InputError(
            f"`{path}` cannot be read: {error.strerror}", next_step="Give a readable file."
        ) from None
    return _read(data, str(path), library, chain)


def _read(data: bytes, path: str, library: Library, chain: tuple[str, ...]) -> Policy:
    # Imported here, because pydantic and PyYAML are slow to import and `import comity` does not need them.
    from comity.policy._checks import layer_mistakes, merged_mistakes
    from comity.policy._layer import to_layer
    from comity.policy._shaped import shaped
    from comity.policy._source import parse

    source = parse(data, path)
    if not isinstance(source.value, dict):
        top = Mistake("P007", "a policy is a mapping that starts with `policy:` and its name")
        raise PolicyError([source.problem(top)], where=path)
    sound = shaped(source.value)
    layer = to_layer(sound)
    found = [*source.mistakes, *sound.mistakes, *layer_mistakes(layer, sound)]
    parent, of_parent = None, list[Problem]()
    if layer.extends:
        try:
            parent = _parent(layer, layer.extends, library, chain)
        except _NotExtended as error:
            found.append(error.mistake)
        except PolicyError as error:
            of_parent += error.problems
    policy = overlay(layer, parent)
    if parent or not layer.extends:
        found += [*mistakes(layer, parent), *merged_mistakes(layer, policy, sound)]
    problems = [source.problem(mistake) for mistake in found]
    problems.sort(key=lambda problem: (problem.line, problem.column, problem.code))
    if problems or of_parent:
        raise PolicyError([*problems, *of_parent], where=path)
    return policy


class _NotExtended(Exception):
    """There is nothing to extend, for a reason that stands in this file."""

    def __init__(self, code: str, message: str, expected: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.mistake = Mistake(code, message, ("extends",), expected)


def _parent(layer: Layer, reference: str, library: Library, chain: tuple[str, ...]) -> Policy:
    """The policy that `layer` extends. Raises _NotExtended, or PolicyError with the mistakes of that policy."""
    name, _, version = reference.partition("@")
    chain = (*chain, layer.name)
    if name in chain:
        circle = " → ".join([*chain[chain.index(name) :], name])
        raise _NotExtended("P043", f"a policy cannot extend itself: {circle}")
    if len(chain) > MAX_CHAIN:
        raise _NotExtended("P043", f"more than {MAX_CHAIN} policies extend each other")
    path = library.find(name)
    if path is None:
        names = library.names()
        raise _NotExtended("P041", f"there is no policy `{name}` to extend{did_you_mean(name, names)}", names)
    parent = _read_file(path, library, chain)
    if not version:
        raise _NotExtended("P040", f"pin the version that you extend: `{parent.reference}`")
    if parent.name != name:
        raise _NotExtended("P041", f"the file `{path}` holds the policy `{parent.name}`, not `{name}`")
    if reference != parent.reference:
        what = (
            f"`{name}` is at version {parent.version} here: see what changed, then write `{parent.reference}`"
        )
        raise _NotExtended("P042", what)
    return parent

"""The error tree.

    ComityError                 anything Comity raises on purpose
    ├── InputError              the caller's item, option or file is wrong              (HTTP 422)
    │   └── LimitExceeded       an item is larger than a limit of `comity.limits`       (HTTP 413)
    ├── PolicyError             a policy file has mistakes; all of them, located        (HTTP 422)
    ├── NotFound                a named policy, model, detector or row does not exist   (HTTP 404)
    ├── Conflict                the same id or key was used before, for something else  (HTTP 409)
    ├── Unauthorised            a key is missing or wrong                               (HTTP 401)
    ├── Forbidden               a key may not do this                                   (HTTP 403)
    ├── ArtefactError           a model's files are missing, changed or do not fit
    ├── CalibrationError        a stated risk cannot be met, or calibration data is too thin
    ├── MissingExtra            a heavy dependency is not installed; says the command
    └── StoreError              the database is away, busy, full, damaged or of another version

Every error has a stable `code`, says `what` happened, `where`, and the `next_step`. None carries an item's content.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class ComityError(Exception):
    """Base of the tree. `code` is stable across releases; `str()` is one readable line."""

    default_code = "E000"

    def __init__(self, what: str, *, where: str = "", next_step: str = "", code: str | None = None) -> None:
        self.code = code or self.default_code
        self.what = what
        self.where = where
        self.next_step = next_step
        super().__init__(what)

    def __str__(self) -> str:
        where = f" ({self.where})" if self.where else ""
        next_step = f" {self.next_step}" if self.next_step else ""
        return f"error[{self.code}]: {self.what}{where}.{next_step}"


class InputError(ComityError):
    default_code = "I001"


class LimitExceeded(InputError):
    """`limit` is the name of the row in `comity.limits` that was exceeded."""

    default_code = "I002"

    def __init__(self, limit: str, size: int, maximum: int, *, where: str = "") -> None:
        self.limit, self.size, self.maximum = limit, size, maximum
        super().__init__(
            f"{size:,} exceeds the limit `{limit}` of {maximum:,}",
            where=where,
            next_step=f"Send less, or raise it with COMITY_LIMIT_{limit.upper()}.",
        )


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a policy file. `line` and `column` count from 1; 0 means the file as a whole."""

    code: str
    message: str
    line: int
    column: int
    source_line: str = ""
    expected: tuple[str, ...] = ()
    path: str = ""

    def __str__(self) -> str:
        lines = [
            f"error[{self.code}]: {self.message}",
            f"  --> {self.path or 'policy'}:{self.line}:{self.column}",
        ]
        if self.source_line:
            number = str(self.line)
            lines.append(f"   {number} | {self.source_line}")
            lines.append(f"   {' ' * len(number)} | {' ' * (self.column - 1)}^")
        if self.expected:
            lines.append(f"  expected one of: {', '.join(f'`{choice}`' for choice in self.expected)}")
        return "\n".join(lines)


class PolicyError(ComityError):
    """Every mistake of one policy file: `problems` is never empty and is in the order of the file."""

    default_code = "P000"

    def __init__(self, problems: Sequence[Problem], *, where: str = "") -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        super().__init__(f"the policy has {count} {'mistake' if count == 1 else 'mistakes'}", where=where)

    def __str__(self) -> str:
        return "\n\n".join(str(problem) for problem in self.problems)


class NotFound(ComityError):
    default_code = "N001"


class Conflict(ComityError):
    default_code = "N002"


class Unauthorised(ComityError):
    default_code = "A001"


class Forbidden(ComityError):
    default_code = "A002"


class ArtefactError(ComityError):
    default_code = "M001"


class CalibrationError(ComityError):
    default_code = "C001"


class MissingExtra(ComityError):
    """`extra` is the name in pyproject that brings the missing `package`."""

    default_code = "X001"

    def __init__(self, package: str, extra: str) -> None:
        self.package, self.extra = package, extra
        super().__init__(
            f"`{package}` is not installed",
            next_step=f"Install it with: pip install 'comity[{extra}]'",
        )


class StoreError(ComityError):
    default_code = "S001"

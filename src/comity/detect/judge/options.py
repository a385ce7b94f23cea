"""Where the judge is, how it is asked, what it costs, and what may leave the machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

from comity.content.item import ROLES
from comity.errors import InputError
from comity.settings import Settings

EVERYWHERE = ""
"""The community whose roles hold where no other is named."""


@dataclass(frozen=True, slots=True)
class JudgeOptions:
    """`url` is the base, such as `http://localhost:11434/v1`. `deadline_ms`: for one item, from
    when it is its turn; it waits as long again for that at most. `concurrency`: requests at
    the same time. `price` of a million tokens in and out, in any one currency; `daily_cost`, in the same, is never
    gone past by more than the requests under way. `together`: one call for all rules of a policy. `roles` by community
    are what may be sent, None for all; `thread` is how many items before it go along. `redact`: None for where the
    endpoint is not on this machine. `doubt`: between these probabilities the judge is asked to reason.
    """

    url: str
    model: str
    key: str | None = field(default=None, repr=False)
    dialect: str = "plain"
    deadline_ms: int = 20_000
    concurrency: int = 4
    together: bool = False
    price: tuple[float, float] = (0.0, 0.0)
    daily_cost: float | None = None
    roles: Mapping[str, frozenset[str]] | None = None
    thread: int = 10
    redact: bool | None = None
    doubt: tuple[float, float] = (0.2, 0.8)
    cached: int = 10_000

    @classmethod
    def of(cls, settings: Settings) -> JudgeOptions | None:
        """What `settings` say; None where they name no judge. Raises InputError where they say half of it."""
        if settings.judge_url is None:
            if settings.judge_model is not None:
                raise InputError(
                    "a model for the judge is named, and no endpoint", next_step="Give --judge-url, too."
                )
            return None
        if settings.judge_model is None:
            raise InputError("the judge's endpoint needs a model", next_step="Give --judge-model, too.")
        for role in sorted(frozenset().union(*(settings.judge_roles or {}).values())):
            if role not in ROLES:
                raise InputError(
                    f"COMITY_JUDGE_ROLES names {role}, which is no role of an item",
                    next_step=f"Use {', '.join(ROLES)}.",
                )
        if settings.judge_daily_cost is not None and not any(settings.judge_price or ()):
            raise InputError(
                "COMITY_JUDGE_DAILY_COST is set, and COMITY_JUDGE_PRICE is not",
                next_step="Set it to the price of a million tokens in and out, such as 0.15,0.60.",
            )
        return cls(
            url=settings.judge_url,
            model=settings.judge_model,
            key=settings.judge_key,
            dialect=settings.judge_dialect,
            deadline_ms=settings.judge_deadline_ms,
            concurrency=settings.judge_concurrency,
            together=settings.judge_together,
            price=settings.judge_price or (0.0, 0.0),
            daily_cost=settings.judge_daily_cost,
            roles=settings.judge_roles,
            thread=settings.judge_thread,
            redact=settings.judge_redact,
        )

    @property
    def redacts(self) -> bool:
        return not self.is_local if self.redact is None else self.redact

    @property
    def is_local(self) -> bool:
        """Whether the endpoint is on this machine."""
        host = urlsplit(self.url).hostname or ""
        try:
            return ip_address(host).is_loopback
        except ValueError:
            return host == "localhost"

    def may_send(self, role: str, community: str | None) -> bool:
        if self.roles is None:
            return True
        allowed = self.roles.get(community or EVERYWHERE)
        if allowed is None:
            allowed = self.roles.get(EVERYWHERE)
        return allowed is None or role in allowed

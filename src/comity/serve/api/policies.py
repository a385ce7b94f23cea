"""`/v1/policies`: what this server moderates by, how often its rules hit, and letting go what the brake holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session
from starlette.requests import Request

from comity.intake.brake import list_braked, release
from comity.intake.rates import rates
from comity.policy import Policy, Rule
from comity.policy.document import seconds
from comity.serve.auth import actor_of, needs
from comity.serve.brakes import follow_brakes
from comity.serve.service import Service, policy_of, service_of
from comity.serve.storing import read, write
from comity.store.tables import RuleState, now
from comity.wire.items import Key

router = APIRouter(prefix="/v1", tags=["policies"])
_SEES, _READS, _RULES = (
    [Depends(needs(*scopes))] for scopes in (("moderate", "read"), ("read",), ("admin",))
)
Window = Annotated[
    str, Query(pattern=r"^[1-9][0-9]{0,3}[mhd]$", description="How far to look back, such as 30m, 1h or 7d.")
]


class RuleOut(BaseModel):
    id: str
    text: str
    exceptions: list[str]
    actions: list[str]
    state: str


class PolicyOut(BaseModel):
    name: str
    version: int
    description: str
    rules: list[RuleOut] = Field(
        description="In the order of reading; those inherited from other policies too."
    )


class PoliciesOut(BaseModel):
    """`default` is used where a request names no policy."""

    default: str
    policies: list[PolicyOut]


class BrakeOut(BaseModel):
    since: datetime
    why: str


class ServedRuleOut(RuleOut):
    brake: BrakeOut | None = Field(
        description="Why the rule is in shadow, though its file says that it is live."
    )


class ServedPolicyOut(BaseModel):
    name: str
    version: int
    description: str
    rules: list[ServedRuleOut]


class ShareOut(BaseModel):
    """A share of the items, with the bounds of its 95 % interval (Wilson's)."""

    value: float
    low: float
    high: float


class RateOut(BaseModel):
    """`hits` are the items that broke the rule; with `reviews` of them it was for a person to say."""

    rule: str
    state: str
    items: int
    hits: int
    reviews: int
    hit_share: ShareOut | None = Field(description="hits / items; null of no items.")
    review_share: ShareOut | None = Field(description="reviews / items; null of no items.")


class RatesOut(BaseModel):
    policy: str
    window: str
    rates: list[RateOut] = Field(description="Of the live and the shadow rules.")


@router.get("/policies", dependencies=_SEES)
async def policies(request: Request) -> PoliciesOut:
    """Every policy with its rules in plain language."""
    known = service_of(request).policies
    return PoliciesOut(
        default=policy_of(request, None).name, policies=[_policy_out(policy) for policy in known.known()]
    )


@router.get("/policies/{name}", dependencies=_SEES)
async def read_policy(request: Request, name: Key) -> ServedPolicyOut:
    """A policy as it is served now: which rules are live, and which the brake holds, since when and why."""
    policy = policy_of(request, name)
    held = {(row.policy, row.rule): row for row in await to_thread.run_sync(_held, service_of(request))}
    return ServedPolicyOut(
        name=policy.name,
        version=policy.version,
        description=policy.description,
        rules=[
            ServedRuleOut(**_rule(rule), brake=_brake_out(rule, held.get((policy.name, rule.id))))
            for rule in policy.rules
        ],
    )


@router.get("/policies/{name}/rates", dependencies=_READS)
async def read_rates(request: Request, name: Key, window: Window = "1h") -> RatesOut:
    """How often each rule hit items that were kept: at most the newest 10,000 within the window, from when on the rule
    is in its state and the policy has its version.
    """
    policy = policy_of(request, name)
    since = now() - timedelta(seconds=seconds(window))
    found = await read(request, lambda session: rates(session, policy, since))
    return RatesOut(policy=policy.reference, window=window, rates=[RateOut(**one.to_json()) for one in found])


@router.post("/policies/{name}/rules/{rule}/release", dependencies=_RULES)
async def release_rule(request: Request, name: Key, rule: Key) -> ServedPolicyOut:
    """Lets a rule that the brake holds be live again. Other processes follow within seconds."""
    policy = policy_of(request, name)
    actor = actor_of(request)

    def work(session: Session) -> None:
        release(session, policy.name, rule, now(), actor=actor)

    await write(request, work)
    service = service_of(request)
    await to_thread.run_sync(follow_brakes, service.policies, service.storage.open(), now())
    return await read_policy(request, policy.name)


def _held(service: Service) -> Sequence[RuleState]:
    database = service.storage.if_there()
    if database is None:  # a server that only decides makes no file
        return ()
    with database.read() as session:
        return list_braked(session)


def _policy_out(policy: Policy) -> PolicyOut:
    return PolicyOut(
        name=policy.name,
        version=policy.version,
        description=policy.description,
        rules=[RuleOut(**_rule(rule)) for rule in policy.rules],
    )


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "text": rule.text,
        "exceptions": list(rule.exceptions),
        "actions": list(rule.actions),
        "state": rule.state,
    }


def _brake_out(rule: Rule, state: RuleState | None) -> BrakeOut | None:
    if state is None or rule.state != "shadow":
        return None
    return BrakeOut(since=state.since, why=state.reason)

"""`GET /v1/policies`: what this server moderates by."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from starlette.requests import Request

from comity.policy import Policy
from comity.serve.auth import needs
from comity.serve.service import policy_of, service_of

router = APIRouter(prefix="/v1", tags=["policies"], dependencies=[Depends(needs("moderate"))])


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


@router.get("/policies")
async def policies(request: Request) -> PoliciesOut:
    """Every policy with its rules in plain language."""
    known = service_of(request).policies
    return PoliciesOut(
        default=policy_of(request, None).name, policies=[_policy_out(policy) for policy in known.known()]
    )


def _policy_out(policy: Policy) -> PolicyOut:
    return PolicyOut(
        name=policy.name,
        version=policy.version,
        description=policy.description,
        rules=[
            RuleOut(
                id=rule.id,
                text=rule.text,
                exceptions=list(rule.exceptions),
                actions=list(rule.actions),
                state=rule.state,
            )
            for rule in policy.rules
        ],
    )

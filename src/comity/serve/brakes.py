"""The brake at work: rules that leave their expected hit rate go to shadow, in every process on the same database."""

from __future__ import annotations

import logging
from datetime import datetime
from functools import partial

from comity.intake.brake import brake, braked_rules, runaways
from comity.serve.chores import Chore
from comity.serve.policies import Policies
from comity.serve.storage import Storage
from comity.store import Database

logger = logging.getLogger(__name__)

FOLLOW_SECONDS = 2.0
"""Between two looks at what other processes and people have braked and released."""
BRAKE_SECONDS = 15.0
"""Between two counts of what the rules hit."""


def brake_chores(policies: Policies) -> tuple[Chore, ...]:
    return (
        Chore("follow the brake", FOLLOW_SECONDS, partial(follow_brakes, policies)),
        Chore("brake rules", BRAKE_SECONDS, partial(brake_rules, policies)),
    )


def follow_brakes(policies: Policies, database: Database, now: datetime) -> int:  # noqa: ARG001 - a chore gets it
    """Serves rules as the database says that they are; how many policies that changes."""
    with database.read() as session:
        braked = braked_rules(session)
    return policies.apply(braked)


def brake_rules(policies: Policies, database: Database, now: datetime) -> int:
    """Brakes the rules of `policies` whose rate is not as expected; how many."""
    with database.read() as session:
        found = runaways(session, policies.known(), now)
    if not found:
        return 0
    braked = database.transact(lambda session: brake(session, found, now))
    for one in braked:
        logger.warning("the rule %s of %s goes to shadow: %s", one.rule.id, one.policy.reference, one.why)
    follow_brakes(policies, database, now)
    return len(braked)


def brakes_at_start(policies: Policies, storage: Storage) -> None:
    """What was braked before the start stays so from the first request on."""
    try:
        if (database := storage.if_there()) is not None:
            with database.read() as session:
                policies.apply(braked_rules(session))
    except Exception as error:  # noqa: BLE001 - the chore tries it again, and the server goes on meanwhile
        logger.error("the states of rules could not be read: %s", type(error).__name__)

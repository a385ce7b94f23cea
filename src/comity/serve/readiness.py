"""Whether the server can decide: it can once a first decision has loaded the models."""

from __future__ import annotations

import logging

from comity.detect import Failed
from comity.errors import ComityError
from comity.moderator import Moderator
from comity.serve.policies import Policies, warm_up

logger = logging.getLogger(__name__)


class Readiness:
    """`reason` says why the server is not ready; empty once it is."""

    def __init__(self) -> None:
        self.reason = "the models are being loaded"

    def warm_up(self, policies: Policies) -> None:
        """Decides one greeting under the default policy, asking every detector."""
        try:
            self.reason = _failures(policies.moderator(policies.default))
        except ComityError as error:
            self.reason = error.what
            logger.error("%s", error)
        except Exception as error:
            self.reason = f"the first decision failed with {type(error).__name__}"
            logger.exception("the first decision failed")
        if not self.reason:
            logger.info("ready to decide under %s", policies.default.reference)


def _failures(moderator: Moderator) -> str:
    decision = warm_up(moderator)
    failed = [
        f"{name}: {found.reason}" for name, found in decision.outcomes.items() if isinstance(found, Failed)
    ]
    return "; ".join(failed)

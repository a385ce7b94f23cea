"""Serving a policy as soon as its file has changed."""

from __future__ import annotations

import logging

from anyio import sleep, to_thread

from comity.serve.policies import Policies

logger = logging.getLogger(__name__)

SECONDS = 1.0
"""Between two looks at the files: looking works on every file system, where notifications do not."""


async def watch(policies: Policies) -> None:
    """Reloads what has changed, until it is cancelled."""
    while True:
        await sleep(SECONDS)
        try:
            await to_thread.run_sync(policies.reload)
        except Exception as error:  # noqa: BLE001 - a folder that cannot be read must not stop the server
            logger.error("the policies could not be read again: %s", type(error).__name__)

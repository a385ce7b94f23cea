"""What doors that read and write the database have in common: the work is done in threads, a page at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeVar

from anyio import to_thread
from fastapi import Query
from sqlalchemy.orm import Session
from starlette.requests import Request

from comity.serve.service import service_of
from comity.store.paging import MAX_PAGE

BIGGEST_ID = 2**31 - 1
After = Annotated[int, Query(ge=0, le=BIGGEST_ID, description="The `next` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=MAX_PAGE)]
Result = TypeVar("Result")


async def read(request: Request, look: Callable[[Session], Result]) -> Result:
    """What `look` returns, called in a thread."""
    storage = service_of(request).storage

    def run() -> Result:
        with storage.open().read() as session:
            return look(session)

    return await to_thread.run_sync(run)


async def write(request: Request, work: Callable[[Session], Result]) -> Result:
    """What `work` returns, called in a thread, in one transaction that may be done again from its start."""
    storage = service_of(request).storage
    return await to_thread.run_sync(lambda: storage.open().transact(work))

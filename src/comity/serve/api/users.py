"""`/v1/users`: who reviews, by pseudonyms."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from comity.serve.auth import needs
from comity.serve.body import JsonRoute
from comity.serve.paths import UserId
from comity.serve.storing import After, Limit, read, write
from comity.store.tables import User
from comity.store.users import disable_user, list_users, put_user
from comity.wire.review import UserIn, UserOut, UsersOut

router = APIRouter(prefix="/v1/users", tags=["review"], route_class=JsonRoute)
_READS, _CHANGES = [Depends(needs("review", "admin"))], [Depends(needs("admin"))]


@router.get("", dependencies=_READS)
async def read_users(request: Request, after: After = 0, limit: Limit = 100) -> UsersOut:
    """All users, disabled ones too."""

    def look(session: Session) -> UsersOut:
        found = list_users(session, after=after, size=limit)
        return UsersOut(users=[_user(row) for row in found.rows], next=found.next)

    return await read(request, look)


@router.post(
    "",
    status_code=201,
    response_model=UserOut,
    dependencies=_CHANGES,
    responses={200: {"model": UserOut, "description": "The user was there, has this role now and may work."}},
)
async def add_user(request: Request, new: UserIn) -> Response:
    """Adds a user, changes the role of one, or lets one who was disabled work again."""

    def work(session: Session) -> tuple[UserOut, bool]:
        user, made = put_user(session, new.key, new.role)
        return _user(user), made

    told, made = await write(request, work)
    return JSONResponse(told.model_dump(mode="json"), 201 if made else 200)


@router.post("/{key}/disable", dependencies=_CHANGES)
async def disable(request: Request, key: UserId) -> UserOut:
    """From now on the user takes no case and rules in none."""
    return await write(request, lambda session: _user(disable_user(session, key)))


def _user(row: User) -> UserOut:
    return UserOut(key=row.key, role=row.role, created_at=row.created_at, disabled_at=row.disabled_at)

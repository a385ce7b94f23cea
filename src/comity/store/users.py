"""Users: the people who work in the console, by the pseudonyms under which decisions name them."""

from __future__ import annotations

from typing import Literal, get_args

from sqlalchemy import select
from sqlalchemy.orm import Session

from comity.errors import Forbidden, InputError, NotFound
from comity.store.paging import Page, page
from comity.store.tables import ID_CHARS, User, now

Role = Literal["reviewer", "admin"]
"""What a user may do: rule in cases; that, and decide who may."""
ROLES: tuple[Role, ...] = get_args(Role)
_NOBODY = ("automation",)
"""Actors that are no users."""


def put_user(session: Session, key: str, role: Role) -> tuple[User, bool]:
    """The user, and whether it was added. One who was disabled is enabled again; the role is set to `role`.

    Raises InputError for a key that is empty, longer than ID_CHARS or `automation`, and for an unknown role.
    """
    if not 1 <= len(key) <= ID_CHARS or key in _NOBODY:
        raise InputError(f"the key of a user has 1 to {ID_CHARS} characters and is not `automation`")
    if role not in ROLES:
        raise InputError(f"a user has one of the roles {', '.join(ROLES)}")
    query = select(User).where(User.key == key).with_for_update()
    found = session.scalars(query).one_or_none()
    if found is None:
        found = User(key=key, role=role)
        session.add(found)
        session.flush()
        return found, True
    found.role, found.disabled_at = role, None
    return found, False


def find_user(session: Session, key: str) -> User:
    """The user called `key`, disabled or not. Raises NotFound."""
    found = session.scalars(select(User).where(User.key == key)).one_or_none()
    if found is None:
        raise NotFound("there is no such user", next_step="Add it with `POST /v1/users`.")
    return found


def working_user(session: Session, key: str) -> User:
    """The user called `key`, who may work. Raises NotFound, Forbidden for one who was disabled."""
    found = find_user(session, key)
    if found.disabled_at is not None:
        raise Forbidden("this user was disabled", next_step="Add it again with `POST /v1/users`.")
    return found


def disable_user(session: Session, key: str) -> User:
    """From now on the user takes no case and rules in none. Disabling twice keeps the first time. Raises NotFound."""
    found = find_user(session, key)
    session.refresh(found, with_for_update={"key_share": True})
    found.disabled_at = found.disabled_at or now()
    return found


def list_users(session: Session, *, after: int = 0, size: int = 100) -> Page[User]:
    """All users, disabled ones too."""
    return page(session, select(User), User.id, after, size)

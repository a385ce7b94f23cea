"""`/azure/contentsafety/text/blocklists`: Azure's blocklists, kept as banks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

from anyio import to_thread
from fastapi import APIRouter, Depends, Path, Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from comity import store
from comity.serve.auth import needs
from comity.serve.azure.matching import check
from comity.serve.body import JsonRoute
from comity.serve.service import service_of
from comity.store.banks import MOST_ITEMS
from comity.wire import azure as wire

NAME_PARAMETER = "blocklistName"
_MOST_ROWS = 1_000
_DEFAULT_ROWS = 100

_READS, _CHANGES = [Depends(needs("moderate"))], [Depends(needs("admin"))]
router = APIRouter(prefix="/text/blocklists", route_class=JsonRoute)
Name = Annotated[str, Path(alias=NAME_PARAMETER, pattern=wire.NAME_PATTERN)]
Count = Annotated[int, Query(ge=0, le=MOST_ITEMS)]
PageSize = Annotated[int, Query(ge=1, le=_MOST_ROWS)]
Result = TypeVar("Result")


@router.get("", dependencies=_READS, response_model_exclude_none=True)
async def list_blocklists(
    request: Request, skip: Count = 0, maxpagesize: PageSize = _DEFAULT_ROWS
) -> wire.BlocklistPage:
    """All blocklists by name."""
    rows = await _in_session(
        request, lambda session: store.list_banks(session, skip=skip, size=maxpagesize + 1)
    )
    return wire.BlocklistPage(
        value=[_blocklist(bank) for bank in rows[:maxpagesize]],
        next_link=_next(request, skip=skip + maxpagesize) if len(rows) > maxpagesize else None,
    )


@router.patch("/{blocklistName}", dependencies=_CHANGES)
async def put_blocklist(request: Request, name: Name, body: wire.BlocklistPatch) -> JSONResponse:
    """Makes the blocklist (201) or changes its description (200)."""

    def put(session: Session) -> tuple[wire.Blocklist, bool]:
        bank, made = store.put_bank(session, name)
        if "description" in body.model_fields_set:
            bank.description = body.description
        return _blocklist(bank), made

    blocklist, made = await _in_session(request, put, writes=True)
    return JSONResponse(blocklist.model_dump(by_alias=True, exclude_none=True), 201 if made else 200)


@router.get("/{blocklistName}", dependencies=_READS, response_model_exclude_none=True)
async def get_blocklist(request: Request, name: Name) -> wire.Blocklist:
    return await _in_session(request, lambda session: _blocklist(store.get_bank(session, name)))


@router.delete("/{blocklistName}", dependencies=_CHANGES, status_code=204, response_class=Response)
async def delete_blocklist(request: Request, name: Name) -> None:
    await _in_session(request, lambda session: store.remove_bank(session, name), writes=True)


@router.post(
    "/{blocklistName}:addOrUpdateBlocklistItems", dependencies=_CHANGES, response_model_exclude_none=True
)
async def put_items(request: Request, name: Name, body: wire.AddItemsRequest) -> wire.AddItemsResponse:
    """Adds items; one whose text is there already is changed and keeps its id."""
    new = [
        store.NewBankItem(item.text, item.description, bool(item.is_regex)) for item in body.blocklist_items
    ]

    def put(session: Session) -> list[wire.BlocklistItem]:
        check(new)
        items = store.put_bank_items(session, store.get_bank(session, name), new)
        return [_item(item) for item in items]

    return wire.AddItemsResponse(blocklist_items=await _in_session(request, put, writes=True))


@router.post(
    "/{blocklistName}:removeBlocklistItems", dependencies=_CHANGES, status_code=204, response_class=Response
)
async def remove_items(request: Request, name: Name, body: wire.RemoveItemsRequest) -> None:
    def remove(session: Session) -> None:
        store.remove_bank_items(session, store.get_bank(session, name), body.blocklist_item_ids)

    await _in_session(request, remove, writes=True)


@router.get("/{blocklistName}/blocklistItems", dependencies=_READS, response_model_exclude_none=True)
async def list_items(
    request: Request,
    name: Name,
    top: Count = MOST_ITEMS,
    skip: Count = 0,
    maxpagesize: PageSize = _DEFAULT_ROWS,
) -> wire.ItemPage:
    """Up to `top` items without the first `skip`, `maxpagesize` in one answer."""
    size = min(top, maxpagesize)

    def items(session: Session) -> Sequence[store.BankItem]:
        return store.list_bank_items(session, store.get_bank(session, name), skip=skip, size=size + 1)

    rows = await _in_session(request, items)
    more = len(rows) > size and top > size
    return wire.ItemPage(
        value=[_item(item) for item in rows[:size]],
        next_link=_next(request, skip=skip + size, top=top - size) if more else None,
    )


@router.get("/{blocklistName}/blocklistItems/{itemId}", dependencies=_READS, response_model_exclude_none=True)
async def get_item(
    request: Request, name: Name, item_id: Annotated[wire.ItemId, Path(alias="itemId")]
) -> wire.BlocklistItem:
    return await _in_session(
        request,
        lambda session: _item(store.get_bank_item(session, store.get_bank(session, name), item_id)),
    )


async def _in_session(request: Request, work: Callable[[Session], Result], *, writes: bool = False) -> Result:
    service = service_of(request)

    def run() -> Result:
        database = service.storage.open()
        with database.write() if writes else database.read() as session:
            return work(session)

    return await to_thread.run_sync(run)


def _next(request: Request, **changes: int) -> str:
    return str(request.url.include_query_params(**changes))


def _blocklist(bank: store.Bank) -> wire.Blocklist:
    return wire.Blocklist(blocklist_name=bank.name, description=bank.description)


def _item(item: store.BankItem) -> wire.BlocklistItem:
    return wire.BlocklistItem(
        blocklist_item_id=item.key,
        text=item.text,
        description=item.description,
        is_regex=item.is_pattern,
    )

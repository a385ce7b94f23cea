"""Sending one event to one webhook, over a connection of its own to an address that was checked."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from socket import SOCK_STREAM, gaierror
from types import TracebackType
from typing import Self

import httpx
from anyio import fail_after, getaddrinfo

from comity import __version__
from comity.errors import InputError
from comity.intake.signature import body_of, signed_headers
from comity.store.hosts import check_address, check_url
from comity.store.outbox import Attempt, Leased
from comity.store.tables import now

SECONDS = 10
"""For all of it: the name, the connection, the answer."""
_CONNECT_SECONDS = 5
_PORTS = {"http": 80, "https": 443}


class Sender:
    """Sends to public hosts and to `hosts`. It follows no redirect and reads no body; `async with` closes it."""

    def __init__(self, hosts: Collection[str] = ()) -> None:
        self._hosts = hosts
        # No connection is kept: it would outlive the check of its address, and receivers close idle ones when they
        # like. No proxy of the environment either: it would look the names up by itself.
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
        self._client = httpx.AsyncClient(
            transport=httpx.AsyncHTTPTransport(limits=limits),
            timeout=httpx.Timeout(SECONDS, connect=_CONNECT_SECONDS),
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def send(self, leased: Leased) -> Attempt:
        """What became of it; no failure of the receiver or of the way to it is raised."""
        try:
            with fail_after(SECONDS):
                return _judge(leased, await self._post(leased))
        except InputError as error:
            return Attempt(leased, error.what)
        except gaierror:
            return Attempt(leased, "the name of the host is not known")
        except httpx.ConnectTimeout:
            return Attempt(leased, f"no connection within {_CONNECT_SECONDS} seconds")
        except (TimeoutError, httpx.TimeoutException):
            return Attempt(leased, f"no answer within {SECONDS} seconds")
        except (httpx.RequestError, OSError) as error:
            return Attempt(leased, f"the connection failed: {error or type(error).__name__}")

    async def _post(self, leased: Leased) -> httpx.Response:
        check_url(leased.url, self._hosts)
        url = httpx.URL(leased.url)
        addresses = await self._addresses(url)
        for address in addresses[:-1]:
            try:
                return await self._post_to(address, url, leased)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        return await self._post_to(addresses[-1], url, leased)

    async def _addresses(self, url: httpx.URL) -> list[str]:
        """Those of the host, each of them checked. Raises InputError, gaierror."""
        port = url.port or _PORTS[url.scheme]
        found = await getaddrinfo(url.host, port, type=SOCK_STREAM)
        addresses = list(dict.fromkeys(str(place[0]) for *_, place in found))
        for address in addresses:
            check_address(url.host, address, self._hosts)
        return addresses

    async def _post_to(self, address: str, url: httpx.URL, leased: Leased) -> httpx.Response:
        body = body_of(leased.kind, leased.at, leased.data)
        headers = {
            "Host": url.netloc.decode("ascii"),
            "Content-Type": "application/json",
            "User-Agent": f"comity/{__version__}",
            **signed_headers(leased.event_id, body, leased.secrets, now()),
        }
        # The very address that was checked is called; the certificate still has to be that of the name.
        request = self._client.build_request(
            "POST",
            url.copy_with(host=address),
            headers=headers,
            content=body,
            extensions={"sni_hostname": url.host},
        )
        response = await self._client.send(request, stream=True)
        await response.aclose()
        return response


def _judge(leased: Leased, response: httpx.Response) -> Attempt:
    if response.is_success:
        return Attempt(leased)
    return Attempt(
        leased,
        f"the answer was {response.status_code}",
        _pause(response.headers.get("retry-after", "")),
        gone=response.status_code == HTTPStatus.GONE,
    )


def _pause(retry_after: str) -> timedelta | None:
    """A number of seconds or a date (RFC 9110, section 10.2.3)."""
    value = retry_after.strip()
    if value.isascii() and value.isdecimal():
        return timedelta(seconds=int(value[:9]))
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    return until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)

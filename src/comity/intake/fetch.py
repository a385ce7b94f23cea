"""Fetching the parts of an item from its site: a signed request, to hosts that the operator listed and to no others."""

from __future__ import annotations

import hmac
import re
from collections.abc import Collection
from datetime import datetime
from hashlib import sha256
from ipaddress import ip_address
from socket import SOCK_STREAM

import httpx
from anyio import fail_after, getaddrinfo
from pydantic import ValidationError

from comity.errors import ComityError, InputError
from comity.intake.accept import Parts
from comity.limits import LIMITS
from comity.store.hosts import URL_PATTERN, may_call
from comity.wire.items import ItemEditIn

SIGNATURE = "Comity-Signature"
SECONDS = 10
"""For all of one fetch, from the first look-up to the last byte."""
_PORTS = {"http": 80, "https": 443}


class FetchFailed(ComityError):
    """The parts could not be had. It quotes neither the answer nor the address."""

    default_code = "F001"


def signature(secret: str, method: str, url: str, at: datetime) -> str:
    """The header's value: when, and the HMAC-SHA256 of `TIME.METHOD.URL` in hex, the time in seconds since 1970."""
    time = int(at.timestamp())
    message = f"{time}.{method}.{url}".encode()
    return f"t={time},v1={hmac.new(secret.encode(), message, sha256).hexdigest()}"


class Fetcher:
    """Asks `hosts`: names or addresses, with a port where it is not 443. `secret` signs.

    Names must stand for public addresses; an address that is not public is asked where it is listed itself. Plain
    HTTP is for a loopback address that is listed with its port. Proxies of the environment are not used.
    """

    def __init__(self, hosts: Collection[str], secret: str) -> None:
        self._hosts = frozenset(host.lower() for host in hosts)
        self._secret = secret

    def check(self, url: str) -> None:
        """Raises InputError for a URL that is not to be asked."""
        self._checked(url)

    async def fetch(self, url: str, now: datetime) -> Parts:
        """The parts that the site answers with. Raises InputError, FetchFailed."""
        checked = self._checked(url)
        try:
            with fail_after(SECONDS):
                address = await self._address_of(checked)
                body = await self._ask(checked, address, signature(self._secret, "GET", str(checked), now))
        except TimeoutError:
            raise FetchFailed(f"the site did not answer within {SECONDS} s") from None
        except httpx.HTTPError as error:
            raise FetchFailed(f"the site could not be asked: {type(error).__name__}") from None
        return _parts(body)

    def _checked(self, url: str) -> httpx.URL:
        try:
            parsed = httpx.URL(url if re.fullmatch(URL_PATTERN, url) else "")
        except httpx.InvalidURL:
            parsed = httpx.URL("")
        if not parsed.host or parsed.fragment:
            raise _refused("it is no https URL in ASCII, without user, password and fragment")
        host = f"[{parsed.host}]" if ":" in parsed.host else parsed.host
        place = f"{host}:{parsed.port or _PORTS[parsed.scheme]}"
        if place not in self._hosts and not (host in self._hosts and place == f"{host}:{_PORTS['https']}"):
            raise _refused("its host and port are not among those that the server may ask")
        if parsed.scheme == "http" and not (place in self._hosts and _is_loopback(parsed.host)):
            raise _refused("it is not https")
        return parsed

    async def _address_of(self, url: httpx.URL) -> str:
        """The address to connect to, looked up once: a second look could find another one."""
        if _is_address(url.host):
            return url.host
        try:
            found = await getaddrinfo(url.host, url.port or _PORTS[url.scheme], type=SOCK_STREAM)
        except OSError:
            raise FetchFailed("the name of the site's host is not known") from None
        addresses = [str(place[0]) for *_, place in found]
        if not all(may_call(url.host, address) for address in addresses):
            raise FetchFailed("the name of the site's host does not stand for a public address")
        return addresses[0]

    async def _ask(self, url: httpx.URL, address: str, signed: str) -> bytes:
        headers = {
            "Host": url.netloc.decode("ascii"),
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            SIGNATURE: signed,
        }
        request = httpx.Request(
            "GET",
            url.copy_with(host=address),
            headers=headers,
            extensions={"sni_hostname": url.host, "timeout": httpx.Timeout(SECONDS).as_dict()},
        )
        async with httpx.AsyncHTTPTransport() as transport:
            answer = await transport.handle_async_request(request)
            try:
                return await _body(answer)
            finally:
                await answer.aclose()


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    return _is_address(host) and ip_address(host).is_loopback


def _refused(why: str) -> InputError:
    return InputError(
        f"the URL to fetch cannot be used: {why}",
        next_step="Use an https URL of a host in COMITY_FETCH_HOSTS, or send the text.",
    )


async def _body(answer: httpx.Response) -> bytes:
    if answer.status_code != httpx.codes.OK:
        raise FetchFailed(f"the site answered {answer.status_code}")
    if answer.headers.get("content-encoding", "identity") != "identity":
        raise FetchFailed("the site's answer is compressed")
    body = bytearray()
    async for chunk in answer.aiter_raw():
        body += chunk
        if len(body) > LIMITS.request_bytes:
            raise FetchFailed("the site's answer exceeds the limit `request_bytes`")
    return bytes(body)


def _parts(body: bytes) -> Parts:
    try:
        return ItemEditIn.model_validate_json(body).texts
    except ValidationError:
        raise FetchFailed("the site's answer has neither `text` nor `parts`, or more than that") from None

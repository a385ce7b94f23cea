"""Which hosts the server may call: public ones, this machine by its name, and those that the operator lists."""

from __future__ import annotations

import re
from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from comity.errors import InputError
from comity.store.tables import ID_CHARS

URL_PATTERN = r"https?://(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?(?:/[!-\[\]-~]*)?"
"""Printable ASCII without user, password and backslash: nothing that two parsers could read as different hosts."""

_PARTS = re.compile(r"(https?)://(\[.+?\]|[^/:]+)(?::(\d+))?(?:/[^#]*)?")
_VARIABLE = "COMITY_WEBHOOK_HOSTS"
# An IPv6 network that a gateway translates to IPv4: RFC 6052.
_NAT64 = IPv6Network("64:ff9b::/96")


def check_url(url: str, listed: Collection[str] = ()) -> None:
    """Raises InputError unless `url` is https; http is for this machine and for hosts that are `listed`.

    It looks up no names: whether a host's address may be called is `may_call`'s to say, each time it is.
    """
    parts = _PARTS.fullmatch(url) if re.fullmatch(URL_PATTERN, url) else None
    if (
        parts is None
        or len(url) > ID_CHARS
        or not 0 < int(parts[3] or 443) < 65_536
        or _is_no_address(parts[2])
    ):
        raise InputError(
            f"this is no address to send to: an https URL of at most {ID_CHARS} ASCII characters, without user, "
            "password and fragment",
            next_step="Write it as https://forum.example/comity.",
        )
    scheme, host = parts[1], parts[2].strip("[]").lower()
    if host in listed:
        return
    if scheme == "http" and not _is_this_machine(host):
        raise InputError(
            f"{host} would be called without encryption",
            next_step=f"Use https://, or list the host in {_VARIABLE}.",
        )
    address = _literal(host)
    if address is not None and not may_call(host, host, listed):
        raise _not_public(host)


def check_address(host: str, address: str, listed: Collection[str] = ()) -> None:
    """Raises InputError unless `may_call`."""
    if not may_call(host, address, listed):
        raise _not_public(host)


def may_call(host: str, address: str, listed: Collection[str] = ()) -> bool:
    """Whether `address`, which the name `host` has right now, may be called: a public one, or any of a listed host.

    A name says nothing about its address, which may change between two calls; so ask with the very address that is
    called. `localhost` and its addresses stand for this machine; other names never do.
    """
    if host in listed:
        return True
    found = ip_address(address)
    if isinstance(found, IPv6Address):
        found = _carried(found)
    if _is_this_machine(host):
        return found.is_loopback
    return found.is_global and not found.is_multicast


def _is_this_machine(host: str) -> bool:
    address = _literal(host)
    return host == "localhost" if address is None else address.is_loopback


def _is_no_address(host: str) -> bool:
    return host.startswith("[") and _literal(host.strip("[]")) is None


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _carried(address: IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address at which a packet to `address` may end, where one is written into it."""
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo or address


def _not_public(host: str) -> InputError:
    return InputError(
        f"{host} has an address that is not public",
        next_step=f"If it is meant to be called, list the host in {_VARIABLE}.",
    )

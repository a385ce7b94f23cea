"""Which hosts the server may call."""

from __future__ import annotations

import pytest

from comity.errors import InputError
from comity.store.hosts import check_url, may_call


@pytest.mark.parametrize(
    "url",
    [
        "https://forum.example",
        "https://forum.example/hooks?from=comity&x=[1]",
        "https://FORUM.example:8443/hooks",
        "https://93.184.216.34/",
        "https://[2606:4700::1111]/hooks",
        "http://127.0.0.1:8080/hooks",
        "http://localhost/hooks",
        "http://[::1]:9/hooks",
    ],
)
def test_public_addresses_by_https_and_this_machine_by_http_may_be_sent_to(url):
    check_url(url)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://forum.example/hooks", "without encryption"),
        ("http://10.0.0.7/hooks", "without encryption"),
        ("https://10.0.0.7/hooks", "not public"),
        ("https://169.254.169.254/latest", "not public"),
        ("https://[::ffff:10.0.0.7]/", "not public"),
        ("ftp://forum.example/", "no address"),
        ("forum.example", "no address"),
        ("https://", "no address"),
        ("https://user:password@forum.example/", "no address"),
        ("https://forum.example\\@10.0.0.7/", "no address"),
        ("https://forum.example/a b", "no address"),
        ("https://forum.example/\n", "no address"),
        ("https://forum.example/#part", "no address"),
        ("https://forum.example:0/", "no address"),
        ("https://[70]/", "no address"),
        ("https://forum.example:65536/", "no address"),
        ("https://fórum.example/", "no address"),
        ("https://forum.example/" + "x" * 512, "no address"),
    ],
)
def test_other_addresses_are_refused_with_the_reason(url, told):
    with pytest.raises(InputError, match=told):
        check_url(url)


def test_a_listed_host_may_be_private_and_speak_http():
    check_url("http://10.0.0.7/hooks", {"10.0.0.7"})
    check_url("http://forum.internal:8080/hooks", {"forum.internal"})
    assert may_call("forum.internal", "10.0.0.7", {"forum.internal"})


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "64:ff9b::10.0.0.1",
        "2002:0a00:0001::",
        "2001:0:4136:e378:8000:63bf:f5ff:fffe",
    ],
)
def test_a_public_name_that_leads_to_an_inner_address_is_not_called(address):
    assert not may_call("forum.example", address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:4700::1111", "64:ff9b::93.184.216.34"])
def test_a_public_name_is_called_at_a_public_address(address):
    assert may_call("forum.example", address)


def test_only_the_names_of_this_machine_lead_to_it():
    assert may_call("localhost", "127.0.0.1")
    assert may_call("localhost", "::1")
    assert not may_call("localhost", "10.0.0.7")
    assert not may_call("127.1", "127.0.0.1")

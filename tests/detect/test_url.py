from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.content import Item, Part
from comity.detect import Abstained, Detector, Signals
from comity.detect.url import Domains, links_of, packaged
from comity.errors import InputError


def links(text: str) -> list[tuple[str, str]]:
    return [(link.host, text[link.span.start : link.span.end]) for link in links_of(Item.text(text))]


def criteria(text: str) -> list[str]:
    (outcome,) = packaged().detect([Item.text(text)])
    assert isinstance(outcome, Signals)
    return [signal.criterion for signal in outcome.signals]


@pytest.mark.parametrize(
    ("text", "host", "place"),
    [
        ("see http://Example.com/x.", "example.com", "http://Example.com/x"),
        ("example.com", "example.com", "example.com"),
        ("(www.example.museum)", "www.example.museum", "www.example.museum"),
        ("a.b.example.co.uk/?q=1#top!", "a.b.example.co.uk", "a.b.example.co.uk/?q=1#top"),
        ("hxxps://example[.]net/a", "example.net", "hxxps://example[.]net/a"),
        ("example (dot) org", "example.org", "example (dot) org"),
        ("visit example dot com now", "example.com", "example dot com"),
        ("http://192.0.2.7:8080/x", "192.0.2.7", "http://192.0.2.7:8080/x"),
        ("https://me:secret@example.com/x", "example.com", "https://me:secret@example.com/x"),
        ("[text](https://example.org/a)", "example.org", "https://example.org/a"),
        ("exam\u200bple.com", "example.com", "exam\u200bple.com"),
        ("ｅｘａｍｐｌｅ.com", "example.com", "ｅｘａｍｐｌｅ.com"),
        ("пример.com", "пример.com", "пример.com"),
        ("bit.ly/3xYz", "bit.ly", "bit.ly/3xYz"),
        ("join discord.gg/abc", "discord.gg", "discord.gg/abc"),
    ],
)
def test_a_link_is_found_where_it_stands(text: str, host: str, place: str) -> None:
    assert links(text) == [(host, place)]


@pytest.mark.parametrize(
    "text",
    [
        "setup.py README.md main.rs build.sh node.js archive.zip a.out",
        "v1.2.3, 3.14, 10.0.0.1, 12.30 and 1.000.000",
        "e.g. this, i.e. that, U.S.A., Ph.D., 5 p.m.",
        "Done.So what.It is late.Me too.In the end",
        "Wait...what? Mr.Smith ok..then",
        "os.path.join(self.name) foo.bar() x.y",
        "the dot com bubble, every dot org",
        "u=http%3A%2F%2Fexample.com",
        "jane.doe@example.com and a.b@example.co.uk.",
    ],
)
def test_what_only_has_dots_is_no_link(text: str) -> None:
    assert links(text) == []


def test_links_of_all_parts_are_counted() -> None:
    item = Item("1", (Part("a", "text", "example.com example.org"), Part("b", "text", "https://example.net")))
    assert [link.span.part for link in links_of(item)] == ["a", "a", "b"]


@pytest.mark.parametrize("text", ["bit.ly/3xYz", "https://tinyurl.com/abc", "go to www.t.co/x"])
def test_a_shortened_link_is_named(text: str) -> None:
    assert criteria(text) == ["link/shortened"]


@pytest.mark.parametrize(
    "host",
    [
        "pаypal.com",
        "аррӏе.com",
        "xn--80ak6aa92e.com",
        "paypa1.com",
        "g00gle.com",
        "rnicrosoft.com",
        "gogle.com",
        "goolge.com",
        "instagran.com",
        "login.netfliix.com",
        "paypal.com.example.net",
    ],
)
def test_a_domain_made_to_look_like_a_known_one_is_named(host: str) -> None:
    assert criteria(f"log in at https://{host}/account") == ["link/look-alike"]


@pytest.mark.parametrize(
    "host",
    [
        "paypal.com",
        "www.paypal.com",
        "ｐａｙｐａｌ.com",
        "amazon.co.uk",
        "www.google.com.au",
        "commons.wikimedia.org",
        "github.io",
        "gitlab.com",
        "finance.com",
        "switch.com",
        "interest.org",
        "münchen.de",
        "example.com",
    ],
)
def test_a_real_domain_is_not(host: str) -> None:
    assert criteria(f"see https://{host}/") == []


def test_both_criteria_are_always_judged() -> None:
    assert isinstance(packaged(), Detector)
    (outcome,) = packaged().detect([Item.text("no link here")])
    assert outcome == Signals((), frozenset({"link/shortened", "link/look-alike"}))


def test_an_item_without_text_is_not_judged() -> None:
    assert packaged().detect([Item("1", (Part("p", "image", b"x"),))]) == [Abstained("the item has no text")]


@pytest.mark.parametrize(
    ("text", "hit"),
    [
        ("https://example.com/x", True),
        ("shop.EXAMPLE.com", True),
        ("example dot com", True),
        ("notexample.com", False),
        ("example.com.net", False),
        ("https://bücher.de/x", True),
        ("https://xn--bcher-kva.de/x", True),
        ("exаmple.com", False),
    ],
)
def test_a_rules_domains_include_their_subdomains(text: str, hit: bool) -> None:
    (outcome,) = Domains("shops", ["Example.com", "bücher.de"]).detect([Item.text(text)])
    assert isinstance(outcome, Signals)
    assert outcome.judged == {"domains:shops"}
    assert bool(outcome.signals) is hit


@pytest.mark.parametrize("domain", ["", "example", "https://example.com", "example.com/x", "two words.com"])
def test_what_is_no_domain_is_refused(domain: str) -> None:
    with pytest.raises(InputError, match="is no domain"):
        Domains("shops", [domain])


@given(
    st.text(st.characters(exclude_categories=[])) | st.text(st.sampled_from("a.b/:@[]()dotcom xn-1 \u200bа"))
)
def test_links_lie_inside_the_text(text: str) -> None:
    for link in links_of(Item.text(text)):
        assert 0 <= link.span.start < link.span.end <= len(text)


@pytest.mark.parametrize("unit", ["a.", "a[.]", "a.b@", "http://", "a dot com ", "x.com ", "paypal."])
def test_a_long_hostile_text_is_read_to_its_end(unit: str) -> None:
    (outcome,) = packaged().detect([Item.text(unit * (20_000 // len(unit)))])
    assert isinstance(outcome, Signals)

"""The route table finds what was declared, and nothing else."""

import re
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.web.generation import pattern
from gateway.web.routing import RouteTable


def table(*routes: str) -> RouteTable[str]:
    split = [route.split(" ") for route in routes]
    return RouteTable((method, pattern(path), f"{method} {path}") for method, path in split)


def found(routes: RouteTable[str], method: str, path: str) -> tuple[str | None, tuple[str, ...]] | None:
    match = routes.match(method, path.encode())
    return None if match is None else (match.endpoint, match.values)


def test_a_literal_beside_a_parameter_does_not_hide_what_lies_behind_the_parameter() -> None:
    routes = table("GET /search/{x}", "GET /{id}/tail")

    assert found(routes, "GET", "/search/cats") == ("GET /search/{x}", ("cats",))
    assert found(routes, "GET", "/42/tail") == ("GET /{id}/tail", ("42",))
    assert found(routes, "GET", "/search/tail") == ("GET /search/{x}", ("tail",))
    assert found(routes, "GET", "/search") is None


def test_a_parameter_serves_the_method_that_the_literal_beside_it_does_not() -> None:
    routes = table("POST /a/b", "GET /a/{x}")

    assert found(routes, "GET", "/a/b") == ("GET /a/{x}", ("b",))
    assert found(routes, "POST", "/a/b") == ("POST /a/b", ())


def test_a_path_that_exists_tells_which_methods_it_accepts() -> None:
    routes = table("POST /a/b", "GET /a/{x}")
    match = routes.match("DELETE", b"/a/b")

    assert match is not None
    assert match.endpoint is None
    assert match.allow == {"GET", "POST"}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("/files/a.b", "a.b"),
        ("/files/a%2Fb", "a/b"),
        ("/files/%7Ex", "~x"),
        ("/files/..", ".."),
        ("/files/%C3%A9", "é"),
    ],
)
def test_dots_and_encoded_slashes_stay_inside_their_segment(path: str, value: str) -> None:
    assert found(table("GET /files/{name}"), "GET", path) == ("GET /files/{name}", (value,))


@pytest.mark.parametrize(
    "path", ["/files", "/files/", "/files/a/b", "//a", "/filesa", "/files/%ff", "*", "", "files/a"]
)
def test_what_was_not_declared_is_not_found(path: str) -> None:
    assert found(table("GET /files/{name}"), "GET", path) is None


def test_a_mount_is_no_prefix_of_a_longer_word() -> None:
    routes = table("GET /native/vapi/**")

    assert found(routes, "GET", "/native/vapi/assistant/1") == ("GET /native/vapi/**", ("assistant", "1"))
    assert found(routes, "GET", "/native/vapi") == ("GET /native/vapi/**", ())
    assert found(routes, "GET", "/native/vapix/assistant") is None


def test_one_star_is_one_segment_even_with_an_encoded_slash() -> None:
    routes = table("GET /native/g/calendars/*/events")

    assert found(routes, "GET", "/native/g/calendars/a%2Fb/events") is not None
    assert found(routes, "GET", "/native/g/calendars/a/b/events") is None


def test_an_encoded_letter_is_that_letter() -> None:
    assert found(table("GET /files/all"), "GET", "/files/%61ll") == ("GET /files/all", ())


segments = st.lists(st.sampled_from(["a", "b", "{x}", "{y}"]), min_size=1, max_size=4).map(tuple)


@given(st.sets(segments, max_size=8), st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=4))
def test_a_path_is_found_exactly_when_some_pattern_fits_it(patterns: set[tuple[str, ...]], path: list[str]) -> None:
    routes = table(*(f"GET /{'/'.join(segments)}" for segments in patterns))
    fits = [
        segments
        for segments in patterns
        if re.fullmatch("/".join("[^/]+" if part.startswith("{") else part for part in segments), "/".join(path))
    ]

    assert (found(routes, "GET", "/" + "/".join(path)) is not None) == bool(fits)


def test_a_thousand_endpoints_are_looked_up_as_fast_as_ten() -> None:
    """Counted in nodes rather than in seconds: a look-up touches one dictionary a segment."""
    many = table(*(f"GET /api/v1/vendor{i}/things/{{id}}" for i in range(1000)))
    few = table(*(f"GET /api/v1/vendor{i}/things/{{id}}" for i in range(10)))
    costs = []
    for routes in (few, many):
        started = time.process_time()
        for _ in range(5_000):
            routes.match("GET", b"/api/v1/vendor7/things/1")
        costs.append(time.process_time() - started)

    assert all(later < 10 * earlier for earlier, later in pairwise(costs))

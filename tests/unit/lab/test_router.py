# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The strict router."""

from __future__ import annotations

from typing import Any

import pytest

from lab.router import Router
from lab.schema import any_case, mapping, nullable, optional, problem_with, required
from lab.wire import Reply, Request, read_request

router = Router(["/v2", "/api"])


@router.route("GET", "/things/{name}/parts", section="1", query={"count": int, "deep": bool})
def parts(request: Request) -> Reply:
    return Reply(body={"name": request.params["name"], "query": request.query})


@router.route("GET", "/things/all/parts", section="1")
def all_parts(_request: Request) -> Reply:
    return Reply(body="all")


@router.route(
    "POST", "/things", section="2", body={"name": required(str), "size": int, "colour": {"red", "blue"}, "tags": [str]}
)
def create(request: Request) -> Reply:
    return Reply(201, request.body)


@router.route("POST", "/search", section="3", body=optional({"text": str}))
def search(_request: Request) -> Reply:
    return Reply()


def ask(method: str, target: str, content: bytes = b"", **headers: str) -> Reply:
    answer = router.dispatch(
        read_request("e", method, target, {name.replace("_", "-"): value for name, value in headers.items()}, content)
    )
    assert isinstance(answer, Reply)
    return answer


@pytest.mark.parametrize(
    ("encoded", "name"),
    [
        ("Gold%201", "Gold 1"),
        ("a%2Fb", "a/b"),
        ("100%25", "100%"),
        ("%23%5C%22%27", "#\\\"'"),
        ("M%C3%BCnchen", "München"),
        ("%E9%87%91", "金"),
        ("a+b", "a+b"),
    ],
)
def test_names_are_decoded_segment_by_segment(encoded: str, name: str) -> None:
    for target in (f"/v2/things/{encoded}/parts", f"/api/things/{encoded}/parts/"):
        assert ask("GET", target).body["name"] == name


def test_a_literal_segment_wins_over_a_parameter() -> None:
    assert ask("GET", "/v2/things/all/parts").body == "all"


@pytest.mark.parametrize(
    ("method", "target", "content", "headers", "status"),
    [
        ("GET", "/v2/nothing", b"", {}, 404),
        ("GET", "/v3/things/a/parts", b"", {}, 404),
        ("GET", "/v2//things/a/parts", b"", {}, 404),
        ("DELETE", "/v2/things/a/parts", b"", {}, 405),
        ("GET", "/v2/things/a/parts?colour=red", b"", {}, 400),
        ("GET", "/v2/things/a/parts?count=many", b"", {}, 400),
        ("GET", "/v2/things/100%/parts", b"", {}, 400),
        ("GET", "/v2/things/a/parts", b"", {"Accept": "text/html"}, 406),
        ("GET", "/v2/things/a/parts", b"{}", {"Content_Type": "application/json"}, 400),
        ("POST", "/v2/things", b"", {}, 400),
        ("POST", "/v2/things", b'{"name": "a"}', {}, 415),
        ("POST", "/v2/things", b'{"name": ', {"Content_Type": "application/json"}, 400),
        ("POST", "/v2/things", b'{"size": 1}', {"Content_Type": "application/json"}, 400),
        ("POST", "/v2/things", b'{"name": "a", "nmae": "b"}', {"Content_Type": "application/json"}, 400),
        ("POST", "/v2/things", b'{"name": "a", "size": true}', {"Content_Type": "application/json"}, 400),
        ("POST", "/v2/things", b'{"name": "a", "colour": "green"}', {"Content_Type": "application/json"}, 400),
        ("POST", "/v2/things", b'{"name": "a", "tags": ["b", 1]}', {"Content_Type": "application/json"}, 400),
    ],
)
def test_what_the_contract_does_not_know_is_refused_and_noted(
    method: str, target: str, content: bytes, headers: dict[str, str], status: int
) -> None:
    reply = ask(method, target, content, **headers)
    assert reply.status == status
    assert reply.violation


@pytest.mark.parametrize("accept", ["application/json", "*/*", "text/html, application/*;q=0.5"])
def test_what_the_contract_knows_passes(accept: str) -> None:
    reply = ask(
        "POST",
        "/v2/things",
        b'{"name": "a", "colour": "red", "tags": []}',
        Content_Type="application/json; charset=utf-8",
        Accept=accept,
    )
    assert (reply.status, reply.violation) == (201, None)
    assert ask("POST", "/v2/search").violation is None
    assert ask("GET", "/v2/things/a/parts?count=3&deep=True").body["query"] == {"count": ["3"], "deep": ["True"]}


def test_paths_and_query_names_in_any_case_where_the_product_is_like_that() -> None:
    loose = Router(case_insensitive=True)
    loose.route("GET", "/Catalogs/{id}", section="1", query={"noCache": bool})(
        lambda request: Reply(body=[request.params["id"], request.one("noCache")])
    )
    answer = loose.dispatch(read_request("e", "GET", "/catalogs/W11?nocache=true", {}, b""))
    assert isinstance(answer, Reply)
    assert answer.body == ["W11", "true"]


forgiving = Router(["/v2"], forgiving=True)


@forgiving.route("GET", "/things/all", section="1", query={"count": int})
def all_things(request: Request) -> Reply:
    return Reply(body={"query": request.query, "body": request.body})


@forgiving.route("DELETE", "/things/{name}", section="1")
@forgiving.route("GET", "/things/{name}", section="1")
def thing(request: Request) -> Reply:
    return Reply(body={"name": request.params["name"], "body": request.body})


SIZE = any_case(frozenset({"S", "M"}))


@forgiving.route(
    "POST", "/things", section="2", body={"name": required(str), "colour": {"RED"}, "size": SIZE, "on": [{"now": bool}]}
)
def accept(request: Request) -> Reply:
    return Reply(201, request.body)


@pytest.mark.parametrize(
    ("method", "target", "content", "status", "body", "violation"),
    [
        (
            "GET",
            "/v2/things/all?__=1&count=2",
            b"",
            200,
            {"query": {"count": ["2"]}, "body": None},
            "unknown query parameter __",
        ),
        ("GET", "/v2/things/a", b'{"x": 1}', 200, {"name": "a", "body": None}, "takes no body"),
        ("DELETE", "/v2/things/a", b"no JSON", 200, {"name": "a", "body": None}, "takes no body"),
        ("DELETE", "/v2/things/all", b"", 405, None, "unknown method"),
        ("GET", "/v2/things/all?count=x", b"", 400, None, "must be an integer"),
        (
            "POST",
            "/v2/things",
            b'{"name": "a", "colour": "red", "nmae": 1}',
            201,
            {"name": "a", "colour": "RED"},
            "unknown field body.nmae; POST /things",
        ),
        (
            "POST",
            "/v2/things",
            b'{"name": "a", "on": [{"now": "True"}]}',
            201,
            {"name": "a", "on": [{"now": True}]},
            "string for a boolean",
        ),
        ("POST", "/v2/things", b'{"name": "a", "size": "m"}', 201, {"name": "a", "size": "M"}, ""),
        ("POST", "/v2/things", b'{"name": "a", "colour": "blue"}', 400, None, "must be one of RED"),
        ("POST", "/v2/things", b'{"colour": "RED", "x": 1}', 400, None, "missing field body.name"),
        ("POST", "/v2/things", b'{"name": 1}', 400, None, "must be a string"),
    ],
)
def test_a_forgiving_router_answers_and_notes(
    method: str, target: str, content: bytes, status: int, body: Any, violation: str
) -> None:
    reply = forgiving.dispatch(read_request("e", method, target, {"content-type": "application/json"}, content))
    assert isinstance(reply, Reply)
    assert reply.status == status
    assert violation in (reply.violation or "")
    assert bool(reply.violation) == bool(violation)
    if body is not None:
        assert reply.body == body


@pytest.mark.parametrize(
    ("value", "schema", "problem"),
    [
        (None, nullable(str), None),
        (1, float, None),
        (1.5, int, "body must be an integer, not 1.5"),
        ({"b": 1}, mapping(int), None),
        ({"b": "1"}, mapping(int), "body.b must be an integer, not '1'"),
        ({"a": [{"b": None}]}, {"a": [{"b": str}]}, "body.a[0].b must be a string, not None"),
    ],
)
def test_schemas_name_the_place(value: Any, schema: Any, problem: str | None) -> None:
    assert problem_with(value, schema) == problem

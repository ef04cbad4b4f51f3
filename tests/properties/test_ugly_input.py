"""Odd values in every place of every operation: a clear problem that names the place, never an error of ours."""

import copy
import itertools
import json
import math
import os
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode
from uuid import uuid4

import pytest

from retail_platform.docs.layers import Layer
from tests.callers import Caller, a_key, problem
from tests.operations import Operation, each_layer, every_scope, operations

pytestmark = pytest.mark.timeout(300 if "ODD_STRIDE" not in os.environ else 3600)
HERE = "@here@"
STRIDE = int(os.environ.get("ODD_STRIDE", "5"))  # each place gets every fifth odd value; 1: each gets every one
NOT_JSON = (
    "NaN",
    "-Infinity",
    "1e400",
    "1_000",
    "9" * 100_000,
    '1, "sku": 2, "sku": 3',
    "'x'",
    "0x1F",
    "01",
    "+1",
    "nul",
    '"',
)
ODD_JSON = (
    r'"\u0000"', r'"\ud800"', r'"\udc00\ud800"', r'"a\u202eb"', r'"\ufeff"', r'"\uffff"', '"' + "9" * 100_000 + '"',
    '"1_000"', '"\uff11\uff12"', '"١"',
    "-0", "-0.0", "-1", "1.5", "1e2", "9" * 19, '"NaN"', '"1e400"', "null", '""', '" "',
    "[]", "{}", "[[]]", "[{}]", '{"a": 1}', "true", '"true"', '"2026-03-01T09:30:00"', '"0001-01-01T00:00:00Z"',
    '"9999-12-31T23:59:59+14:00"', '"2026-02-30"', '"\' OR 1=1 --"', '"{{7*7}}"', '"../../etc/passwd"', r'"a\r\nX: y"',
    '"' + "é" * 300 + '"', '"zz"', '"<script>"', '"[0]"', '"-"',
)  # fmt: skip
ODD_TEXT = (
    "\x00", "a\x00b", "a\u202eb", "\ufeff", "9" * 5000, "-0", "1_000", "\uff11\uff12", "NaN", "1e400", "", " ", "-1",
    "1.5", "9" * 19, "null", "[]", "true", "2026-03-01T09:30:00", "0001-01-01", "9999-12-31", "2026-02-30",
    "' OR 1=1 --", "%00",
    "..",
    "../../etc/passwd", "a\r\nX: y", "x" * 3000, "<script>", "é",
)  # fmt: skip
ODD_BYTES = ("%ED%A0%80", "%FF%FE", "%C0%80", "%", "%zz")
ODD_BODIES = (
    b"", b"null", b"[]", b'""', b"0", b"{}", b"\xef\xbb\xbf{}", "{}".encode("utf-16"), b"\xff", b"{", b"[" * 100_000,
    b'{"a":' * 5000, b'{"a": 1, "a": 2}', b'{"\\u0000": 1}', b'{"\\ud800": 1}', b" " * 1_048_577,
    b'"' + b"x" * 1_048_576,
    b"[" + b"0," * 1001 + b"0]", b"<xml/>", b"a=b",
)  # fmt: skip
ODD_EVERYWHERE = tuple(
    raw for raw in ODD_BODIES if raw not in (b"", b"{}")
)  # these two lack nothing where nothing is needed
TYPES = (
    "application/json; charset=klingon",
    "application/json; charset=utf-16",
    "text/plain",
    "application/xml",
    "nonsense",
    "",
)
HEADERS = ("Accept", "traceparent", "X_Request_ID", "If_None_Match", "X_API_Key", "Accept_Encoding")
ODD_HEADERS = ("", " ", "\x00", "é", "a\tb", "x" * 10_000, f"00-{'z' * 32}-{'0' * 16}-01", "*/*;q=x", 'W/"', ",")
LEAKS = re.compile(r"Traceback|File \"|site-packages|psycopg|django|\bSELECT\b.*\bFROM\b|\bINSERT INTO\b")


@pytest.fixture
def caller(demo: None) -> Caller:
    return Caller(a_key(name="tester", scopes=every_scope))


def said(answer: Any) -> dict[str, Any] | None:
    """The problem of an answer, if it is one; it must be clear, and tell nothing of how we are made."""
    if answer.status_code < 400:
        return None
    document = problem(answer)
    assert answer.status_code < 500, document
    assert document["title"], document
    assert document["detail"], document
    assert not LEAKS.search(answer.content.decode()), document
    return document


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to everything inside a JSON value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in inside:
        yield (*at, name)
        yield from places(inner, (*at, name))


def at(value: Any, place: tuple[Any, ...]) -> Any:
    """What stands at a place inside a JSON value."""
    for name in place:
        value = value[name]
    return value


def dealt(layer: Layer, odd: tuple[str, ...]) -> Iterator[tuple[Operation, tuple[Any, ...], str]]:
    """Every place of every body with odd values, dealt out like cards: each value comes to many kinds of places."""
    stride = next(stride for stride in itertools.count(STRIDE) if math.gcd(stride, len(odd)) == 1)
    bodies = [(operation, place) for operation in operations(layer) for place in places(operation.body)]
    for (operation, place), text in itertools.islice(itertools.product(bodies, odd), 0, None, stride):
        yield operation, place, text


def pointer_of(place: tuple[Any, ...]) -> str:
    return "".join(f"/{name}" for name in place)


def pointers(told: dict[str, Any]) -> list[str]:
    return [error["pointer"] for error in told["errors"]]


def with_text(body: Any, place: tuple[Any, ...], text: str) -> bytes:
    """The body as JSON, with this text in one place whatever JSON makes of it."""
    changed = copy.deepcopy(body)
    at(changed, place[:-1])[place[-1]] = HERE
    return json.dumps(changed).replace(f'"{HERE}"', text).encode()


@each_layer
def test_an_odd_value_in_a_body_is_taken_or_refused_by_its_place(layer: Layer, caller: Caller) -> None:
    for operation, place, text in dealt(layer, ODD_JSON):
        told = said(caller.post(operation.address(), with_text(operation.body, place, text)))
        if told and told["status"] == 400:
            assert any(one.startswith(pointer_of(place)) for one in pointers(told)), (place, text[:60], told)
        elif told and told["status"] == 422:
            assert pointers(told), (place, text[:60], told)


@each_layer
def test_what_is_not_json_is_refused_wherever_it_stands(layer: Layer, caller: Caller) -> None:
    for operation, place, text in dealt(layer, NOT_JSON):
        told = said(caller.post(operation.address(), with_text(operation.body, place, text)))
        assert told is not None
        assert told["type"] == "/problems/bad-json", (place, text[:60], told)


@each_layer
def test_a_field_that_nobody_documented_is_refused_by_its_place(layer: Layer, caller: Caller) -> None:
    for operation in operations(layer):
        for place in [(), *places(operation.body)] if operation.body else []:
            body = copy.deepcopy(operation.body)
            inside = at(body, place)
            if isinstance(inside, dict):
                inside["state"] = "closed"
                told = said(caller.post(operation.address(), body))
                assert told is not None
                assert any(one.startswith(pointer_of(place)) for one in pointers(told)), (place, told)


@each_layer
def test_an_odd_body_is_refused(layer: Layer, caller: Caller) -> None:
    for operation in operations(layer):
        if operation.method == "post":
            for raw in ODD_BODIES if operation.needs_body else ODD_EVERYWHERE:
                told = said(caller.post(operation.address(), raw))
                assert told is not None
                assert told["status"] in (400, 413), (raw[:40], told)
            for content_type in TYPES:
                headers = {"Idempotency-Key": uuid4().hex}
                told = said(caller.http.generic("POST", operation.address(), b"{}", content_type, headers=headers))
                assert told is not None
                assert told["status"] == 415, (content_type, told)


@each_layer
def test_an_odd_value_in_a_query_is_taken_or_refused_by_its_name(layer: Layer, caller: Caller) -> None:
    for operation in operations(layer):
        for name in operation.query:
            rest = urlencode({other: value for other, value in operation.query.items() if other != name}, doseq=True)
            for text in [quote(text, safe="") for text in ODD_TEXT] + list(ODD_BYTES):
                told = said(caller.get(operation.address(query=f"{rest}&{name}={text}")))
                if told and told["status"] == 400:
                    assert [error["parameter"] for error in told["errors"]] == [name], (name, text[:60], told)


@each_layer
def test_an_unknown_or_doubled_parameter_is_refused_by_its_name(layer: Layer, caller: Caller) -> None:
    for operation in operations(layer):
        for query in ("debug=1", "limit=1&limit=2", "__proto__=x", "%00=1", "a[]=1", "%ED%A0%80=1"):
            address = operation.address(query=f"{urlencode(operation.query, doseq=True)}&{query}")
            told = said(operation.send(caller, address=address))
            assert told is not None
            assert told["errors"][0]["parameter"], (query, told)


@each_layer
def test_an_odd_id_is_just_not_there(layer: Layer, caller: Caller) -> None:
    for operation in operations(layer):
        for name in operation.ids:
            for text in [quote(text, safe="") for text in ODD_TEXT if text not in ("", "..")] + list(ODD_BYTES):
                address = operation.address(ids={name: text})
                told = said(operation.send(caller, address=address))
                assert told is not None
                assert told["status"] in (400, 404), (address[:100], told)


@each_layer
def test_an_odd_header_breaks_nothing(layer: Layer, caller: Caller) -> None:
    one_of_each = {operation.method: operation for operation in operations(layer)}.values()
    for operation, header, text in itertools.product(one_of_each, HEADERS, ODD_HEADERS):
        said(operation.send(caller, **{header: text}))


@each_layer
def test_an_odd_idempotency_key_is_taken_or_refused(layer: Layer, caller: Caller) -> None:
    for operation in operations(layer):
        for text in ODD_HEADERS if operation.body else ():
            said(operation.send(caller, key=text or " "))


@pytest.mark.django_db
@pytest.mark.parametrize("length", ["abc", "-1", "1_0", "９", "9" * 30, ""])
def test_a_webhook_with_an_odd_length_is_refused(length: str) -> None:
    answer = Caller().http.post("/hooks/shop", b"{}", content_type="application/json", CONTENT_LENGTH=length)
    assert said(answer)

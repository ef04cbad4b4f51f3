"""Bodies that two readers could understand differently are refused, quickly, and never as a 500."""

import time
from decimal import Decimal
from typing import Any

import pytest

from retail_platform.kernel.strict_json import BadJson, loads
from tests.callers import Caller, a_key, problem

DEEP = 100_000


@pytest.mark.parametrize(
    "raw",
    [
        b'{"word": "a", "word": "b"}',
        b'{"word": "a\\u0000"}',
        b'{"a\\u0000": 1}',
        b'{"word": "\\ud800"}',
        b'{"\\udfff": 1}',
        b'{"n": NaN}',
        b'{"n": Infinity}',
        b'{"n": -Infinity}',
        b'{"n": 1e400}',
        b'{"n": ' + b"9" * 41 + b"}",
        b'{"n": 0.' + b"9" * 100_000 + b"}",
        b'{"n": 01}',
        b"[" * DEEP,
        b"[" * DEEP + b"]" * DEEP,
        b'{"a":' * DEEP,
        b"[" + b"1," * 1000 + b"1]",
        b"\xef\xbb\xbf{}",
        "{}".encode("utf-16"),
        b'{"word": "\xff"}',
        b"",
        b"{",
        b"{'a': 1}",
        b'{"a": 1,}',
        b'"' + b'\\"' * 500_000,
        b"[" * 33 + b'"' + b'\\"' * 400_000,
    ],
)
def test_a_body_that_breaks_a_rule_is_refused_at_once(raw: bytes) -> None:
    began = time.perf_counter()
    with pytest.raises(BadJson):
        loads(raw)
    assert time.perf_counter() - began < 1


def test_brackets_inside_text_do_not_count_as_levels() -> None:
    assert loads(b'{"a": "' + b"[{" * 100 + b'"}') == {"a": "[{" * 100}


def test_fractions_are_decimals_to_the_last_digit() -> None:
    assert loads(b'{"n": 19.90}') == {"n": Decimal("19.90")}


def test_a_list_that_is_too_long_is_pointed_at() -> None:
    with pytest.raises(BadJson) as refused:
        loads(b'{"a": {"b": [' + b"1," * 1000 + b"1]}}")
    assert refused.value.errors[0]["pointer"] == "/a/b"


WORD: dict[str, Any] = {"word": "hello"}


@pytest.mark.django_db
@pytest.mark.urls("tests.echo_urls")
@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/word"),
        ({"word": None}, "/word"),
        ({"word": ""}, "/word"),
        ({"word": 5}, "/word"),
        ({"word": True}, "/word"),
        ({"word": ["a"]}, "/word"),
        ({"word": "a\x01b"}, "/word"),
        ({"word": "a\u202eb"}, "/word"),
        ({"word": "x" * 61}, "/word"),
        ({"word": "x" * 100_000}, "/word"),
        (WORD | {"colour": "red"}, "/colour"),
        (WORD | {"at": "2026-03-01T09:30:00"}, "/at"),
        (WORD | {"at": "2026-03-01"}, "/at"),
        (WORD | {"at": 1767225600}, "/at"),
        (WORD | {"at": "0001-01-01T00:00:00+14:00"}, "/at"),
        (WORD | {"at": "9999-12-31T23:59:59-14:00"}, "/at"),
        (WORD | {"at": "2026-02-30T09:30:00Z"}, "/at"),
        (WORD | {"on": "2026-13-01"}, "/on"),
        (WORD | {"on": "２０２６-01-01"}, "/on"),
        (WORD | {"gift": 1}, "/gift"),
        (WORD | {"gift": "yes"}, "/gift"),
        (WORD | {"kind": "shrill"}, "/kind"),
        (WORD | {"kind": ["loud"]}, "/kind"),
        (WORD | {"ref": 5}, "/ref"),
        (WORD | {"ref": "x"}, "/ref"),
        (WORD | {"ratio": "1_000.00"}, "/ratio"),
        (WORD | {"ratio": "１.5"}, "/ratio"),
        (WORD | {"ratio": "NaN"}, "/ratio"),
        (WORD | {"ratio": True}, "/ratio"),
        (WORD | {"price": "19.99"}, "/price"),
        (WORD | {"price": {"amount": 19.99, "currency": "EUR"}}, "/price/amount"),
        (WORD | {"price": {"amount": "19.999", "currency": "EUR"}}, "/price/amount"),
        (WORD | {"price": {"amount": "1e3", "currency": "EUR"}}, "/price/amount"),
        (WORD | {"price": {"amount": "-1.00", "currency": "EUR"}}, "/price/amount"),
        (WORD | {"price": {"amount": "1.00", "currency": "XXZ"}}, "/price/currency"),
        (WORD | {"price": {"amount": "1.00", "currency": "EUR", "tax": 1}}, "/price"),
        (WORD | {"lines": {"sku": "A"}}, "/lines"),
        (WORD | {"lines": [{"sku": "A", "quantity": 1}, {"sku": "B", "quantity": "1"}]}, "/lines/1/quantity"),
        (WORD | {"lines": [{"sku": "A", "quantity": True}]}, "/lines/0/quantity"),
        (WORD | {"lines": [{"sku": "A", "quantity": 1.5}]}, "/lines/0/quantity"),
        (WORD | {"lines": [{"sku": "A", "quantity": 10**30}]}, "/lines/0/quantity"),
        (WORD | {"lines": [{"sku": "A", "quantity": 1, "price": 0}]}, "/lines/0/price"),
        (WORD | {"lines": [None]}, "/lines/0"),
        (WORD | {"tags": "a"}, "/tags"),
        (WORD | {"tags": ["a", 5]}, "/tags/1"),
        ([], ""),
        ("word", ""),
        (5, ""),
        (None, ""),
    ],
)
def test_an_ugly_value_is_refused_where_it_stands(body: Any, pointer: str) -> None:
    response = Caller(a_key()).post("/api/echo/v1/echoes", body)
    told = problem(response)
    assert told["status"] == 400
    assert pointer in [error.get("pointer") for error in told["errors"]]


@pytest.mark.django_db
@pytest.mark.urls("tests.echo_urls")
@pytest.mark.parametrize(
    "query",
    ["sku=A&colour=red", "", "sku=A&limit=1&limit=2", "sku=A&limit=%EF%BC%95", "sku=A&limit=1_0", "sku=A&limit=x",
     "sku=%00", "sku=A&%00=1", "sku=A&sku=B&sku=C&sku=D", "sku=A&limit=" + "9" * 30, "sku=A&loud=1", "sku=%ff%fe%00",
     "sku=A&format=xml"],
)  # fmt: skip
def test_a_query_nobody_documented_is_refused(query: str) -> None:
    assert problem(Caller(a_key()).get(f"/api/echo/v1/echoes?{query}"))["status"] == 400


@pytest.mark.django_db
@pytest.mark.urls("tests.echo_urls")
def test_a_query_as_documented_is_read() -> None:
    response = Caller(a_key()).get("/api/echo/v1/echoes?sku=A&sku=B&limit=5&loud=true")
    assert response.json() == {"word": "A,B", "limit": 5}


@pytest.mark.django_db
@pytest.mark.urls("tests.echo_urls")
def test_a_body_of_more_than_a_megabyte_is_too_large() -> None:
    assert problem(Caller(a_key()).post("/api/echo/v1/raw", b'"' + b"a" * 1_100_000 + b'"'))["status"] == 413


@pytest.mark.django_db
@pytest.mark.urls("tests.echo_urls")
def test_another_charset_is_refused() -> None:
    response = Caller(a_key()).post("/api/echo/v1/raw", b"{}", Content_Type="application/json; charset=utf-16")
    assert problem(response)["status"] == 415

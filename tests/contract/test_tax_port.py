"""Every tax engine behind its port: a code is a document, and an unknown place or code never has a rate of nothing."""

from collections.abc import Callable
from functools import partial

import pytest

from canonical.tax import TaxDocument, TaxResult
from system_apis.errors import ContractBroken, Refused
from system_apis.tax.vendors.sandbox.adapter import SandboxTax
from tests.contract.conftest import Connect
from tests.contract.examples import a_tax_document, eur
from tests.contract.suite import Call, EveryRead, EveryWrite, a_key, again, hurried
from tests.sandbox_process import SandboxProcess

__all__ = ["hurried"]


@pytest.fixture
def port(connected: Connect) -> SandboxTax:
    return SandboxTax.over(connected("tax"))


@pytest.fixture
def tax(connected: Connect) -> Callable[..., Call]:
    return partial(Call, kind="tax", port=SandboxTax.over, connection=connected("tax"))


@pytest.fixture(params=["commit", "void"])
def write(request: pytest.FixtureRequest, tax: Callable[..., Call], port: SandboxTax) -> Call:
    def commit(port: SandboxTax, document: TaxDocument, key: object) -> object:
        return port.commit(document, _charged(document), key=key)  # type: ignore[arg-type]

    if request.param == "commit":
        return tax(operation="commit", act=lambda port, key: commit(port, a_tax_document(code=key.value), key))
    filed = commit(port, a_tax_document(code="INV/1"), a_key())
    return tax(operation="void", act=lambda port, key: port.void(filed, key=key), storms=False, logged_as="INV/1")


@pytest.fixture
def read(tax: Callable[..., Call]) -> Call:
    return tax(operation="quote", act=lambda port, key: port.quote(a_tax_document()))


class TestEveryWrite(EveryWrite):
    pass


class TestEveryRead(EveryRead):
    pass


def _charged(document: TaxDocument, minor: int = 319) -> TaxResult:
    amounts = tuple({"line_id": line.line_id, "tax": eur(minor), "jurisdiction": "DE"} for line in document.lines)
    return TaxResult.model_validate({"code": document.code, "amounts": amounts})


@pytest.mark.parametrize(
    ("country", "tax_code", "minor", "tax"),
    [
        ("DE", "standard", 1999, 319),
        ("DE", "reduced", 1070, 70),
        ("FR", "reduced", 1055, 55),
        ("HK", "standard", 37400, 0),
        ("DE", "standard", -1999, -319),
        ("NL", "zero", 5000, 0),
    ],
)
def test_tax_is_worked_out_by_country_and_code(
    port: SandboxTax, country: str, tax_code: str, minor: int, tax: int
) -> None:
    quoted = port.quote(a_tax_document(country=country, tax_code=tax_code, minor=minor))

    assert quoted.amounts[0].tax == eur(tax)


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"country": "ZZ"}, "InvalidCountry"),
        ({"country": "US"}, "InvalidRegion"),
        ({"tax_code": "P-UNKNOWN"}, "TaxCodeNotFound"),
    ],
)
def test_an_unknown_place_or_code_is_refused_not_free_of_tax(port: SandboxTax, wish: dict[str, str], code: str) -> None:
    with pytest.raises(Refused) as told:
        port.quote(a_tax_document(**wish))  # type: ignore[arg-type]

    assert told.value.code == code


def test_the_same_code_with_other_content_is_refused(port: SandboxTax, sandbox: SandboxProcess) -> None:
    document = a_tax_document(code="INV/7")
    port.commit(document, _charged(document), key=a_key())

    with pytest.raises(Refused) as told:
        port.commit(document, _charged(document, minor=1), key=a_key())

    assert told.value.code == "DocumentCodeConflict"
    assert sandbox.control("GET", "/statement")["tax"]["committed"] == {"EUR": 319}


def test_a_code_with_a_slash_can_be_voided(port: SandboxTax, sandbox: SandboxProcess) -> None:
    document = a_tax_document(code="INV/7?a#b%c d")
    filed = port.commit(document, _charged(document), key=a_key())

    port.void(filed, key=a_key())

    assert sandbox.effects(operation="void")[0]["key"] == document.code


def test_a_void_document_is_not_filed_again(port: SandboxTax) -> None:
    document, key = a_tax_document(), a_key()
    port.void(port.commit(document, _charged(document), key=key), key=a_key())

    with pytest.raises(Refused):
        port.commit(document, _charged(document), key=again(key))


def test_a_document_without_lines_is_refused(port: SandboxTax) -> None:
    with pytest.raises(Refused) as told:
        port.quote(a_tax_document().model_copy(update={"lines": ()}))

    assert told.value.code == "no_lines"


@pytest.mark.parametrize(
    "lines",
    [
        "[]",
        '[{"lineNumber":"2","tax":319,"details":[{"jurisName":"DE"}]}]',
        '[{"lineNumber":"1","tax":318,"details":[{"jurisName":"DE"}]}]',
        '[{"lineNumber":"1","tax":"319","details":[{"jurisName":"DE"}]}]',
    ],
)
def test_an_answer_about_other_lines_is_a_broken_contract(
    port: SandboxTax, sandbox: SandboxProcess, lines: str
) -> None:
    body = f'{{"code":"x","status":"Temporary","currencyCode":"EUR","totalTax":319,"lines":{lines}}}'
    sandbox.fault("tax", "garbage", operation="quote", count=1, body=body)

    with pytest.raises(ContractBroken):
        port.quote(a_tax_document())

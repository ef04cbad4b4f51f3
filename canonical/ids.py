"""Identifiers that know whether they are right: our own numbers, and GS1's with their check digits."""

from typing import Annotated

from pydantic import AfterValidator, Field
from stdnum import ean
from stdnum.exceptions import ValidationError as WrongNumber


def _gs1(lengths: tuple[int, ...], name: str) -> AfterValidator:
    def check(number: str) -> str:
        try:
            ean.validate(number)
        except WrongNumber as wrong:
            raise ValueError(f"{number!r} is not a {name}: {wrong}") from wrong
        if len(number) not in lengths:
            raise ValueError(f"{number!r} is not a {name}: it has {len(number)} digits")
        return number

    return AfterValidator(check)


Sku = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._/\-]*$")]
NodeCode = Annotated[str, Field(min_length=1, max_length=32, pattern=r"^[A-Za-z0-9][A-Za-z0-9._\-]*$")]
OrderNumber = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9#][A-Za-z0-9._#:\-]*$")]
Gtin = Annotated[str, _gs1((8, 12, 13, 14), "GTIN")]
Gln = Annotated[str, _gs1((13,), "GLN")]
CountryCode = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]

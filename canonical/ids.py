"""Identifiers that know whether they are right: our own numbers, receipts' and GS1's with their check digits."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field
from stdnum import ean
from stdnum.exceptions import ValidationError as WrongNumber
from stdnum.iso7064 import mod_37_36

_UNCHECKED = re.compile("[^0-9A-Z]")  # what an order number may have besides: ISO 7064 knows letters and digits


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


def receipt_number(number: str) -> str:
    """An order's number as papers show it, a check character (ISO 7064, MOD 37,36) behind a star: `DEMO-1009*U`."""
    return f"{number}*{_check_character(number)}"


def number_of_receipt(typed: str) -> str:
    """The number that a receipt shows; one typed without its star is taken as it is. Raises ValueError."""
    number, star, check = typed.strip().partition("*")
    if star and check.upper() != _check_character(number):
        raise ValueError(f"{typed!r} is not as it was printed: a character of it was read or typed wrongly")
    return number


def _check_character(number: str) -> str:
    character: str = mod_37_36.calc_check_digit(_UNCHECKED.sub("", number.upper()))
    return character

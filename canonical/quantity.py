"""How much of a thing: whole units with a unit of measure of UN/ECE Recommendation 20."""

from typing import Annotated

from pydantic import AfterValidator, Field

KNOWN_UNITS = {
    "C62": "one",
    "EA": "each",
    "PR": "pair",
    "SET": "set",
    "KGM": "kilogram",
    "GRM": "gram",
    "MTR": "metre",
    "LTR": "litre",
    "XBX": "box",
    "XPK": "package",
    "DZN": "dozen",
}


def _known_unit(code: str) -> str:
    if code not in KNOWN_UNITS:
        raise ValueError(f"{code!r} is not a unit of measure we know; one of {', '.join(sorted(KNOWN_UNITS))}")
    return code


UnitCode = Annotated[str, AfterValidator(_known_unit)]
Units = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
"""A count of things someone ordered, moved or returned: at least one."""

"""The number on a buyer's papers, as somebody at a counter reads or scans it back to us."""

from canonical.ids import number_of_receipt
from retail_platform.kernel.problem import DomainError


class ReceiptCheckFailed(DomainError):
    """It is no receipt of ours as it stands, so nothing is looked for: another customer's sale may be a digit away."""

    status, kind, title = 422, "receipt-check-failed", "This receipt fails its check"


def number_of(typed: str, *, pointer: str) -> str:
    """The order or invoice number of a receipt. Raises ReceiptCheckFailed, which names the field at `pointer`."""
    try:
        return number_of_receipt(typed)
    except ValueError as wrong:
        raise ReceiptCheckFailed(
            f"{wrong}; scan it, or type it again with the character behind the star",
            errors=[{"pointer": pointer, "detail": "The check character does not fit."}],
        ) from wrong

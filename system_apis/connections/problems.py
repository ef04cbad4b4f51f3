"""What a caller is told when a connected system failed while we answered. The vendor's own words stay inside."""

from retail_platform.kernel.problem import Problem, translate
from system_apis.connections.queries import NoConnection
from system_apis.errors import ContractBroken, OutcomeUnknown, Refused, Unavailable

_WHEN_UNKNOWN_S = 5


def register() -> None:
    """Tell the kernel about the four faults."""
    translate(Unavailable, _unavailable)
    translate(NoConnection, _no_connection)
    translate(OutcomeUnknown, _unknown)
    translate(Refused, _refused)
    translate(ContractBroken, _broken)


def _unavailable(fault: Unavailable) -> Problem:
    wait = max(1, round(fault.retry_after_s or _WHEN_UNKNOWN_S))
    detail = "The connected system does not answer at the moment; ask again after the time given."
    return Problem(503, "try-again", "Not possible at this moment", detail, retry_after_s=wait)


def _no_connection(fault: NoConnection) -> Problem:
    detail = "There is no such connection; the list of connections shows those there are."
    return Problem(404, "not-found", "Not found", detail)


def _unknown(fault: OutcomeUnknown) -> Problem:
    detail = "The connected system did not say in time what it did; look before you send again."
    return Problem(504, "outcome-unknown", "A connected system did not answer in time", detail)


def _refused(fault: Refused) -> Problem:
    if fault.code in ("http_404", "not_found"):
        return Problem(404, "not-found", "Not found", "The connected system knows nothing of that name.")
    detail = f"The connected system said no ({fault.code or 'no reason given'}); a repeat will not help."
    return Problem(409, "system-refused", "A connected system refused", detail)


def _broken(fault: ContractBroken) -> Problem:
    detail = "The connected system answered in a shape we do not know; an engineer has to look at its connection."
    return Problem(502, "vendor-answer-broken", "A connected system answered in a way nobody documented", detail)

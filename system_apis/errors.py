"""The four ways an outside system can fail us. What happens next depends on the class alone."""

from collections.abc import Sequence


class SystemFault(Exception):
    """An outside system did not do what we asked. `evidence` is what it answered, shortened and without secrets."""

    def __init__(self, message: str, *, evidence: str = "") -> None:
        super().__init__(message)
        self.evidence = evidence


class Unavailable(SystemFault):
    """It took nothing (refused connection, 429, 503). Send again after `retry_after_s`."""

    def __init__(self, message: str, *, retry_after_s: float | None = None, evidence: str = "") -> None:
        super().__init__(message, evidence=evidence)
        self.retry_after_s = retry_after_s


class NotAsked(Unavailable):
    """We did not even ask: the `connection` rests after too many faults, or our own budget of calls is used up."""

    def __init__(self, message: str, *, connection: str, retry_after_s: float | None = None) -> None:
        super().__init__(message, retry_after_s=retry_after_s)
        self.connection = connection


class OutcomeUnknown(SystemFault):
    """We sent it and heard nothing. Look the key up before sending again."""


class Refused(SystemFault):
    """It understood and said no (card declined, period closed). Undo what came before."""

    def __init__(self, message: str, *, code: str = "", evidence: str = "") -> None:
        super().__init__(message, evidence=evidence)
        self.code = code


class NotAllowed(Refused):
    """It does not accept our credentials. No business "no": nothing is undone, a person mends the connection."""


class ContractBroken(SystemFault):
    """The answer is not shaped as documented. Park the run for a person, and keep the answer."""


class Incomplete(ContractBroken):
    """A document lacks what we need, or says what we cannot take. `missing` names each thing and what helps."""

    def __init__(self, what: str, missing: Sequence[str]) -> None:
        super().__init__(f"{what} cannot be taken in: {'; '.join(missing)}")
        self.what, self.missing = what, tuple(missing)

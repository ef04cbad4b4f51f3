"""Faults on demand: which call goes wrong, how, how often. Kept in memory only; a restart begins without faults."""

from dataclasses import dataclass, field
from itertools import count
from random import Random
from threading import Lock
from typing import Any

# Nothing happens at all in the first group. In the second the effect is made and only the answer suffers, which is
# what a caller cannot tell apart.
BEFORE = frozenset({"refuse", "rate_limit", "error", "drop"})
AFTER = frozenset({"cut", "error_after", "slow", "garbage", "drip", "flood"})
WEBHOOK = frozenset({"duplicate_webhook", "out_of_order_webhook", "lost_webhook"})
KINDS = BEFORE | AFTER | WEBHOOK | {"search_lag"}


@dataclass(slots=True)
class Fault:
    """One rule. `operation` is an operation's name, a webhook's topic, or "*"; `count` None means without end."""

    number: int
    system: str
    operation: str
    kind: str
    rate: float = 1.0
    count: int | None = None
    seconds: float = 2.0
    status: int | None = None
    retry_after_s: str | None = None  # sent as it is: "3", a date, or rubbish
    body: str | None = None
    seed: int = 0
    used: int = 0
    dice: Random = field(default_factory=Random, repr=False)

    def shown(self) -> dict[str, Any]:
        names = ("number", "system", "operation", "kind", "rate", "count", "seconds", "status", "retry_after_s", "seed")
        return {name: getattr(self, name) for name in (*names, "used")}


class Faults:
    """The rules in force."""

    def __init__(self) -> None:
        self._rules: list[Fault] = []
        self._numbers = count(1)
        self._lock = Lock()

    def add(self, wish: dict[str, Any]) -> Fault:
        """Take a rule as it was posted. Raises ValueError that says what is wrong with it."""
        known = {"system", "operation", "kind", "rate", "count", "seconds", "status", "retry_after_s", "body", "seed"}
        if unknown := set(wish) - known:
            raise ValueError(f"unknown: {', '.join(sorted(unknown))}; a fault has {', '.join(sorted(known))}")
        if wish.get("kind") not in KINDS:
            raise ValueError(f"kind is one of {', '.join(sorted(KINDS))}")
        rate = float(wish.get("rate", 1.0))
        if not 0 <= rate <= 1:
            raise ValueError("rate is between 0 and 1")
        retry_after = wish.get("retry_after_s")
        rule = Fault(
            number=next(self._numbers),
            system=str(wish.get("system", "*")),
            operation=str(wish.get("operation", "*")),
            kind=wish["kind"],
            rate=rate,
            count=None if wish.get("count") is None else int(wish["count"]),
            seconds=float(wish.get("seconds", 2.0)),
            status=None if wish.get("status") is None else int(wish["status"]),
            retry_after_s=None if retry_after is None else str(retry_after),
            body=wish.get("body"),
            seed=int(wish.get("seed", 0)),
        )
        rule.dice = Random(rule.seed)  # noqa: S311 - a rehearsed accident must repeat, not surprise
        with self._lock:
            self._rules.append(rule)
        return rule

    def pick(self, system: str, operation: str, kinds: frozenset[str]) -> Fault | None:
        """The rule that strikes this call, counted as used; None when it may go well."""
        with self._lock:
            for rule in self._rules:
                fits = rule.kind in kinds and rule.system in ("*", system) and rule.operation in ("*", operation)
                if fits and (rule.count is None or rule.used < rule.count) and rule.dice.random() < rule.rate:
                    rule.used += 1
                    return rule
        return None

    def all(self) -> list[dict[str, Any]]:
        with self._lock:
            return [rule.shown() for rule in self._rules]

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()

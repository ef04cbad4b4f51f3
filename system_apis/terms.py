"""What vendors disagree on, given a name: each vendor declares its terms, and no journey asks which vendor it has."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Literal


@dataclass(frozen=True, slots=True)
class VendorTerms:
    """How one vendor's API behaves where APIs differ.

    same_document_by   what makes a document sent twice the same one: our key, a reference we can look up, or nothing
    keys_live_s        for how long a key is remembered; after that a repeat must be looked up first (None: for ever)
    settles_after_s    how long after a write "not found" may still be untrue
    rounding_by        who decides the last cent: the vendor, or the amounts we send
    tax_basis          what tax is worked out on: each line, or the whole document
    documents_per_order  whether "the delivery" or "the invoice" of an order is one document or a growing list
    success_is_in      whether the status line says yes, or only the body
    cursor_overlap_s   how far back to read again when asking "what changed since", because cursors skip
    compare_and_set    whether a shop takes a level only while it still shows the one we expect
    levels_at_once     how many levels of stock one call may carry
    """

    same_document_by: Literal["key", "reference", "nothing"]
    keys_live_s: int | None = None
    settles_after_s: float = 0.0
    rounding_by: Literal["vendor", "sender"] = "sender"
    tax_basis: Literal["line", "document"] = "line"
    documents_per_order: Literal["one", "many"] = "many"
    success_is_in: Literal["status", "body"] = "status"
    cursor_overlap_s: int = 0
    compare_and_set: bool = False
    levels_at_once: int = 250


@dataclass(frozen=True, slots=True)
class CallKey:
    """The name of one effect at a vendor: the same for every attempt, so that a repeat is harmless.

    `tried_before` says an earlier attempt may have reached the vendor; `last_tried_at` when that was.
    """

    value: str
    tried_before: bool = False
    last_tried_at: datetime | None = None

    def part(self, name: str) -> "CallKey":
        """The key of one of several effects of the same step, for example one release for each node."""
        digest = sha256(f"{self.value}/{name}".encode()).hexdigest()[:32]
        return CallKey(value=digest, tried_before=self.tried_before, last_tried_at=self.last_tried_at)


@dataclass(frozen=True, slots=True)
class VendorRef:
    """A vendor's own id of something we caused there."""

    value: str

"""What came of a file of movements, for whoever sent it."""

import json
from pathlib import Path
from typing import Any

from process_apis.stock.models import StockFile, StockFileLine

MOST_LINES = 10_000


def of(file: StockFile, *, most: int = MOST_LINES) -> dict[str, Any]:
    """The whole of it: counts that add up to the rows, and each line that was not applied, the first `most`."""
    lines = StockFileLine.objects.filter(file=file).order_by("line")[:most]
    return {
        "id": str(file.id),
        "name": file.name,
        "source": file.source,
        "state": file.state,
        "error": file.error,
        "rows": file.rows,
        "applied": file.applied,
        "known": file.known,
        "contradicted": file.contradicted,
        "set_aside": file.set_aside,
        "received_at": file.received_at,
        "finished_at": file.finished_at,
        "lines": list(lines.values("line", "key", "field", "rule", "detail")),
    }


def sentence(file: StockFile) -> str:
    """The same in one line."""
    if file.state == "rejected":
        return f"{file.name}: nothing was applied: {file.error}"
    told = f"{file.name}: {file.rows} rows: {file.applied} applied, {file.known} known before, "
    return told + f"{file.set_aside} set aside with a case" + ("" if file.state == "done" else "; still being applied")


def write(file: StockFile, path: Path) -> None:
    """Write it beside the file, whole or not at all."""
    draft = path.with_suffix(".part")
    draft.write_text(json.dumps(of(file), indent=1, default=str) + "\n", encoding="utf-8")
    draft.replace(path)

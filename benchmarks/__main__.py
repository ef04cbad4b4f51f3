"""`python -m benchmarks NAME`: one benchmark on the servers of the environment. `manage.py bench` starts them too."""

import json
import sys
from argparse import ArgumentParser
from importlib import import_module
from typing import Any

import django


def main() -> None:
    parser = ArgumentParser(prog="bench")
    parser.add_argument("name")
    parser.add_argument("--json", action="store_true", help="the last line is one document")
    given = parser.parse_args()
    django.setup()
    rows = import_module(f"benchmarks.{given.name}").run(out=sys.stderr)
    print(table(rows))
    if given.json:
        print(json.dumps({"bench": given.name, "rows": rows}))


def table(rows: list[dict[str, Any]]) -> str:
    """The figures as a person reads them; above 1 means that ours is faster."""
    lines = [f"{'case':<14}{'ours':>12}{'x the plain way':>18}{'x the limit':>14}"]
    for row in rows:
        figures = f"{row['ours_per_s']:>10,.0f}/s{row['baseline_ratio']:>18.2f}{row['limit_ratio']:>14.3f}"
        lines.append(f"{row['case']:<14}{figures}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()

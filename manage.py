#!/usr/bin/env python3
"""One door to every command. On a fresh machine it first makes `.venv` from the locked packages."""

import os
import sys


def main() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036  # whoever has an older one reads this line, not a syntax error
        sys.exit("Python 3.11 or newer is needed: this is " + sys.version.split()[0])
    from retail_platform.kernel.supervisor import bootstrap, state  # noqa: PLC0415  # not readable by older Pythons

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
    if not bootstrap.inside():
        bootstrap.enter(sys.argv)
    state.ensure_here(sys.argv[1] if len(sys.argv) > 1 else "help")
    from django.core.management import execute_from_command_line  # noqa: PLC0415  # there only from here on

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)  # Ctrl-C; a traceback would tell nobody anything

"""Hold the OpenAPI documents to what the docs promise."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from retail_platform.docs import audit, openapi
from retail_platform.docs.layers import served


class Command(BaseCommand):
    help = "Check the OpenAPI document of each layer: valid, no warnings, every route in it, an example everywhere."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "Example: manage.py schema_check --out /tmp/openapi"
        parser.add_argument("--out", type=Path, help="also write the documents into this folder")

    def handle(self, *args: Any, out: Path | None, **options: Any) -> None:
        wrong = 0
        for layer in served():
            found = audit.complaints(layer)
            wrong += len(found)
            document = openapi.document(layer)
            self.stdout.write(f"{layer.name}: {len(document['paths'])} paths, {len(found)} complaints")
            for complaint in found:
                self.stdout.write(f"  {complaint}")
            if out:
                out.mkdir(parents=True, exist_ok=True)
                (out / f"{layer.name}.json").write_text(json.dumps(document, indent=1, sort_keys=True) + "\n")
        if wrong:
            raise CommandError(f"{wrong} complaints; correct the views named above.")

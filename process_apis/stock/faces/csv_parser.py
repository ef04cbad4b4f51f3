"""A body of text/csv: the lines of a file as they are."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.parsers import BaseParser

from process_apis.stock.files.lines import FileRejected
from retail_platform.kernel.strict_json import TooLarge

MOST_BYTES = 16_000_000


class CsvParser(BaseParser):
    """Gives {"content": …}, what a JSON body would have said. Raises TooLarge, FileRejected for what is not UTF-8."""

    media_type = "text/csv"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        raw = stream.read(MOST_BYTES + 1)
        if len(raw) > MOST_BYTES:
            raise TooLarge(f"Send at most {MOST_BYTES} bytes in one body, or drop the file into the folder for files.")
        try:
            return {"content": raw.decode("utf-8-sig")}
        except UnicodeDecodeError as wrong:
            raise FileRejected(f"byte {wrong.start} is not UTF-8; save the file as UTF-8") from None

"""Files of movements over HTTP: send one, look what came of it."""

from io import BytesIO
from typing import Any, cast
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from process_apis.stock.faces.csv_parser import CsvParser
from process_apis.stock.faces.intake_serializers import (
    FileIn,
    FileOut,
    FileQuery,
    FileReportOut,
    FilesOut,
    FileTakenOut,
)
from process_apis.stock.files import report, taking
from process_apis.stock.files.lines import FileRejected
from retail_platform.kernel.idempotency.views import IdempotentPost
from retail_platform.kernel.identity.principal import Principal
from retail_platform.kernel.pages import page
from retail_platform.kernel.schema import ProblemOut, example
from retail_platform.kernel.strict_json import StrictJSONParser
from retail_platform.kernel.views import ApiView

EXAMPLE = UUID("0d2f6a10-2001-4000-8000-000000000001")  # there on a demo
MOST_LINES = 1000
CONTENT = (
    "key,sku,node,units,uom,reason,occurred_at,sequence,source\n"
    "wms:WH-1:9001,SKU-00001,WH-1,5,EA,receipt,2026-03-01T09:30:00Z,,wms\n"
    "wms:WH-1:9002,SKU-GHOST,WH-1,2,DZN,receipt,2026-03-01T09:30:00Z,,wms\n"
    "END,2\n"
)
_FILE: dict[str, Any] = {
    "id": str(EXAMPLE), "name": "receipts-2026-03-01.csv", "source": "wms", "state": "done", "error": "", "rows": 2,
    "applied": 1, "known": 0, "contradicted": 0, "set_aside": 1, "received_at": "2026-03-01T09:30:00Z",
    "finished_at": "2026-03-01T09:30:01Z",
}  # fmt: skip
_LINE = {
    "line": 3, "key": "wms:WH-1:9002", "field": "sku", "rule": "unknown-sku",
    "detail": "There is no product SKU-GHOST; add it to the catalog, or cross the code.",
}  # fmt: skip
_TAKEN = {"id": str(EXAMPLE), "state": "applying", "known": False, "report": f"/api/process/stock/v1/files/{EXAMPLE}"}


class FilesView(IdempotentPost, ApiView):
    required_scopes = {"GET": "process.read", "POST": "process.write"}
    query_serializer = FileQuery
    parser_classes = [StrictJSONParser, CsvParser]

    @extend_schema(
        operation_id="stock_files",
        summary="Files of movements, the latest first",
        responses={200: FilesOut},
        examples=[example("one file", {"items": [_FILE], "next": None}, status=200)],
        tags=["stock"],
    )
    def get(self, request: Request) -> Response:
        rows = taking.seen(nodes=cast(Principal, request.user).stores).exclude(state="rejected")
        if state := self.query.get("state"):
            rows = rows.filter(state=state)
        shown = page(rows, order=["-received_at", "-id"], query=self.query, show=lambda row: FileOut(row).data)
        return Response(shown)

    @extend_schema(
        operation_id="send_stock_file",
        summary="Send a file of stock movements",
        description="CSV, as text/csv (up to 16 MB, with a column `source`) or inside JSON. Columns: key, sku, node, "
        "units, uom, reason, occurred_at, sequence; optionally state, source. Last line: END,<number of rows>. A file "
        "that is cut off is refused whole; else it is applied in the background, and each line that cannot be is named "
        "in the report. The same bytes again change nothing.",
        request={"application/json": FileIn, "text/csv": OpenApiTypes.STR},
        responses={202: FileTakenOut, 413: None, 422: ProblemOut},
        examples=[
            example("two rows", {"name": "receipts-2026-03-01.csv", "source": "wms", "content": CONTENT}),
            OpenApiExample("as a file", value=CONTENT, request_only=True, media_type="text/csv"),
            example("taken", _TAKEN, status=202),
        ],
        tags=["stock"],
    )
    def post(self, request: Request) -> HttpResponse:
        seen = cast(Principal, request.user)

        def take(body: dict[str, Any]) -> Response:
            return _take(body, seen)

        return self.once(request, body=FileIn, work=take)


def _take(body: dict[str, Any], seen: Principal) -> Response:
    file, new = taking.receive(
        BytesIO(body["content"].encode()), name=body["name"] or "a file sent by API", source=body["source"],
        sender=seen.client, only_nodes=seen.stores, keep=True,
    )  # fmt: skip
    if file.state == "rejected":
        raise FileRejected(file.error, errors=[{"pointer": "/content", "detail": file.error}])
    address = f"/api/process/stock/v1/files/{file.id}"
    told = {"id": str(file.id), "state": file.state, "known": not new, "report": address}
    return Response(told, status=202, headers={"Location": address})


class FileView(ApiView):
    required_scopes = {"GET": "process.read"}
    path_examples = {"file_id": str(EXAMPLE)}

    @extend_schema(
        operation_id="stock_file",
        summary="What came of a file of movements",
        description="rows = applied + known + set_aside once its state is done.",
        responses={200: FileReportOut, 404: None},
        examples=[example("one line was set aside", {**_FILE, "lines": [_LINE]}, status=200)],
        tags=["stock"],
    )
    def get(self, request: Request, file_id: UUID) -> Response:
        file = taking.by_id(file_id, nodes=cast(Principal, request.user).stores)
        return Response(FileReportOut(report.of(file, most=MOST_LINES)).data)

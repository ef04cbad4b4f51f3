"""Operations: the exception desk, and closing a case; the process layer's own views, for those who watch."""

from drf_spectacular.utils import extend_schema, extend_schema_view

from experience_apis.operations import examples
from process_apis.cases import api

_TAGS = ["operations"]


@extend_schema_view(get=extend_schema(operation_id="operations_cases", tags=_TAGS))
class CasesView(api.CasesView):
    required_scopes = {"GET": "operations.read"}


@extend_schema_view(get=extend_schema(operation_id="operations_case", tags=_TAGS))
class CaseView(api.CaseView):
    required_scopes = {"GET": "operations.read"}
    path_examples = {"case_id": str(examples.CASE_ID)}


@extend_schema_view(
    post=extend_schema(
        operation_id="operations_resolve_case",
        description="A case that a parked run waits for is closed by acting on the run: resume, skip, compensate "
        "(process API, runs).",
        tags=_TAGS,
    )
)
class ResolveCaseView(api.ResolveCaseView):
    required_scopes = {"POST": "operations.write"}
    path_examples = {"case_id": str(examples.CASE_ID)}

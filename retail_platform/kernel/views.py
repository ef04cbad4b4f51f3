"""The base of every API view: scopes per method, and a query string as strict as a body."""

from typing import Any, ClassVar

from django.http import QueryDict
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from retail_platform.kernel.problem import Invalid, NotFound
from retail_platform.kernel.problem_errors import pointers
from retail_platform.kernel.serializers import StrictSerializer


class ApiView(APIView):
    """A view names its scopes and, for GET, the serializer of its query; `self.query` then holds the valid values.

    A query parameter that nobody documented is refused. `path_examples` gives the schema a value for each id in the
    path, `query_serializer.examples` one for each parameter.
    """

    http_method_names = ["get", "head", "post", "put", "patch", "delete"]  # no OPTIONS: nothing is told unasked
    required_scopes: ClassVar[dict[str, str]] = {}
    also_scopes: ClassVar[dict[str, str]] = {}
    every_channel: ClassVar[bool] = False
    query_serializer: ClassVar[type[StrictSerializer] | None] = None
    path_examples: ClassVar[dict[str, Any]] = {}
    query: dict[str, Any]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if any("\x00" in str(value) for value in kwargs.values()):
            raise NotFound
        reads = request.method in ("GET", "HEAD")
        self.query = read_query(request.GET, serializer=self.query_serializer if reads else None)


def read_query(given: QueryDict, *, serializer: type[StrictSerializer] | None) -> dict[str, Any]:
    """The valid values of a query string. Raises Invalid naming each parameter that is unknown, doubled or wrong."""
    fields = serializer(context={"from_text": True}).fields if serializer else {}
    data: dict[str, Any] = {}
    errors: list[dict[str, str]] = []
    for name, values in given.lists():
        if name not in fields:
            errors.append({"parameter": _printable(name), "detail": "This parameter is not known here."})
        elif isinstance(fields[name], serializers.ListField):
            data[name] = values
        elif len(values) > 1:
            errors.append({"parameter": name, "detail": "Give this parameter once."})
        else:
            data[name] = values[0]
    if serializer and not errors:
        bound = serializer(data=data, context={"from_text": True})
        if bound.is_valid():
            return dict(bound.validated_data)
        for error in pointers(bound.errors):
            errors.append({"parameter": error["pointer"].split("/")[1], "detail": error["detail"]})
    if errors:
        raise Invalid("Correct the query parameters named in errors.", errors=errors)
    return {}


def _printable(name: str) -> str:
    return name[:60].encode("ascii", "backslashreplace").decode()

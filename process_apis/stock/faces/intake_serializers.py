"""How files of movements, snapshots, variances and what was set aside look from outside."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from retail_platform.kernel.pages import PageQuery
from retail_platform.kernel.serializers import StrictSerializer


@extend_schema_field({"type": "string", "minLength": 1})
class CsvField(serializers.Field[str, Any, str, str]):
    """The lines of a CSV file: as long as a body may be, where other text is short."""

    default_error_messages = {"text": "Give the file as text, not empty."}

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str) or not data:
            self.fail("text")
        return str(data)

    def to_representation(self, value: str) -> str:
        return value


class FileIn(StrictSerializer):
    name = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    source = serializers.CharField(  # type: ignore[assignment]  # a field of this name, not DRF's attribute
        max_length=64, required=False, default="", allow_blank=True, help_text="whose word it is where no row says so"
    )
    content = CsvField(help_text="CSV with a header; its last line is END,<number of rows>")


class FileQuery(PageQuery):
    state = serializers.ChoiceField(choices=["applying", "done"], required=False)
    examples = {**PageQuery.examples, "state": "done"}


class FileOut(StrictSerializer):
    id = serializers.UUIDField()
    name = serializers.CharField(allow_blank=True)
    source = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    state = serializers.CharField(help_text="applying or done")
    error = serializers.CharField(allow_blank=True, help_text="why nothing of it was applied")
    rows = serializers.IntegerField()
    applied = serializers.IntegerField()
    known = serializers.IntegerField(help_text="told before, and so not applied again")
    contradicted = serializers.IntegerField(help_text="of the known: told before with other content; a case each")
    set_aside = serializers.IntegerField(help_text="not applied, with a case")
    received_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class FilesOut(StrictSerializer):
    items = FileOut(many=True)
    next = serializers.CharField(allow_null=True)


class FileLineOut(StrictSerializer):
    line = serializers.IntegerField(help_text="the header is line 1")
    key = serializers.CharField(allow_blank=True)
    field = serializers.CharField(allow_blank=True, help_text="the field that is wrong; empty: the whole line")
    rule = serializers.CharField()
    detail = serializers.CharField()


class FileReportOut(FileOut):
    lines = FileLineOut(many=True, help_text="each line that was not applied, the first 1,000")


class FileTakenOut(StrictSerializer):
    id = serializers.UUIDField()
    state = serializers.CharField(help_text="applying or done")
    known = serializers.BooleanField(help_text="the very same bytes came before: nothing is done again")
    report = serializers.CharField(help_text="where to look what came of it")


class SnapshotsQuery(PageQuery):
    node = serializers.CharField(max_length=32, required=False)
    examples = {**PageQuery.examples, "node": "WH-1"}


class SnapshotOut(StrictSerializer):
    node = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    watermark = serializers.IntegerField(help_text="the last movement that is inside these counts")
    taken_at = serializers.DateTimeField()
    levels = serializers.IntegerField(help_text="how many skus it counts")
    adjusted = serializers.IntegerField(help_text="of them: differed a little, and the book followed")
    varied = serializers.IntegerField(help_text="of them: differed too much to be taken without a person's word")
    received_at = serializers.DateTimeField()


class SnapshotsOut(StrictSerializer):
    items = SnapshotOut(many=True)
    next = serializers.CharField(allow_null=True)


class VariancesQuery(SnapshotsQuery):
    state = serializers.ChoiceField(choices=["open", "accepted", "refused"], required=False, default="open")
    examples = {**SnapshotsQuery.examples, "state": "open"}


class VarianceOut(StrictSerializer):
    id = serializers.IntegerField()
    sku = serializers.CharField()
    node = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    taken_at = serializers.DateTimeField()
    expected = serializers.IntegerField(help_text="what the book says the count should have found")
    counted = serializers.IntegerField()
    state = serializers.CharField(help_text="open, accepted or refused")
    decided_by = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(allow_blank=True)
    opened_at = serializers.DateTimeField()


class VariancesOut(StrictSerializer):
    items = VarianceOut(many=True)
    next = serializers.CharField(allow_null=True)


class DecisionIn(StrictSerializer):
    reason = serializers.CharField(max_length=500, help_text="kept with the decision")


class SetAsideQuery(PageQuery):
    source = serializers.CharField(max_length=64, required=False)  # type: ignore[assignment]
    rule = serializers.CharField(max_length=40, required=False)
    settled = serializers.BooleanField(required=False, allow_null=True, default=None, help_text="default: both")
    examples = {**PageQuery.examples, "source": "wms", "rule": "unknown-sku", "settled": "false"}


class SetAsideOut(StrictSerializer):
    id = serializers.IntegerField()
    key = serializers.CharField()
    source = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    rule = serializers.CharField()
    why = serializers.CharField()
    told = serializers.DictField(child=serializers.CharField(allow_blank=True), help_text="as it came")
    case_id = serializers.UUIDField(allow_null=True)
    received_at = serializers.DateTimeField()
    settled_at = serializers.DateTimeField(allow_null=True)
    settled_by = serializers.CharField(allow_blank=True, help_text="who, or the source that told it again")
    settled_because = serializers.CharField(allow_blank=True)


class SetAsidesOut(StrictSerializer):
    items = SetAsideOut(many=True)
    next = serializers.CharField(allow_null=True)

"""How a case looks from outside, and what closing one takes."""

from rest_framework import serializers

from process_apis.cases.models import OWNERS, CaseKind, CaseState
from retail_platform.kernel.pages import PageQuery
from retail_platform.kernel.serializers import StrictSerializer


class CasesQuery(PageQuery):
    state = serializers.ChoiceField(choices=CaseState.values, required=False, default=CaseState.OPEN.value)
    owner = serializers.ChoiceField(choices=sorted(set(OWNERS.values())), required=False)
    examples = {**PageQuery.examples, "state": "open", "owner": "integration"}


class CaseOut(StrictSerializer):
    id = serializers.UUIDField()
    kind = serializers.CharField(help_text=", ".join(CaseKind.values))
    owner = serializers.CharField(help_text="who is asked to look at it")
    subject = serializers.CharField(help_text="the order, parcel or message it is about")
    run_id = serializers.UUIDField(allow_null=True, help_text="the parked run, if one waits for this")
    title = serializers.CharField()
    detail = serializers.CharField(allow_blank=True)
    proposal = serializers.CharField(allow_blank=True, help_text="what would help")
    state = serializers.CharField()
    count = serializers.IntegerField(help_text="how often the same trouble came up while the case was open")
    opened_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField()
    resolved_at = serializers.DateTimeField(allow_null=True)
    resolved_by = serializers.CharField(allow_blank=True)
    resolution = serializers.CharField(allow_blank=True)
    correlation_id = serializers.CharField(allow_blank=True)


class CasesOut(StrictSerializer):
    items = CaseOut(many=True)
    next = serializers.CharField(allow_null=True)


class ResolveIn(StrictSerializer):
    reason = serializers.CharField(min_length=3, max_length=500, help_text="how it was solved; kept with the case")

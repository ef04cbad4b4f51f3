"""How a run and its steps look from outside, and what acting on one takes."""

from rest_framework import serializers

from process_apis.engine.models import RunState, StepState
from retail_platform.kernel.pages import PageQuery
from retail_platform.kernel.serializers import StrictSerializer


class RunsQuery(PageQuery):
    state = serializers.ChoiceField(choices=RunState.values, required=False)
    process = serializers.CharField(max_length=40, required=False, help_text="name of a journey")
    examples = {**PageQuery.examples, "state": "done", "process": "order_to_cash"}


class RunRowOut(StrictSerializer):
    id = serializers.UUIDField()
    process = serializers.CharField()
    subject = serializers.CharField(help_text="what the run is about: an order, a parcel, an inbox message")
    state = serializers.CharField(help_text=", ".join(RunState.values))
    direction = serializers.CharField(help_text="forward, or undoing what was done")
    step = serializers.CharField(allow_blank=True, help_text="where it stands")
    waiting_for = serializers.CharField(allow_blank=True, help_text="a fact, or connection:<code>")
    error = serializers.CharField(allow_blank=True)
    generation = serializers.IntegerField(help_text="rises when somebody says: send as new")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    next_wake_at = serializers.DateTimeField(allow_null=True)
    deadline_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    correlation_id = serializers.CharField(allow_blank=True)


class RunsOut(StrictSerializer):
    items = RunRowOut(many=True)
    next = serializers.CharField(allow_null=True)


class RunStepOut(StrictSerializer):
    name = serializers.CharField()
    direction = serializers.CharField()
    state = serializers.CharField(help_text=", ".join(StepState.values))
    attempts = serializers.IntegerField()
    maybe_sent = serializers.BooleanField(help_text="an attempt may have reached the vendor; its outcome is unknown")
    key = serializers.CharField(allow_blank=True, help_text="the name of its effect at the vendor")
    result = serializers.DictField()
    error = serializers.CharField(allow_blank=True)
    started_at = serializers.DateTimeField()
    last_tried_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class RunOut(RunRowOut):
    facts = serializers.DictField(help_text="what the steps left for later ones")
    steps = RunStepOut(many=True)


class ReasonIn(StrictSerializer):
    reason = serializers.CharField(min_length=3, max_length=500, help_text="why; kept with the run's case")

"""What the operations' REST face takes and answers beyond what runs and cases have of their own."""

from rest_framework import serializers

from process_apis.engine.serializers import RunsQuery
from process_apis.order_to_cash.serializers import TraceEventOut
from retail_platform.kernel.serializers import StrictSerializer

MOST_AT_ONCE = 200


class SomeRunsQuery(RunsQuery):
    subject = serializers.CharField(
        max_length=120, required=False, help_text="an order's number, a shipment's, a message of the inbox"
    )
    examples = {**RunsQuery.examples, "subject": "DEMO-1001"}


class TraceQuery(StrictSerializer):
    only_this_id = serializers.BooleanField(
        required=False, default=False,
        help_text="leave out what came under other ids of the orders that this one was about",
    )  # fmt: skip
    examples = {"only_this_id": "false"}


class IdTraceOut(StrictSerializer):
    correlation_id = serializers.CharField()
    orders = serializers.ListField(child=serializers.CharField(), help_text="the orders it was about")
    complete = serializers.BooleanField(help_text="false when there is more of some kind, or of orders, than is shown")
    events = TraceEventOut(many=True)


class ReplayIn(StrictSerializer):
    inbox_ids = serializers.ListField(
        child=serializers.UUIDField(), min_length=1, max_length=MOST_AT_ONCE, help_text="messages of the inbox"
    )
    dry_run = serializers.BooleanField(required=False, default=False, help_text="say what would happen, change nothing")


class DayReplayIn(StrictSerializer):
    day = serializers.DateField(help_text="the day they came in, in UTC")
    after = serializers.UUIDField(required=False, help_text="`next` of the answer before; left out: from the first on")
    limit = serializers.IntegerField(required=False, default=100, min_value=1, max_value=MOST_AT_ONCE)
    dry_run = serializers.BooleanField(required=False, default=False, help_text="say what would happen, change nothing")


class StuckFactsIn(StrictSerializer):
    dry_run = serializers.BooleanField(required=False, default=False, help_text="say what would happen, change nothing")


class ReplayedOut(StrictSerializer):
    kind = serializers.CharField(help_text="inbox or fact")
    id = serializers.CharField()
    fact = serializers.CharField(help_text="its name")
    outcome = serializers.CharField(help_text="what comes of it")
    new = serializers.BooleanField(help_text="false where it changes nothing")


class ReplaysOut(StrictSerializer):
    dry_run = serializers.BooleanField()
    items = ReplayedOut(many=True)
    next = serializers.UUIDField(allow_null=True, help_text="there is more: ask again with it as `after`")

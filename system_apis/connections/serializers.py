"""How a connection looks from outside: everything but its secrets."""

from rest_framework import serializers

from retail_platform.kernel.serializers import StrictSerializer
from system_apis.connections.models import BreakerState, Kind


class ConnectionOut(StrictSerializer):
    code = serializers.CharField()
    kind = serializers.ChoiceField(choices=Kind.choices)
    vendor = serializers.CharField()
    channel = serializers.CharField(allow_blank=True)
    active = serializers.BooleanField()
    budget_per_s = serializers.IntegerField()
    breaker_state = serializers.ChoiceField(choices=BreakerState.choices)
    breaker_until = serializers.DateTimeField(allow_null=True)
    last_ok_at = serializers.DateTimeField(allow_null=True, help_text="about when it last answered well")
    last_fault_at = serializers.DateTimeField(allow_null=True)
    last_fault = serializers.CharField(allow_blank=True)


class ConnectionsOut(StrictSerializer):
    connections = ConnectionOut(many=True)

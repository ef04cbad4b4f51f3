"""How the ledger looks from outside: debits are positive, credits negative."""

from django.conf import settings
from rest_framework import serializers

from process_apis.ledger import services as ledger
from process_apis.minor_units import MinorField
from retail_platform.kernel.pages import PageQuery
from retail_platform.kernel.serializers import MoneyField, StrictSerializer


def _today() -> str:
    """The day on which a demonstration that was just seeded books the sale of its example."""
    return ledger.business_day().isoformat()


class EntriesQuery(PageQuery):
    entity = serializers.CharField(max_length=32, required=False, default=settings.LEGAL_ENTITY)
    order = serializers.CharField(max_length=64, required=False, help_text="order number")
    day = serializers.DateField(required=False, help_text="the ledger's business day")
    examples = {**PageQuery.examples, "entity": "RETAIL-1", "order": "DEMO-1001", "day": _today}


class EntryRowOut(StrictSerializer):
    reference = serializers.CharField()
    entity = serializers.CharField()
    purpose = serializers.CharField(help_text="sale, cost, deposit …")
    source_event = serializers.CharField(help_text="what happened; one entry for each event and purpose, for ever")
    booked_on = serializers.DateField()
    currency = serializers.CharField()
    order_number = serializers.CharField(allow_blank=True)
    reverses = serializers.CharField(source="reverses.reference", default=None, allow_null=True)
    correlation_id = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()


class EntriesOut(StrictSerializer):
    items = EntryRowOut(many=True)
    next = serializers.CharField(allow_null=True)


class JournalLineOut(StrictSerializer):
    account = serializers.CharField(source="account_id")
    name = serializers.CharField(source="account.name")
    role = serializers.CharField(source="account.role", help_text="what the platform knows the account by")
    amount = MinorField("amount_minor", currency="entry.currency")
    memo = serializers.CharField(allow_blank=True)


class EntryOut(EntryRowOut):
    lines = JournalLineOut(many=True)


class TrialBalanceQuery(StrictSerializer):
    entity = serializers.CharField(max_length=32, required=False, default=settings.LEGAL_ENTITY)
    examples = {"entity": "RETAIL-1"}


class BalanceOut(StrictSerializer):
    account = serializers.CharField()
    balance = MoneyField()


class OurTrialBalanceOut(StrictSerializer):
    entity = serializers.CharField()
    accounts = BalanceOut(many=True)

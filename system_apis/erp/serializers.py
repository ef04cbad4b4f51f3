"""What the ERP's REST face takes and answers."""

from rest_framework import serializers

from retail_platform.kernel.serializers import MoneyField, StrictSerializer


class TrialBalanceQuery(StrictSerializer):
    entity = serializers.CharField(max_length=32, help_text="legal entity, for example RETAIL-1")
    examples = {"entity": "RETAIL-1"}


class StockQuery(StrictSerializer):
    node = serializers.CharField(max_length=32, help_text="the place whose stock is asked for, for example WH-1")
    examples = {"node": "WH-1"}


class AccountBalanceOut(StrictSerializer):
    account = serializers.CharField()
    balance = MoneyField(help_text="debits are positive, credits negative")


class TrialBalanceOut(StrictSerializer):
    entity = serializers.CharField()
    accounts = AccountBalanceOut(many=True)


class StockLevelOut(StrictSerializer):
    sku = serializers.CharField()
    node = serializers.CharField()
    on_hand = serializers.IntegerField()


class StockOut(StrictSerializer):
    node = serializers.CharField()
    watermark = serializers.IntegerField(help_text="the last movement that is inside these counts")
    taken_at = serializers.DateTimeField()
    levels = StockLevelOut(many=True)

"""Products as a CSV file: out with the prices people know, in again with every row checked before any is written."""

from typing import Any

from import_export.fields import Field
from import_export.formats.base_formats import CSV
from import_export.resources import ModelResource

from canonical.money import Money
from process_apis.catalog.models import Product

FORMATS = [CSV]
FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # a spreadsheet would run a cell that begins like this (reliability X18)


class AmountField(Field):
    """A column of amounts like 19.99 in the currency of its row."""

    def clean(self, row: dict[str, Any], **kwargs: Any) -> int:
        minor = Money.of(str(row.get(self.column_name, "")), str(row.get("currency", ""))).minor
        if minor < 0:
            raise ValueError(f"{self.column_name} is below zero")
        return minor

    def export(self, instance: Product, **kwargs: Any) -> str:
        return Money(minor=getattr(instance, self.attribute), currency=instance.currency).text


class ProductResource(ModelResource):
    """One row for each sku; a row whose sku is known changes that product, and nothing is ever deleted."""

    price = AmountField(attribute="price_minor", column_name="price")
    cost = AmountField(attribute="cost_minor", column_name="cost")

    def export_field(self, field: Field, instance: Product, **kwargs: Any) -> Any:
        """A cell of text that would be a formula gets an apostrophe before it; taking it in again takes it off."""
        value = super().export_field(field, instance, **kwargs)
        return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        for column, value in list(row.items()):
            if isinstance(value, str) and value[:1] == "'" and value[1:].startswith(FORMULA):
                row[column] = value[1:]

    class Meta:
        model = Product
        import_id_fields = ("sku",)
        fields = ("sku", "gtin", "title", "unit", "tax_code", "price", "cost", "currency", "active")
        export_order = fields
        clean_model_instances = True
        skip_unchanged = True
        report_skipped = True
        use_transactions = True

"""Master data in the admin: added, changed, switched off, never deleted. Prices are typed as people write them."""

from typing import Any

from django import forms
from django.contrib import admin
from import_export.admin import ImportExportMixin
from unfold.contrib.import_export.forms import ExportForm, ImportForm
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from canonical.money import Money
from process_apis.catalog.exchange import FORMATS, ProductResource
from process_apis.catalog.models import BundlePart, Channel, FxRate, Jurisdiction, Node, Product, Promotion, TenderKind
from retail_platform.kernel.admin import NoDeleteAdmin
from retail_platform.kernel.admin_pages import list_link, number


class AmountsForm(forms.ModelForm):
    """A form whose `amounts` are typed as "19.99" in the record's currency and kept in its smallest unit."""

    amounts: dict[str, str] = {}  # form field → model field

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and self.instance.currency:
            for name, stored in self.amounts.items():
                minor = getattr(self.instance, stored)
                self.initial[name] = Money(minor=minor, currency=self.instance.currency).text

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        currency = cleaned.get("currency") or self.instance.currency
        for name, stored in self.amounts.items():
            try:
                minor = Money.of(cleaned.get(name, ""), currency).minor
                if minor < 0:
                    raise ValueError("an amount here is not below zero")
            except ValueError as wrong:
                self.add_error(name, str(wrong).splitlines()[0])
            else:
                setattr(self.instance, stored, minor)
        return cleaned


def _amount() -> forms.CharField:
    return forms.CharField(max_length=20, widget=UnfoldAdminTextInputWidget(), help_text="like 19.99")


class ProductForm(AmountsForm):
    price, cost = _amount(), _amount()
    amounts = {"price": "price_minor", "cost": "cost_minor"}

    class Meta:
        model = Product
        fields = ("sku", "gtin", "title", "unit", "tax_code", "currency", "kind", "revenue_role", "min_age",
                  "released_on", "active")  # fmt: skip


class ChannelForm(AmountsForm):
    shipping = _amount()
    amounts = {"shipping": "shipping_minor"}

    class Meta:
        model = Channel
        fields = ("code", "name", "currency", "taxes_included", "commerce", "status_map", "also_pays_with", "active")


@admin.register(Product)
class ProductAdmin(ImportExportMixin, NoDeleteAdmin):
    """Also as a CSV file, both ways, for those who may change products."""

    import_form_class, export_form_class = ImportForm, ExportForm
    resource_classes = (ProductResource,)
    formats = FORMATS
    form = ProductForm
    list_display = ("sku", "title", "price_text", "cost_text", "tax_code", "active", "stock")
    list_filter = ("active", "kind", "tax_code", "currency")
    search_fields = ("=sku", "=gtin", "title")
    ordering = ("sku",)
    fields = (("sku", "gtin"), ("title", "unit"), ("price", "cost"), ("currency", "tax_code"),
              ("kind", "revenue_role"), ("min_age", "released_on"), "active")  # fmt: skip
    fixed_once_made = ("sku",)
    show_full_result_count = False

    @display(description="price", ordering="price_minor")
    def price_text(self, product: Product) -> str:
        return number(Money(minor=product.price_minor, currency=product.currency))

    @display(description="cost", ordering="cost_minor")
    def cost_text(self, product: Product) -> str:
        return number(Money(minor=product.cost_minor, currency=product.currency))

    @display(description="stock")
    def stock(self, product: Product) -> str:
        return list_link("stock_stockposition", "positions", q=product.sku)


@admin.register(Node)
class NodeAdmin(NoDeleteAdmin):
    list_display = ("code", "name", "kind", "wms", "rank", "offers_pickup", "online", "active")
    list_filter = ("kind", "offers_pickup", "online", "active")
    search_fields = ("code", "name")
    ordering = ("rank", "code")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("code", "name"),
                    ("kind", "wms"),
                    "rank",
                    ("latitude", "longitude"),
                    ("active", "ours", "attended"),
                )
            },
        ),
        ("Sending", {"fields": (("ships", "send_cutoff"), ("orders_a_day", "send_cost_minor"))}),
        ("Counter", {"fields": ("offers_pickup", ("pickup_lead_min", "pickup_cutoff_min"), ("online", "heard_at"))}),
        ("Hours", {"fields": ("time_zone", "opening_hours")}),
    )
    fixed_once_made = ("code",)

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name in ("latitude", "longitude") and field:
            field.required = False  # the column may be empty
        return field


@admin.register(Channel)
class ChannelAdmin(NoDeleteAdmin):
    form = ChannelForm
    list_display = ("code", "name", "currency", "shipping_text", "taxes_included", "commerce", "active")
    list_filter = ("active",)
    search_fields = ("code", "name")
    ordering = ("code",)
    fields = (("code", "name"), ("currency", "shipping"), ("taxes_included", "commerce"),
              ("status_map", "also_pays_with"), "active")  # fmt: skip
    fixed_once_made = ("code",)

    @display(description="shipping")
    def shipping_text(self, channel: Channel) -> str:
        return number(Money(minor=channel.shipping_minor, currency=channel.currency))


@admin.register(BundlePart)
class BundlePartAdmin(admin.ModelAdmin):
    list_display = ("bundle", "part", "units")
    search_fields = ("=bundle", "=part")
    ordering = ("bundle", "part")


@admin.register(Jurisdiction)
class JurisdictionAdmin(NoDeleteAdmin):
    list_display = ("country", "name")
    search_fields = ("country", "name")
    ordering = ("country",)
    fixed_once_made = ("country",)


@admin.register(TenderKind)
class TenderKindAdmin(NoDeleteAdmin):
    """How customers may pay. Orders keep what was set when they were accepted."""

    list_display = ("code", "name", "settled_by", "role", "draw_order", "capture_at", "at_our_checkout", "active")
    list_filter = ("settled_by", "active")
    search_fields = ("code", "name")
    ordering = ("draw_order", "code")
    fields = (("code", "name"), ("settled_by", "role"), ("draw_order", "capture_at"), "due_days",
              ("at_our_checkout", "active"))  # fmt: skip
    fixed_once_made = ("code",)


@admin.register(FxRate)
class FxRateAdmin(NoDeleteAdmin):
    list_display = ("base", "quote", "on", "rate", "source")
    list_filter = ("base", "quote")
    search_fields = ("base", "quote", "source")
    ordering = ("-on", "base")
    fields = (("base", "quote"), ("on", "rate"), "source")
    fixed_once_made = ("base", "quote", "on")


@admin.register(Promotion)
class PromotionAdmin(NoDeleteAdmin):
    """What a discount has to be earned with. Another threshold is another code: orders name the code only."""

    list_display = ("code", "channel", "currency", "from_minor", "active")
    list_filter = ("active", "channel")
    search_fields = ("code",)
    ordering = ("code", "channel")
    fields = (("code", "channel"), ("currency", "from_minor"), "active")
    fixed_once_made = ("code", "channel", "currency", "from_minor")

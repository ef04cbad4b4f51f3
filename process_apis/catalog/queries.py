"""Read master data."""

from collections.abc import Collection

from canonical.product import NodeKind
from process_apis.catalog.models import BundlePart, Channel, Jurisdiction, Node, Product, Promotion
from retail_platform.kernel.problem import DomainError


class UnknownChannel(DomainError):
    """No channel of this name takes orders here."""

    status = 422
    kind = "unknown-channel"
    title = "This channel is not known"


def products(skus: Collection[str]) -> dict[str, Product]:
    """The active products among these skus."""
    return {product.sku: product for product in Product.objects.filter(sku__in=skus, active=True)}


def nodes() -> dict[str, Node]:
    """All active nodes."""
    return {node.code: node for node in Node.objects.filter(active=True).order_by("rank", "code")}


def holds_our_goods(node: str) -> bool:
    """Is what lies in a node in our inventory? An unknown node's is."""
    kind = Node.objects.filter(code=node).values_list("kind", flat=True).first()
    return kind is None or NodeKind(kind).holds_our_goods


def bundles(skus: Collection[str]) -> dict[str, dict[str, int]]:
    """What the bundles among these skus are made of: bundle → part → units of it in one bundle."""
    found: dict[str, dict[str, int]] = {}
    for bundle, part, units in BundlePart.objects.filter(bundle__in=skus).values_list("bundle", "part", "units"):
        found.setdefault(bundle, {})[part] = units
    return found


def bundles_with(skus: Collection[str]) -> set[str]:
    """The bundles that have any of these skus as a part."""
    return set(BundlePart.objects.filter(part__in=skus).values_list("bundle", flat=True))


def earned_from(codes: Collection[str], *, channel: str, currency: str) -> dict[str, int]:
    """For so much goods have to stay bought, by promotion: the row of the channel goes before that of all channels."""
    rows = Promotion.objects.filter(code__in=codes, channel__in=["", channel], currency=currency, active=True)
    return dict(rows.order_by("channel").values_list("code", "from_minor"))


def channel(code: str) -> Channel:
    """One active channel. Raises UnknownChannel."""
    found = Channel.objects.filter(code=code, active=True).first()
    if found is None:
        raise UnknownChannel(
            f"there is no channel {code!r}; see GET channels or the admin for those there are",
            errors=[{"pointer": "/channel", "detail": "It is not known."}],
        )
    return found


def own_channel(*, currency: str) -> Channel | None:
    """The first active channel that is our own and sells in this currency, at prices with tax."""
    ours = Channel.objects.filter(active=True, commerce="", currency=currency, taxes_included=True)
    return ours.order_by("code").first()


def status_word(code: str, state: str) -> str:
    """What a channel calls a state of an order; our own word where it has none."""
    words = Channel.objects.filter(code=code).values_list("status_map", flat=True).first()
    return str((words or {}).get(state, state))


def sells_to(country: str) -> bool:
    """Is the country one whose tax we can charge?"""
    return Jurisdiction.objects.filter(country=country).exists()

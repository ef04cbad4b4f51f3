"""What a person has to mend: skus a shop does not know, and shops that refuse us."""

from collections.abc import Iterable

from process_apis.cases import services as cases
from process_apis.cases.models import Case, CaseKind, CaseState
from process_apis.publication.models import ChannelShop
from retail_platform.kernel import clock
from system_apis.commerce.port import LevelAnswer, LevelState
from system_apis.errors import SystemFault


def of_sku(shop: ChannelShop, answer: LevelAnswer) -> None:
    """One case a sku; the others go on."""
    unlinked = answer.state == LevelState.UNLINKED
    what = "is not linked to an inventory item of" if unlinked else "is not known in"
    cases.open_case(
        kind=CaseKind.MAPPING,
        fingerprint=_fingerprint(shop, answer.sku),
        subject=f"sku:{answer.sku}",
        title=f"{answer.sku} {what} {shop.connection}: its stock cannot be told to {shop.channel}"[:300],
        detail=answer.detail,
        proposal="Find the number of its inventory item in the shop, then: "
        f"manage.py link --connection {shop.connection} --entity inventory_item NUMBER={answer.sku}; "
        f"it is told again within the hour, or at once with manage.py publish_stock --channel {shop.channel} --full. "
        "If the shop is not to sell it, resolve this case.",
    )


def settled(shop: ChannelShop, skus: Iterable[str]) -> None:
    """The shop takes these skus now: nobody needs to look any more."""
    Case.objects.filter(fingerprint__in=[_fingerprint(shop, sku) for sku in skus], state=CaseState.OPEN).update(
        state=CaseState.RESOLVED,
        resolved_at=clock.now(),
        resolved_by="publication",
        resolution="The shop takes it now.",
    )


def of_shop(shop: ChannelShop, fault: SystemFault) -> None:
    """The shop refuses what we tell, or answers what nobody understands."""
    cases.open_case(
        kind=CaseKind.CONTRACT,
        fingerprint=f"publication:{shop.channel}",
        subject=f"channel:{shop.channel}",
        title=f"{shop.channel} cannot be told of stock: {fault}",
        detail=fault.evidence,
        proposal=f"Look at the connection {shop.connection}: credentials, rights to inventory, the linked location. "
        "It is tried again by itself.",
    )


def _fingerprint(shop: ChannelShop, sku: str) -> str:
    return f"publication:{shop.channel}:{sku}"

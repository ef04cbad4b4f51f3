"""Who works here: each group with all it may do. Everything else is closed to it.

No group holds both ends of a deed (reliability X29): who runs the integration closes no period, who keeps the books
moves no run, and only an administrator makes users and keys.
"""

import secrets
from collections.abc import Iterable

from django.contrib.auth.models import Group, Permission, User
from django.db import transaction
from django.db.models import Q

from experience_apis.store_tools.models import StoreStaff

_ORDER = ("orders.view_order", "orders.view_parcel")
_GOODS = (
    "pickups.view_pickup",
    "catalog.view_product", "catalog.view_node", "stock.view_stockposition", "stock.view_reservation",
    "stock.view_stockmovement", "stock.view_transfer", "stock.view_repair", "stock.view_auditdue",
    "stock.view_variance", "stock.view_supply", "stock.view_setaside",
    "fulfilment.view_handlingrule", "fulfilment.view_substitute", "fulfilment.view_sentlater",
    "fulfilment.view_sendrequest",
    "fulfilment.view_handlingrule", "fulfilment.view_substitute", "fulfilment.view_sentlater",
    "fulfilment.view_sendrequest",
    "sourcing.view_sourcingdecision", "sourcing.view_sourcingrule", "stock.view_snapshottaken", "stock.view_stockowner",
    "stock_policy.view_stockpolicy", "stock_policy.view_nodeaccuracy", "stock_policy.view_recalculation",
    "publication.view_channelshop", "publication.view_channellevel", "stock.view_stockfile", "stock.view_packunit",
    "stock.view_lot",
)  # fmt: skip
_RETURNS = (
    "returns.view_return", "returns.view_receipt", "returns.view_creditmemo", "returns.view_refund",
    "returns.view_dispute", "returns.view_debitnote",
)  # fmt: skip
_RETURN_RULES = ("returns.view_returnpolicy", "returns.add_returnpolicy", "returns.change_returnpolicy")
_LEDGER = ("ledger.view_journalentry", "ledger.view_account", "ledger.view_period")

GROUPS: dict[str, tuple[str, ...]] = {
    "finance": (*_ORDER, *_LEDGER, *_RETURNS, *_RETURN_RULES,
                "ledger.add_account", "ledger.change_account", "ledger.change_period"),
    "integration": (
        *_ORDER, *_GOODS, *_RETURNS, "ledger.view_journalentry", "catalog.view_channel", "engine.view_processrun",
        "engine.change_processrun", "cases.view_case", "cases.change_case", "connections.view_connection",
        "connections.change_connection", "inbox.view_inboxmessage", "outbox.view_fact", "crosswalk.view_link",
        "crosswalk.add_link", "crosswalk.change_link", "identity.view_client", "identity.view_apikey",
        "notices.view_notice", "notices.change_notice", "notices.view_noticepolicy", "notices.add_noticepolicy",
        "notices.change_noticepolicy", "partners.view_endpoint", "partners.change_endpoint",
        "partners.view_delivery", "partners.change_delivery",
    ),
    "store-staff": (),  # pages of their own at /store/; which stores, an administrator says under Store staff
    "service-desk": (*_ORDER, *_GOODS, *_RETURNS, "orders.change_order", "returns.change_return",
                     "orders.view_customer", "orders.change_customer",
                     "engine.view_processrun", "cases.view_case", "cases.change_case",
                     "notices.view_notice", "notices.change_notice", "notices.view_noticepolicy"),
    "master-data": (
        "catalog.view_product", "catalog.add_product", "catalog.change_product", "catalog.view_node",
        "catalog.add_node", "catalog.change_node", "catalog.view_channel", "catalog.add_channel",
        "catalog.change_channel",
        "catalog.view_jurisdiction", "catalog.add_jurisdiction", "catalog.change_jurisdiction", "crosswalk.view_link",
        "crosswalk.add_link", "crosswalk.change_link", "stock.view_stockposition", "cases.view_case",
        "fulfilment.view_handlingrule", "fulfilment.add_handlingrule", "fulfilment.change_handlingrule",
        "fulfilment.view_substitute", "fulfilment.add_substitute", "fulfilment.change_substitute",
        "fulfilment.view_sentlater", "fulfilment.view_sendrequest",
        "fulfilment.view_handlingrule", "fulfilment.add_handlingrule", "fulfilment.change_handlingrule",
        "fulfilment.view_substitute", "fulfilment.add_substitute", "fulfilment.change_substitute",
        "fulfilment.view_sentlater", "fulfilment.view_sendrequest",
        "sourcing.view_sourcingrule", "sourcing.add_sourcingrule", "sourcing.change_sourcingrule",
        "stock.change_stockposition", "stock.change_setaside", "stock.view_transfer", "stock.change_transfer",
        "cases.change_case", "stock.view_stockowner", "stock.add_stockowner", "stock.change_stockowner",
        "stock.view_variance", "stock.change_variance", "stock.view_setaside", "stock.view_lot", "stock.view_packunit",
        "stock.add_packunit", "stock.change_packunit", "stock.view_stockfile", "stock_policy.view_stockpolicy",
        "stock_policy.add_stockpolicy", "stock_policy.change_stockpolicy", "stock_policy.view_nodeaccuracy",
        "stock_policy.view_recalculation",
    ),
}  # fmt: skip
DEMO_USERS = {
    "admin": "", "finance": "finance", "integration": "integration", "service": "service-desk", "store": "store-staff",
}  # fmt: skip
DEMO_STORE = "STORE-001"  # where the one of "store" works


@transaction.atomic
def make_groups() -> dict[str, int]:
    """Bring each group to exactly what is written here: group → number of permissions. Raises LookupError."""
    made = {}
    for name, names in GROUPS.items():
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.set(_permissions(names))
        made[name] = len(names)
    return made


@transaction.atomic
def make_demo_users(*, afresh: bool = False) -> dict[str, str]:
    """One person of each kind: user name → password, of those made now (or, `afresh`, of all). It is not kept."""
    told = {}
    for name, group in DEMO_USERS.items():
        user = User.objects.filter(username=name).first()
        if user is not None and not afresh:
            continue
        user = user or User(username=name, email=f"{name}@example.com")
        user.is_staff, user.is_superuser, user.is_active = True, not group, True
        told[name] = secrets.token_urlsafe(12)
        user.set_password(told[name])
        user.save()
        user.groups.set(Group.objects.filter(name=group))
        if group == "store-staff":
            StoreStaff.objects.get_or_create(user=user, defaults={"stores": [DEMO_STORE]})
    return told


def _permissions(names: Iterable[str]) -> list[Permission]:
    wanted = set(names)
    if not wanted:  # no condition would be met by all of them
        return []
    match = Q()
    for name in wanted:
        label, _, codename = name.partition(".")
        match |= Q(content_type__app_label=label, codename=codename)
    found = list(Permission.objects.filter(match).select_related("content_type"))
    if missing := wanted - {f"{each.content_type.app_label}.{each.codename}" for each in found}:
        raise LookupError(f"no such permission: {', '.join(sorted(missing))}; run manage.py migrate first")
    return found

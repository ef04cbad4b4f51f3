"""Click-and-collect on a phone: the store's list and one pickup, with a button for each thing that can be done next."""

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from csp.constants import SELF
from csp.decorators import csp_replace
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from experience_apis.store_tools import counter_acts
from experience_apis.store_tools.models import StoreStaff
from experience_apis.store_tools.page_forms import HandOverForm, PickForm, RejectForm
from process_apis.catalog import hours
from process_apis.catalog import queries as catalog
from process_apis.catalog.models import Node
from process_apis.pickups import decisions, queries
from process_apis.pickups.handing_over import WrongCode
from process_apis.pickups.models import Pickup, PickupState, RejectReason
from retail_platform.kernel import clock
from retail_platform.kernel.problem import DomainError

MOST = 200
_SAID = {
    "pick": "Picking has begun.",
    "ready": "Ready. The customer is told.",
    "arrived": "The customer is here.",
    "handover": "Handed over.",
    "reject": "Rejected. We look for the goods elsewhere and tell the customer.",
}
View = Callable[..., HttpResponse]


def for_staff(view: View) -> View:
    """Signed in; no inline script; never from a cache, since the next person may hold the same phone."""
    strict = csp_replace({"script-src": [SELF], "style-src": [SELF]})
    return cast(View, never_cache(login_required(strict(view), login_url="/admin/login/")))


@for_staff
@require_safe
def stores(request: HttpRequest) -> HttpResponse:
    """The stores of whoever is signed in; straight on where there is one."""
    mine = _stores_of(cast(User, request.user))
    if len(mine) == 1:
        return redirect("store-page", node=mine[0].code)
    shown = [(node, sum(queries.counts(node.code).values())) for node in mine]
    return render(request, "store_tools/stores.html", {"stores": shown})


@for_staff
@require_safe
def store(request: HttpRequest, node: str) -> HttpResponse:
    """What this store is to hand over, by state."""
    here, state = store_of(request, node), request.GET.get("state", "")
    if state and state not in PickupState.values:
        raise Http404
    rows = queries.of_store(node, states=[state] if state else []).order_by("ready_by", "id")[:MOST]
    counts = queries.counts(node)
    tabs = [("", "All open", sum(counts.values()))]
    tabs += [(each, PickupState(each).label, counts[each]) for each in decisions.OPEN]
    shown = {"store": here, "pickups": [_shown(row) for row in rows], "tabs": tabs, "state": state}
    return render(request, "store_tools/store.html", shown | zone(here))


@for_staff
@require_safe
def pickup(request: HttpRequest, node: str, pickup: UUID) -> HttpResponse:
    """One pickup: the pick list, and what can be done with it."""
    here = store_of(request, node)
    found = _pickup(pickup, here)
    shown = {"store": here, "pickup": _shown(found), "reasons": RejectReason.choices}
    return render(request, "store_tools/pickup.html", shown | zone(here))


@for_staff
@require_POST
def move(request: HttpRequest, node: str, pickup: UUID, move: str) -> HttpResponse:
    """Do it, say what came of it, and show the pickup as it is now. A button pressed twice is told so."""
    here = store_of(request, node)
    found = _pickup(pickup, here)
    form = _form(move, found, request)
    if form is not None and not form.is_valid():
        messages.error(request, "; ".join(f"{name}: {' '.join(map(str, told))}" for name, told in form.errors.items()))
    else:
        asked = {"staff": cast(User, request.user).get_username(), **(form.asked() if form is not None else {})}
        try:
            counter_acts.act(move, pickup_id=pickup, stores={here.code}, asked=asked, now=clock.now())
            messages.success(request, _SAID[move])
        except WrongCode as wrong:
            counter_acts.count_guess(pickup)
            messages.error(request, wrong.detail)
        except DomainError as refused:
            messages.error(request, refused.detail)
    return redirect("store-pickup-page", node=node, pickup=pickup)


def _form(move: str, found: Pickup, request: HttpRequest) -> Any:
    if move == "pick":
        return PickForm(request.POST, pickup=found)
    if move == "handover":
        return HandOverForm(request.POST, pickup=found)
    if move == "reject":
        return RejectForm(request.POST)
    if move in counter_acts.ACTS:
        return None
    raise Http404


def _shown(found: Pickup) -> Pickup:
    late = found.state in (PickupState.RESERVED, PickupState.PICKING) and found.ready_by < clock.now()
    found.late, found.allowed = late, decisions.allowed(found.state)  # type: ignore[attr-defined]
    found.fetch = [  # type: ignore[attr-defined]
        (line, [(sku, each * line.units) for sku, each in line.parts.items()]) for line in found.lines.all()
    ]
    return found


def _pickup(pickup_id: UUID, here: Node) -> Pickup:
    try:
        return queries.pickup(pickup_id, stores={here.code})
    except queries.NoSuchPickup as none:
        raise Http404 from none


def store_of(request: HttpRequest, code: str) -> Node:
    """The store of a page, if whoever is signed in serves it. Raises Http404."""
    mine = {node.code: node for node in _stores_of(cast(User, request.user))}
    if code not in mine:
        raise Http404
    return mine[code]


def _stores_of(user: User) -> list[Node]:
    """The counters a person serves: an administrator all of them. Raises PermissionDenied for none."""
    counters = [node for node in catalog.nodes().values() if node.offers_pickup]
    if user.is_superuser:
        return counters
    bound = StoreStaff.objects.filter(user=user).first()
    mine = [node for node in counters if bound and node.code in bound.stores]
    if not mine:
        raise PermissionDenied
    return mine


def zone(here: Node) -> dict[str, Any]:
    """In which the times of a store's page are shown."""
    return {"zone": hours.zone_of(here.time_zone)}

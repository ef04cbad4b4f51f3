"""Read endpoints and deliveries; a client sees its own, the integration desk sees all."""

from uuid import UUID

from django.db.models import QuerySet

from experience_apis.partners.models import Delivery, Endpoint
from retail_platform.kernel.identity.principal import Principal
from retail_platform.kernel.problem import NotFound

_SEES_ALL = "process.write"  # who may act on every journey


class NoSuchEndpoint(NotFound):
    """There is no endpoint of this id, or it is another client's."""

    title = "There is no such endpoint"


class NoSuchDelivery(NotFound):
    """There is no delivery of this id, or it is another client's."""

    title = "There is no such delivery"


def endpoints(*, caller: Principal) -> QuerySet[Endpoint]:
    """The endpoints a caller may see."""
    return Endpoint.objects.all() if _all(caller) else Endpoint.objects.filter(client=caller.client)


def endpoint(endpoint_id: UUID, *, caller: Principal) -> Endpoint:
    """One endpoint. Raises NoSuchEndpoint."""
    found = endpoints(caller=caller).filter(id=endpoint_id).first()
    if found is None:
        raise NoSuchEndpoint("take the id from the list of endpoints")
    return found


def secret(endpoint_id: UUID, *, caller: Principal) -> str:
    """What the signatures of an endpoint are made with. Raises NoSuchEndpoint."""
    return str(endpoint(endpoint_id, caller=caller).secrets["present"])


def deliveries(*, caller: Principal, state: str | None = None, endpoint_id: UUID | None = None) -> QuerySet[Delivery]:
    """The deliveries a caller may see."""
    found = Delivery.objects.all() if _all(caller) else Delivery.objects.filter(endpoint__client=caller.client)
    wanted = {"state": state, "endpoint_id": endpoint_id}
    return found.filter(**{name: value for name, value in wanted.items() if value})


def delivery(delivery_id: UUID, *, caller: Principal) -> Delivery:
    """One delivery. Raises NoSuchDelivery."""
    found = deliveries(caller=caller).filter(id=delivery_id).first()
    if found is None:
        raise NoSuchDelivery("take the id from the list of deliveries")
    return found


def _all(caller: Principal) -> bool:
    return caller.may(_SEES_ALL) and not caller.channels

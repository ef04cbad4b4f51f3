"""Cross from our identifiers to theirs and back."""

from collections.abc import Collection, Mapping

from django.db import transaction

from retail_platform.kernel.problem import DomainError
from system_apis.connections.models import Connection
from system_apis.crosswalk.models import Link


class AlreadyLinked(DomainError):
    """One of the two identifiers belongs to another partner. Unlink that first, if it is the wrong one."""

    kind, title = "already-linked", "The identifier is linked to something else"


def theirs(connection: Connection, entity: str, ours: str) -> str | None:
    """The vendor's identifier of our thing."""
    found = Link.objects.filter(connection=connection, entity=entity, ours=ours)
    return found.values_list("theirs", flat=True).first()


def ours(connection: Connection, entity: str, theirs: str) -> str | None:
    """Our identifier of the vendor's thing."""
    return ours_of(connection, entity, [theirs]).get(theirs)


def ours_of(connection: Connection, entity: str, theirs: Collection[str]) -> dict[str, str]:
    """Our identifiers of several of the vendor's things, in one query; what is not linked is left out."""
    found = Link.objects.filter(connection=connection, entity=entity, theirs__in=list(theirs))
    return dict(found.values_list("theirs", "ours"))


def theirs_of(connection: Connection, entity: str, ours: Collection[str]) -> dict[str, str]:
    """The vendor's identifiers of several of our things, in one query; what is not linked is left out."""
    found = Link.objects.filter(connection=connection, entity=entity, ours__in=list(ours))
    return dict(found.values_list("ours", "theirs"))


@transaction.atomic
def link(connection: Connection, entity: str, *, ours: str, theirs: str) -> None:
    """Say that two identifiers mean the same. Saying it again is harmless. Raises AlreadyLinked."""
    wanted = Link(connection=connection, entity=entity, ours=ours, theirs=theirs)
    Link.objects.bulk_create([wanted], ignore_conflicts=True)  # the database is the referee
    both = Link.objects.filter(connection=connection, entity=entity)
    for other in (both.filter(ours=ours).first(), both.filter(theirs=theirs).first()):
        if other is None or (other.ours, other.theirs) != (ours, theirs):
            was = f"{other.ours} = {other.theirs}" if other else "something that has just gone"
            raise AlreadyLinked(
                f"{entity} {ours} = {theirs} cannot be linked at {connection.code}: there is {was} already; "
                "unlink that first"
            )


@transaction.atomic
def link_all(connection: Connection, entity: str, *, theirs_of_ours: Mapping[str, str]) -> None:
    """Link many things at once, all or none. Saying it again is harmless. Raises AlreadyLinked."""
    wanted = [Link(connection=connection, entity=entity, ours=o, theirs=t) for o, t in theirs_of_ours.items()]
    Link.objects.bulk_create(wanted, ignore_conflicts=True)
    found = theirs_of(connection, entity, theirs_of_ours.keys())
    if other := [ours for ours, theirs in theirs_of_ours.items() if found.get(ours) != theirs]:
        raise AlreadyLinked(f"{entity} {', '.join(other[:5])} cannot be linked at {connection.code}: unlink it first")


def unlink(connection: Connection, entity: str, *, ours: str) -> bool:
    """Forget a link. Tells whether there was one."""
    deleted, _ = Link.objects.filter(connection=connection, entity=entity, ours=ours).delete()
    return deleted > 0

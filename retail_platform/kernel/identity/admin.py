"""Who may call us, in the admin: clients, their keys and OAuth ids. Secrets are made by command and shown only then."""

from datetime import datetime

from django.contrib import admin
from django.contrib.admin.exceptions import NotRegistered
from oauth2_provider.models import (
    get_access_token_model,
    get_application_model,
    get_grant_model,
    get_id_token_model,
    get_refresh_token_model,
)
from unfold.decorators import display

from retail_platform.kernel import clock
from retail_platform.kernel.admin import Act, NotDone, ReadOnlyAdmin
from retail_platform.kernel.admin_pages import Table, code, label, link, moment
from retail_platform.kernel.identity import services
from retail_platform.kernel.identity.models import ApiKey, Client

# The library's own pages show tokens and let people edit them.
for model in (
    get_access_token_model(), get_application_model(), get_grant_model(), get_id_token_model(),
    get_refresh_token_model(),
):  # fmt: skip
    try:
        admin.site.unregister(model)
    except NotRegistered:
        continue


@admin.register(Client)
class ClientAdmin(ReadOnlyAdmin):
    """A caller with the most it may ever do. Made and widened by manage.py make_client and make_key."""

    natural_key = "name"
    list_display = ("name", "active", "may", "limit", "oauth", "created_at")
    list_filter = ("active",)
    search_fields = ("name",)
    ordering = ("name",)
    fields = (("name", "active"), "may", ("stores", "channels"), ("limit", "created_at"), "oauth")
    readonly_fields = ("may", "limit", "oauth")
    list_select_related = ("application",)

    @display(description="scopes")
    def may(self, client: Client) -> str:
        return ", ".join(client.scopes)

    @display(description="requests a minute")
    def limit(self, client: Client) -> str:
        return str(client.per_minute or "the default")

    @display(description="OAuth client id")
    def oauth(self, client: Client) -> str:
        return code(client.application.client_id) if client.application else "none"

    def tables(self, request: object, obj: Client) -> list[Table]:
        rows = [
            (link("identity_apikey", key.pk, f"rp_{key.prefix}_…"), _standing(key), ", ".join(key.scopes),
             moment(key.created_at), moment(key.expires_at))
            for key in obj.keys.order_by("-created_at")[:100]
        ]  # fmt: skip
        return [Table("Keys", ("key", "state", "scopes", "made (UTC)", "expires (UTC)"), rows)]


def _revoke(key: ApiKey, *, by: str, reason: str, now: datetime) -> None:
    if not services.revoke_key(prefix=key.prefix):
        raise NotDone("it is revoked already")


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    """Only the first characters are known here; the rest is a digest."""

    acts = (
        Act("revoke", "Revoke", "Every process refuses the key within five seconds. It cannot be taken back.",
            _revoke, "identity.change_apikey", lambda key: key.revoked_at is None, "danger"),
    )  # fmt: skip
    list_display = ("key", "owner", "standing", "may", "created_at", "expires_at")
    search_fields = ("=prefix", "client__name")
    ordering = ("-created_at",)
    fields = (("key", "owner"), ("standing", "may"), ("created_at", "expires_at"), "revoked_at")
    readonly_fields = ("key", "owner", "standing", "may")
    list_select_related = ("client",)

    @display(description="key", ordering="prefix")
    def key(self, key: ApiKey) -> str:
        return f"rp_{key.prefix}_…"

    @display(description="client", ordering="client__name")
    def owner(self, key: ApiKey) -> str:
        return link("identity_client", key.client_id, key.client.name)

    @display(description="state")
    def standing(self, key: ApiKey) -> str:
        return _standing(key)

    @display(description="scopes")
    def may(self, key: ApiKey) -> str:
        return ", ".join(key.scopes)


def _standing(key: ApiKey) -> str:
    if key.revoked_at:
        return label("revoked", "danger")
    if key.expires_at and key.expires_at <= clock.now():
        return label("expired", "warning")
    return label("valid", "success")

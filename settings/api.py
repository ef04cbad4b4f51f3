"""The REST faces: DRF without its own throttles, OAuth 2, and one OpenAPI document for each layer."""

from django.core.exceptions import ImproperlyConfigured

from settings.env import env

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "retail_platform.kernel.negotiation.JsonNegotiation",
    "DEFAULT_PARSER_CLASSES": ["retail_platform.kernel.strict_json.StrictJSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["retail_platform.kernel.identity.authentication.ClientAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["retail_platform.kernel.identity.permissions.HasScope"],
    "DEFAULT_THROTTLE_CLASSES": ["retail_platform.kernel.client_throttle.ClientThrottle"],
    "DEFAULT_SCHEMA_CLASS": "retail_platform.kernel.schema.RetailSchema",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "retail_platform.kernel.problem_handlers.handle",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
    "COERCE_DECIMAL_TO_STRING": True,
}
# Requests a minute for each client and scope; a client's own `per_minute` goes before these.
THROTTLE_PER_MINUTE = {"storefront.read": 60_000, "default": 12_000}
# How a web process answers availability ahead of Django: "exact" asks Valkey each time, "copy" keeps what it was told
# for at most 100 ms, "off" leaves it to Django.
AVAILABILITY_FRONT = env.str("RETAIL_AVAILABILITY", default="exact")
AVAILABILITY_PREFIX = env.str("RETAIL_AVAILABILITY_PREFIX", default="availability")  # of its keys in Valkey
if AVAILABILITY_FRONT not in ("exact", "copy", "off"):
    raise ImproperlyConfigured(f"RETAIL_AVAILABILITY is {AVAILABILITY_FRONT!r}; it can be exact, copy or off")
THROTTLE_FAILED_TOKENS_PER_MINUTE = 10

SPECTACULAR_SETTINGS = {
    "TITLE": "Retail Platform",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "PickupStateEnum": "process_apis.pickups.models.PickupState",
        "StateEnum": "experience_apis.order_status.models.ShopperState",
        "ReturnKindEnum": "process_apis.returns.models.ReturnKind",
        "KindEnum": ["on_order", "in_transit"],
        "CancellationStateEnum": "process_apis.orders.models.CancellationState",
        "DeliveryStateEnum": "experience_apis.partners.models.DeliveryState",
        "RejectReasonEnum": "process_apis.pickups.models.RejectReason",
    },
    "SCHEMA_PATH_PREFIX": r"/api/(experience|process|system)",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "retail_platform.kernel.schema.add_shared_components",
        "retail_platform.kernel.schema.leave_out_empty_defaults",
    ],
}
# All of RFC 9700, hashed token storage (TOKEN_STORAGE) among it.
_RFC9700_GATES = (
    "IMPLICIT_GRANT", "PASSWORD_GRANT", "PKCE_METHOD", "ACCESS_TOKEN_TRANSPORT", "AUTHZ_RESPONSE_ISS", "TOKEN_STORAGE",
    "REFRESH_TOKEN", "REDIRECT_URI_SCHEME", "REDIRECT_URI_MATCHING", "PKCE_REQUIRED",
)  # fmt: skip
OAUTH2_PROVIDER_APPLICATION_MODEL = "oauth2_provider.Application"
OAUTH2_PROVIDER = {
    "ACCESS_TOKEN_EXPIRE_SECONDS": 900,
    "SCOPES_BACKEND_CLASS": "retail_platform.kernel.identity.oauth.ClientScopes",
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "OAUTH2_GRANT_TYPES_SUPPORTED": ["client_credentials"],
    "OAUTH2_RESPONSE_TYPES_SUPPORTED": [],
    **{f"COMPLIANT_BCP_RFC9700_{gate}": True for gate in _RFC9700_GATES},
}

"""Secrets, hosts, cookies, headers."""

from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE

from settings.env import PRODUCTION, env, secret

SECRET_KEY = secret("RETAIL_SECRET_KEY")
# "id:base64 key" pairs for vendor credentials, newest first; older ones stay readable while they are rotated away.
CREDENTIAL_KEYS = env.list("RETAIL_CREDENTIAL_KEYS")
DEBUG = False
_LOOPBACK = ["localhost", "127.0.0.1", "[::1]"]  # where health checks come from, whatever the public name is
ALLOWED_HOSTS = [*env.list("RETAIL_HOSTS", default=[]), *_LOOPBACK]
CSRF_TRUSTED_ORIGINS = env.list("RETAIL_ORIGINS", default=[])
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^(livez|readyz|status|metrics)$"]  # asked from inside, where nothing speaks TLS
# We speak plain HTTP: in production TLS ends at a proxy, which must set this header itself on every request.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "style-src": [SELF, UNSAFE_INLINE],
        # unfold's Alpine.js and Swagger UI's start-up script need these two; both pages are for signed-in people
        "script-src": [SELF, UNSAFE_INLINE, UNSAFE_EVAL],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
        "base-uri": [SELF],
    }
}

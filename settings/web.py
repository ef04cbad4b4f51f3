"""The web process: middleware, templates, static files."""

from settings.env import ROOT

ROOT_URLCONF = "retail_platform.urls"
WSGI_APPLICATION = "retail_platform.wsgi.application"
# API paths pass through the edge and what guards hosts and transport; the Page... ones let them by (kernel/middleware).
MIDDLEWARE = [
    "retail_platform.kernel.middleware.Edge",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "retail_platform.kernel.middleware.PageSessions",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "retail_platform.kernel.middleware.PageUsers",
    "retail_platform.kernel.middleware.PageMessages",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "retail_platform.kernel.middleware.PageSecurityPolicy",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "retail_platform" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True  # our own files and the packages'; no collectstatic step to forget
APPEND_SLASH = False

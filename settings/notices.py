"""What customers are told by e-mail, and how a mail leaves."""

from settings.env import PRODUCTION, STATE, env

PUBLIC_URL = env.str("RETAIL_PUBLIC_URL", default=env.str("RETAIL_URL", default="http://127.0.0.1:8000"))
NOTICE_LANGUAGE = env.str("NOTICE_LANGUAGE", default="en")  # where neither the channel nor the country says one
# The language of customers by the country they have goods sent to: DE=de,AT=de
NOTICE_LANGUAGE_OF = env.dict("NOTICE_LANGUAGE_OF", default={"DE": "de", "AT": "de", "CH": "de", "LI": "de"})
NOTICE_DOMAIN = env.str("NOTICE_DOMAIN", default="retail.invalid")  # of Message-IDs: the same for the same mail, always
# A mail that may have left, nobody knows: "again" under the same Message-ID, or "leave" it to a person.
NOTICE_AFTER_UNKNOWN = env.str("NOTICE_AFTER_UNKNOWN", default="again")
ORDER_LINK_DAYS = env.int("ORDER_LINK_DAYS", default=180)  # how long the link in a mail shows its order
TRACKING_LINKS = env.dict("TRACKING_LINKS", default={})  # more carriers: ACME=https://acme.example/track/{number}

# Without a mail server mails lie in a folder, one file each, where a demonstration can look at them.
_BACKEND = "django.core.mail.backends.smtp.EmailBackend" if PRODUCTION else "process_apis.notices.folder.FolderBackend"
EMAIL_BACKEND = env.str("EMAIL_BACKEND", default=_BACKEND)
EMAIL_FILE_PATH = env.str("EMAIL_FILE_PATH", default=str(STATE / "mail"))
EMAIL_HOST = env.str("EMAIL_HOST", default="127.0.0.1")
EMAIL_PORT = env.int("EMAIL_PORT", default=25)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", default="")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", default="")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", default=False)
EMAIL_USE_SSL = env.bool("EMAIL_USE_SSL", default=False)
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=5)  # for each word with the server; less than a run's lease
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Retail Platform <orders@retail.invalid>")

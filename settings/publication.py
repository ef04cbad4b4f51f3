"""How soon channels hear of stock."""

from settings.env import env

PUBLISH_COALESCE_S = env.float("PUBLISH_COALESCE_S", default=3.0)  # changes of one sku within it are told as one
# A figure that passes one of these, up or down, is told at once: zero, and where a shop begins to say "only a few".
PUBLISH_AT_ONCE = env.list("PUBLISH_AT_ONCE", cast=int, default=[0, 5])
PUBLISH_CONFLICT_S = env.float("PUBLISH_CONFLICT_S", default=2.0)  # the shop sold by itself: its order is on the way
PUBLISH_FULL_HOUR = env.int("PUBLISH_FULL_HOUR", default=2)  # UTC; when every shop is read and compared
PUBLISH_KEEP_DAYS = env.int("PUBLISH_KEEP_DAYS", default=14)  # for how long what was sent is remembered

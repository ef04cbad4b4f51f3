"""Click-and-collect: how long a store keeps goods, and what follows when it cannot hand them over."""

from settings.env import env

PICKUP_KEEP_DAYS = env.int("PICKUP_KEEP_DAYS", default=7)
PICKUP_REMIND_DAYS = env.int("PICKUP_REMIND_DAYS", default=2)  # before the end of that
# What is tried in turn when a store says no; where nothing helps, the order is cancelled and its money let go.
PICKUP_REJECTED_TRY = env.list("PICKUP_REJECTED_TRY", default=["other_store", "ship"])
PICKUP_OTHER_STORE_M = env.int("PICKUP_OTHER_STORE_M", default=10_000)  # no farther than this from the first one

"""How stock is held, counted and compared."""

from settings.env import STATE, env

STOCK_HOLD_S = env.int("STOCK_HOLD_S", default=900)  # a shopper at the checkout
STOCK_HELD_AT_MOST = env.int("STOCK_HELD_AT_MOST", default=200)  # units one shopper may hold at a time
# A snapshot that differs by no more than this is taken with an explaining movement; more is for a person to judge.
STOCK_DRIFT_UNITS = env.int("STOCK_DRIFT_UNITS", default=2)
STOCK_DRIFT_PERCENT = env.int("STOCK_DRIFT_PERCENT", default=1)
# A store that says nothing for this long, in hours it is open, is shown as stale.
STORE_SILENCE_MIN = env.int("STORE_SILENCE_MIN", default=480)

# Files of movements lie in incoming/<source>/ here; each round of the sweeper works on them for so many seconds.
STOCK_DROP_FOLDER = env.str("STOCK_DROP_FOLDER", default=str(STATE / "drop" / "stock"))
STOCK_FILES_S = env.float("STOCK_FILES_S", default=0.5)
STOCK_FILES_CHUNK = env.int("STOCK_FILES_CHUNK", default=20_000)  # rows in one commit
STOCK_FILES_NEED_TRAILER = env.bool("STOCK_FILES_NEED_TRAILER", default=True)  # without one, a cut-off file is not seen
STOCK_AUDIT_AT = env.str("STOCK_AUDIT_AT", default="03:30")  # UTC: the book is held against its own rows each night
STOCK_SNAPSHOTS_AT = env.str("STOCK_SNAPSHOTS_AT", default="02:30")  # UTC, each night

"""Settings by concern, one file each. Nothing here imports the platform."""

from settings.admin import *  # noqa: F403
from settings.api import *  # noqa: F403
from settings.apps import *  # noqa: F403
from settings.broker import *  # noqa: F403
from settings.databases import *  # noqa: F403
from settings.env import LAYERS, PRODUCTION, ROLE  # noqa: F401
from settings.facts import *  # noqa: F403
from settings.logs import *  # noqa: F403
from settings.notices import *  # noqa: F403
from settings.orders import *  # noqa: F403
from settings.partners import *  # noqa: F403
from settings.payments import *  # noqa: F403
from settings.pickups import *  # noqa: F403
from settings.publication import *  # noqa: F403
from settings.returns import *  # noqa: F403
from settings.security import *  # noqa: F403
from settings.stock import *  # noqa: F403
from settings.stock_policy import *  # noqa: F403
from settings.web import *  # noqa: F403

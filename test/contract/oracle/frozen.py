"""A clock and an id generator that return the same values in every run. Import this before agno.

The seeded databases are recorded in the repository, so seeding must always write the same rows. Generated ids begin with
`5eed`, so that the comparison can distinguish them from ids that are generated for a response.
"""

import datetime
import importlib
import random
import time
import uuid

NOON = 1_750_000_000  # 2025-06-15T15:06:40Z


class Clock:
    """The time that agno sees during seeding, in whole seconds. It changes only by `set`."""

    now = NOON

    def set(self, seconds: int) -> None:
        self.now = seconds


clock = Clock()
_made = 0


def _next_uuid() -> uuid.UUID:
    global _made
    _made += 1
    return uuid.UUID(f"5eed0000-0000-4000-8000-{_made:012x}")


class FrozenDatetime(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(clock.now, tz)


def freeze_modules(*names: str) -> None:
    """Replaces `datetime` in modules, because `datetime.now` cannot be replaced in the class itself."""
    for name in names:
        importlib.import_module(name).datetime = FrozenDatetime


uuid.uuid4 = _next_uuid
time.time = lambda: float(clock.now)
time.perf_counter = lambda: 0.0
random.seed(20250615)

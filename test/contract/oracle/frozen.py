"""A clock and an id generator that give the same values in every run. Import it before anything of agno.

The seeded databases are recorded in the repository, so seeding twice has to write the same rows. Generated ids begin
with `5eed`: the comparison recognises them as seeded and never takes them for ids made while answering a request.
"""

import datetime
import importlib
import random
import time
import uuid

NOON = 1_750_000_000  # 2025-06-15T15:06:40Z


class Clock:
    """The time that agno sees while it seeds, in whole seconds. It moves only when told to."""

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
    """For modules that ask `datetime.now()`: it cannot be replaced in the class itself."""
    for name in names:
        importlib.import_module(name).datetime = FrozenDatetime


uuid.uuid4 = _next_uuid
time.time = lambda: float(clock.now)
time.perf_counter = lambda: 0.0
random.seed(20250615)

"""Named checks that print one line each: `ok NAME`, or `not ok NAME: REASON`."""

import asyncio
import inspect
import os
import traceback


class Checks:
    """Collects functions and runs all of them in order, also after failures."""

    def __init__(self) -> None:
        self._checks = []

    def __call__(self, check):
        self._checks.append(check)
        return check

    def run(self) -> int:
        """Returns the exit code: 0 when all checks passed."""
        failed = 0
        loop = asyncio.new_event_loop()  # one loop for all checks, so that HTTP connections are reused
        for check in self._checks:
            name = check.__name__.replace("_", " ")
            try:
                result = check()
                if inspect.isawaitable(result):
                    loop.run_until_complete(result)
                print(f"ok {name}", flush=True)
            except Exception as error:
                failed += 1
                where = traceback.extract_tb(error.__traceback__)[-1]
                reason = str(error) or where.line
                print(f"not ok {name}: {type(error).__name__} {reason}".replace("\n", " "), flush=True)
        return 1 if failed else 0


def scaled(seconds: float) -> float:
    """Scales a timeout to this machine (test/support/time-scale.ts)."""
    return seconds * float(os.environ.get("TEST_TIME_SCALE", "1"))


def equal(actual, expected) -> None:
    if actual != expected:
        raise AssertionError(f"expected {expected!r}, got {actual!r}")

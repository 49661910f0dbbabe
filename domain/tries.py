"""How often something is tried again that a service does not make plain, and how long a wait it may ask for."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import timedelta

LONGEST_NAMED = timedelta(hours=1)
"""A service, or some proxy before it, that names a longer wait is asked again after this one."""
SHORTEST_NAMED = timedelta(seconds=1)
_REMEMBERED = 1_000


def wait_named(seconds: object) -> timedelta | None:
    """Return the wait that a service names, whatever stands there; None where it names none.

    Args:
        seconds: a number, or a text that is one.
    """
    try:
        given = float(seconds)  # type: ignore[arg-type]  # what is no number is refused here
    except OverflowError:
        return LONGEST_NAMED
    except (TypeError, ValueError):
        return None
    if math.isnan(given):
        return None
    bounded = min(max(given, SHORTEST_NAMED.total_seconds()), LONGEST_NAMED.total_seconds())
    return timedelta(seconds=bounded)


@dataclass(slots=True)
class Tries:
    """Counts, for this process, how often something was tried in vain; `most` times in all."""

    most: int
    _counts: OrderedDict[Hashable, int] = field(default_factory=OrderedDict)

    def count_try(self, what: Hashable) -> bool:
        """Count one more try that was in vain; False where it was the last, and the count begins anew."""
        count = self._counts.pop(what, 0) + 1
        if count >= self.most:
            return False
        self._counts[what] = count
        while len(self._counts) > _REMEMBERED:
            self._counts.popitem(last=False)
        return True

    def forget(self, what: Hashable) -> None:
        """It went well."""
        self._counts.pop(what, None)

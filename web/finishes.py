"""Which page finished an upload link: its repeat, after a lost answer, is no stranger's try."""

from __future__ import annotations

from collections import OrderedDict

_KEPT_LINKS = 10_000


class Finishes:
    """Remembered by this process; after a restart a repeat meets a link that is used up."""

    def __init__(self) -> None:
        self._pages: OrderedDict[str, str] = OrderedDict()

    def note(self, code_hash: str, client_id: str) -> None:
        self._pages[code_hash] = client_id
        while len(self._pages) > _KEPT_LINKS:
            self._pages.popitem(last=False)

    def holds(self, code_hash: str, client_id: str) -> bool:
        return self._pages.get(code_hash) == client_id

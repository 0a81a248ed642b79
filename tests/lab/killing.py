# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of a controller: a process and everything it started die at once."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess


def kill_with_descendants(pid: int) -> None:
    """SIGKILL a process and all its descendants; Ansible's workers are in process groups of their own, so a group is
    not enough. Harmless when it is gone."""
    try:
        # A stopped process starts no more children while they are counted.
        os.kill(pid, signal.SIGSTOP)
    except ProcessLookupError:
        return
    for doomed in [*descendants(pid), pid]:
        kill_alone(doomed)


def kill_alone(pid: int) -> None:
    """SIGKILL one process and leave what it started to itself. Harmless when it is gone."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def descendants(pid: int) -> list[int]:
    """Children, their children and so on."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    children: dict[int, list[int]] = {}
    for line in listed.splitlines():
        child, parent = map(int, line.split())
        children.setdefault(parent, []).append(child)
    found = [pid]
    for parent in found:
        found += children.get(parent, [])
    return found[1:]

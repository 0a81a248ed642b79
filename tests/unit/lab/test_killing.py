# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Processes that are killed with or without their descendants."""

from __future__ import annotations

import signal
import subprocess
import sys

from lab.killing import descendants, kill_alone, kill_with_descendants

# A parent whose child is in a session of its own, as Ansible's workers are. The pipe is at its end only when all of
# them are gone.
PARENT = (
    "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; print(1, flush=True);"
    " time.sleep(600)'], start_new_session=True).wait()"
)


def parent_with_child() -> subprocess.Popen[str]:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    assert parent.stdout.readline() == "1\n"
    return parent


def test_descendants_die_too() -> None:
    with parent_with_child() as parent:
        assert len(descendants(parent.pid)) == 1
        kill_with_descendants(parent.pid)
        assert parent.communicate(timeout=30) == ("", None)
        assert parent.returncode == -signal.SIGKILL
        kill_with_descendants(parent.pid)


def test_descendants_may_be_left() -> None:
    with parent_with_child() as parent:
        (child,) = descendants(parent.pid)
        kill_alone(parent.pid)
        assert parent.wait(timeout=30) == -signal.SIGKILL
        kill_alone(child)
        assert parent.communicate(timeout=30) == ("", None)

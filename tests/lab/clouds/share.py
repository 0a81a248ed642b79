# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A share: Samba, with a directory of the lab and one account."""

from __future__ import annotations

import contextlib
import getpass
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lab.clouds.process import free_port, running

SHARE, PASSWORD = "images", "lab-smb-password"
SETTINGS = """
[global]
server role = standalone server
passdb backend = tdbsam:{state}/passdb.tdb
private dir = {state}
lock directory = {state}
state directory = {state}
cache directory = {state}
pid directory = {state}
ncalrpc dir = {state}/ncalrpc
log file = {state}/log.%m
interfaces = 127.0.0.1
bind interfaces only = yes
smb ports = {port}
load printers = no
disable spoolss = yes
[{share}]
path = {directory}
read only = no
"""


class SambaShare:
    """What is served, and how it is reached."""

    def __init__(self, port: int, directory: Path) -> None:
        self.directory = directory
        self.options: dict[str, Any] = {
            "server": "127.0.0.1",
            "port": port,
            "share": SHARE,
            "username": getpass.getuser(),
            "password": PASSWORD,
        }


def _program(name: str) -> str:
    path = os.environ.get("PATH", "")
    found = shutil.which(name, path=f"{path}:/usr/sbin")
    if found is None:
        raise RuntimeError(f"{name} is missing: install samba")
    return found


@contextlib.contextmanager
def samba_share(directory: Path, state: Path) -> Iterator[SambaShare]:
    """Serve ``directory``; what Samba keeps for itself is in ``state``."""
    port = free_port()
    settings = state / "smb.conf"
    state.joinpath("ncalrpc").mkdir(parents=True, exist_ok=True)
    settings.write_text(SETTINGS.format(state=state, port=port, share=SHARE, directory=directory), encoding="utf-8")
    subprocess.run(
        [_program("smbpasswd"), "-c", str(settings), "-s", "-a", getpass.getuser()],
        input=f"{PASSWORD}\n{PASSWORD}\n",
        text=True,
        check=True,
        capture_output=True,
    )
    command = [_program("smbd"), "--foreground", "--no-process-group", f"--configfile={settings}"]
    with running(command, port, state / "smbd.log"):
        yield SambaShare(port, directory)

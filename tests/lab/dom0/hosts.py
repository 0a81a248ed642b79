# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fake control domain: a real sshd on loopback with keys of its own, over the directories of one simulated host
(contract xenserver 11)."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).parents[2]
STARTS_WITHIN = 20.0
# Where Debian puts them, whatever the PATH of the tests is
PLACES = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/bin"])
# With a home of its own no start files of whoever runs the tests are read, and each has its own notes
CONFIG = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {directory}/host_key
AuthorizedKeysFile {directory}/authorized_keys
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
KexAlgorithms curve25519-sha256
SetEnv PATH={directory}/bin:/usr/bin:/bin HOME={directory}
Subsystem sftp internal-sftp
"""
# A directory counts as mounted unless its name is in the list
MOUNTPOINT = """\
#!/bin/sh
for path; do :; done
[ -d "$path" ] && ! grep -qxF "$(basename "$path")" "{directory}/unmounted" 2> /dev/null
"""
# What is free on an SR, in KiB, where a test says so
DF = """\
#!/bin/sh
[ -s "{directory}/free" ] || exec {df} "$@"
echo "Filesystem 1024-blocks Used Available Capacity Mounted on"
echo "sr 0 0 $(cat "{directory}/free") 0% /"
"""
# Its writes fail when a file gets larger than so many KiB, as on an SR that is full (contract xenserver 11)
RSYNC = """\
#!/bin/sh
[ -s "{directory}/room" ] && trap '' XFSZ && ulimit -f $(($(cat "{directory}/room") * 2))
exec {rsync} "$@"
"""


class NotInstalled(Exception):
    """A program of the system that a fake control domain cannot do without."""


@dataclass(frozen=True)
class Dom0:
    """Where one listens, and what a client needs: its key, and the file that knows the host's own key."""

    directory: Path
    port: int
    user: str
    key: Path
    known_hosts: Path

    @property
    def options(self) -> list[str]:
        """What ssh is told: never to ask anybody, and to trust this host only."""
        return [
            *("-p", str(self.port), "-i", str(self.key), "-F", "none"),
            *("-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=yes"),
            *("-o", f"UserKnownHostsFile={self.known_hosts}", "-o", "GlobalKnownHostsFile=none"),
        ]

    def run(self, command: str, *options: str) -> subprocess.CompletedProcess[str]:
        """Run a command there, with more options of ssh."""
        call = [found("ssh"), *self.options, *options, f"{self.user}@127.0.0.1", command]
        return subprocess.run(call, capture_output=True, text=True, check=False, timeout=60)

    def unmount(self, sr_uuid: str) -> None:
        """Let the directory of an SR be no mount point any more, so that writes would fill the root disk."""
        with (self.directory / "unmounted").open("a", encoding="utf-8") as file:
            file.write(f"{sr_uuid}\n")

    def fill(self, *, free: int | None = None, room: int | None = None) -> None:
        """Let so many KiB be free on its SRs by what df says, and no file of rsync grow beyond so many; None is as it
        is."""
        for name, size in (("free", free), ("room", room)):
            (self.directory / name).write_text("" if size is None else str(size), encoding="utf-8")


def found(program: str) -> str:
    """The path of a program. Raises NotInstalled: a test that needs it fails, and is not left out."""
    path = shutil.which(program, path=PLACES)
    if path is None:
        raise NotInstalled(f"{program} is missing: install what bindep.txt names")
    return path


@contextmanager
def dom0(directory: Path) -> Iterator[Dom0]:
    """Run a fake control domain for as long as the block lasts."""
    sshd, keygen = found("sshd"), found("ssh-keygen")
    directory.mkdir(parents=True, exist_ok=True)
    for name in ("host_key", "client_key"):
        (directory / name).unlink(missing_ok=True)
        call = [keygen, "-q", "-t", "ed25519", "-N", "", "-f", str(directory / name)]
        subprocess.run(call, check=True, timeout=60)
    shutil.copy(directory / "client_key.pub", directory / "authorized_keys")
    _write_tools(directory)
    port = _free_port()
    host_key = " ".join((directory / "host_key.pub").read_text(encoding="utf-8").split()[:2])
    (directory / "known_hosts").write_text(f"[127.0.0.1]:{port} {host_key}\n", encoding="utf-8")
    (directory / "sshd_config").write_text(CONFIG.format(directory=directory, port=port), encoding="utf-8")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    with (
        (directory / "log").open("wb") as log,
        subprocess.Popen([sshd, "-D", "-e", "-f", str(directory / "sshd_config")], stderr=log) as running,
    ):
        try:
            _wait_for(port, running, directory / "log")
            user = getpass.getuser()
            yield Dom0(directory, port, user, directory / "client_key", directory / "known_hosts")
        finally:
            running.terminate()
            running.wait()


def _write_tools(directory: Path) -> None:
    tools = {
        "vhd-util": f'#!/bin/sh\nPYTHONPATH={TESTS} exec {sys.executable} -m lab.dom0.vhd_util "$@"\n',
        "mountpoint": MOUNTPOINT.format(directory=directory),
        "df": DF.format(directory=directory, df=found("df")),
        "rsync": RSYNC.format(directory=directory, rsync=found("rsync")),
    }
    (directory / "bin").mkdir(exist_ok=True)
    for name, text in tools.items():
        path = directory / "bin" / name
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int, running: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while running.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError(f"sshd did not start: {log.read_text(encoding='utf-8', errors='replace')}")

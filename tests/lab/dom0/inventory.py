# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control domains of a lab: one for each host of the pools that ask for them, as hosts of the inventory."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

from lab.dom0.hosts import Dom0, dom0

SSH = "-F none -o IdentitiesOnly=yes -o StrictHostKeyChecking=yes -o GlobalKnownHostsFile=none"


class ControlDomains:
    """Starts each when it is first asked for; all end together. They go on through a reset, over the directories that
    the pools have then."""

    def __init__(self) -> None:
        self.directory = Path("lab-control-domains")
        self._running = ExitStack()
        self._known: dict[str, Dom0] = {}

    def stop(self) -> None:
        """End all of them."""
        self._known.clear()
        self._running.close()

    def host(self, name: str, mount_root: Path) -> dict[str, Any]:
        """Return the variables of a host; ``mount_root`` is what its /var/run/sr-mount is."""
        directory = self.directory.resolve() / name
        if name not in self._known:
            self._known[name] = self._running.enter_context(dom0(directory))
        one = self._known[name]
        link = directory / "sr-mount"
        link.unlink(missing_ok=True)
        link.symlink_to(mount_root)
        return {
            "ansible_connection": "ssh",
            "ansible_host": "127.0.0.1",
            "ansible_port": one.port,
            "ansible_user": one.user,
            "ansible_ssh_private_key_file": str(one.key),
            "ansible_ssh_common_args": f"{SSH} -o UserKnownHostsFile={one.known_hosts}",
            "xenserver_sr_directory": str(link),
            "xenserver_dom0_key": str(one.key),
            "xenserver_dom0_known_hosts": str(one.known_hosts),
        }

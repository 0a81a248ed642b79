# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What control domains are asked to run is what those of XenServer 8 and XCP-ng 8 have, whose userland is that of
CentOS 7: rsync 3.1.2, coreutils 8.22."""

from __future__ import annotations

import shlex

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.shell import Answer
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.xenserver.control_domain import (
    ControlDomain,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.xenserver.delta_transfer import Transfer

# Of those that the man page of rsync 3.1.2 has (https://manpages.ubuntu.com/manpages/bionic/man1/rsync.1.html), the
# ones that came with 2.6.4 or before by its NEWS; --inplace goes together with --copy-dest since 2.6.4
IN_3_1 = {"--inplace", "--ignore-times", "--stats", "-e", "--bwlimit", "--copy-dest"}


def transfer(address: str = "xs-east-1", *, pulls: bool = True) -> Transfer:
    east = ControlDomain("east", lambda script: Answer(0, ""), "/run/sr-mount/e")
    west = ControlDomain("west", lambda script: Answer(0, ""), "/run/sr-mount/w")
    peer = {"address": address, "port": 22, "user": "root", "private_key_path": "/k", "known_hosts_path": "/h"}
    return Transfer(east, west, west if pulls else east, peer, "/run/sr-mount/e/i.vhd", "u", "w", "b.vhd", (), 100)


@pytest.mark.parametrize("pulls", [True, False])
def test_rsync_gets_options_only_that_3_1_has(pulls: bool) -> None:
    words = shlex.split(transfer(pulls=pulls).call(with_basis=True))
    options = {word.partition("=")[0] for word in words[1:] if word.startswith("-")}
    assert options == IN_3_1
    ends = words[-2:]
    assert ends == (
        ["xs-east-1:/run/sr-mount/e/i.vhd", "/run/sr-mount/w/.u.w.euc-part"]
        if pulls
        else ["/run/sr-mount/e/i.vhd", "xs-east-1:/run/sr-mount/w/.u.w.euc-part"]
    )


def test_an_address_of_version_6_is_told_from_its_path() -> None:
    assert shlex.split(transfer("fd00::1").call(with_basis=False))[-2] == "[fd00::1]:/run/sr-mount/e/i.vhd"

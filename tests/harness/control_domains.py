# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two pools whose hosts have control domains: xen_vdi_sync over real SSH, rsync and VHD files."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator, ModuleArgumentSpecValidator

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.xenserver.client import (
    CONNECTION_ARGUMENTS,
    XenServer,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import execute
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.shell import Answer, Shell
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.vhd_sync import uuid_for
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.xen_vdi_sync import OPERATION
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.xenserver.delta_transfer import part_name
from harness.pools import Pools
from harness.returns import broken_promises, hold
from lab.dom0.hosts import Dom0
from lab.xenserver.state import vhd

MOMENT = 1_700_000_000.0
NOTES = ".euc_nutanix_citrix"
MASTER_HOST, SLAVE_HOST = "master-1", "slave-1"


def shell_of(host: Dom0) -> Shell:
    """What the door on the controller gives: a shell over SSH, which keeps its connection as Ansible does."""
    kept = ["-o", "ControlMaster=auto", "-o", "ControlPersist=15", "-o", f"ControlPath=/tmp/lab-dom0-{host.port}"]

    def run(script: str) -> Answer:
        done = host.run(script, *kept)
        return Answer(done.returncode, done.stdout, done.stderr)

    return run


def peer(host: Dom0) -> dict[str, Any]:
    """How another control domain reaches this one."""
    return {
        "address": "127.0.0.1",
        "port": host.port,
        "user": host.user,
        "private_key_path": str(host.key),
        "known_hosts_path": str(host.known_hosts),
    }


class Killed(BaseException):
    """The controller is gone."""


def with_hook(
    shell: Shell,
    before: Callable[[str], None] = lambda script: None,
    after: Callable[[str, Answer], None] = lambda script, answer: None,
) -> Shell:
    """A shell beside which something happens before or after its commands."""

    def run(script: str) -> Answer:
        before(script)
        answer = shell(script)
        after(script, answer)
        return answer

    return run


def killed_at(shell: Shell, number: int) -> Shell:
    """A shell whose controller is killed after so many commands."""
    scripts: list[str] = []

    def after(script: str, _answer: Answer) -> None:
        scripts.append(script)
        if len(scripts) == number:
            raise Killed

    return with_hook(shell, after=after)


class ControlDomains:
    """The estate of the XenServer modules' tests with a control domain for each pool, in its first state."""

    def __init__(self, pools: Pools, master: Dom0, slave: Dom0) -> None:
        self.pools = pools
        self.master = master
        self.slave = slave
        self.lines: list[str] = []
        for host in (master, slave):
            (host.directory / "unmounted").unlink(missing_ok=True)
            host.fill()

    def current(self) -> str:
        """The disk that MCS has published last."""
        uuid: str = self.pools.state("master")["schemes"]["W11"]["NFS"]
        return uuid

    def options(self, **more: Any) -> dict[str, Any]:
        master, slave = self.pools.state("master"), self.pools.state("slave")
        source = {
            "vdi_uuid": self.current(),
            "storage_repository_uuid": master["srs"]["NFS"]["uuid"],
            "pool_uuid": "pool-of-the-master",
            "sr_directory": master["sr_mount_roots"][MASTER_HOST],
        }
        return {
            "storage_repository": "NFS",
            "name": "W11-1",
            "release": "1",
            "sr_directory": slave["sr_mount_roots"][SLAVE_HOST],
            **more,
            "source": {**source, **more.get("source", {})},
            "peer": {**peer(self.slave if more.get("direction") == "push" else self.master), **more.get("peer", {})},
        }

    def run(self, check: bool = False, shell: Shell | None = None, **more: Any) -> dict[str, Any]:
        """The result of one task, held against the module's documentation."""
        arguments = {**self.pools.slave.options, **self.options(**more)}
        validation = ModuleArgumentSpecValidator(dict(OPERATION.arguments), **OPERATION.rules()).validate(arguments)
        assert validation.error_messages == []
        near = shell or shell_of(self.master if more.get("direction") == "push" else self.slave)
        reporter = Reporter(progress=self.lines.append, check=check)
        result = execute(replace(OPERATION, shell=near), validation.validated_parameters, reporter, show_diff=True)
        if reporter.warnings:
            result["warnings"] = reporter.warnings
        hold(broken_promises("xen_vdi_sync", result))
        return result

    def __call__(self, **more: Any) -> dict[str, Any]:
        """Run a task that must succeed."""
        result = self.run(**more)
        assert not result.get("failed"), result
        return result

    def fails(self, **more: Any) -> str:
        """Run a task that must fail, and return its message."""
        result = self.run(**more)
        assert result.get("failed"), result
        return str(result["msg"])

    def directory(self, pool: str, sr: str = "NFS") -> Path:
        """Where the files of an SR are."""
        return Path(self.pools.state(pool)["srs"][sr]["directory"])

    def files(self, pool: str, sr: str = "NFS") -> dict[str, str]:
        """Every file of an SR, with the hash of its bytes."""
        directory = self.directory(pool, sr)
        files = [path for path in directory.iterdir() if path.is_file()]
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    def only(self, name: str) -> dict[str, str]:
        """A file of the slave, with its hash."""
        return {name: self.files("slave")[name]}

    def image(self, uuid: str, blocks: Mapping[int, bytes]) -> str:
        """Put a disk of 32 MiB with these blocks on the SR of the master; return its uuid."""
        vhd.write(self.directory("master") / f"{uuid}.vhd", 32 * vhd.MIB, blocks, MOMENT)
        return uuid

    def payload_hash(self, uuid: str) -> str:
        """The hash of the file that holds the data of a disk of the master, without its two footers."""
        data = vhd.chain_of(self.directory("master") / f"{uuid}.vhd")[-1]
        return hashlib.sha256(data.path.read_bytes()[vhd.SECTOR : -vhd.SECTOR]).hexdigest()

    def part_of(self, uuid: str, writer: str = "") -> Path:
        """Where a disk of the master is, on the SR of the slave, until it is complete; `writer` is another host than
        the control domain of the slave."""
        sr = self.pools.state("slave")["srs"]["NFS"]["uuid"]
        own = writer or (self.slave.directory / NOTES / "id").read_text(encoding="utf-8")
        return self.directory("slave") / part_name(uuid_for(sr, uuid, self.payload_hash(uuid), ()), own)

    def notes(self) -> list[str]:
        """What is kept of transfers on the control domains."""
        return [str(path) for host in (self.master, self.slave) for path in host.directory.glob(f"{NOTES}/*")]

    def scan(self) -> None:
        """Let the slave scan its SR; fails where a file is in the way."""
        validation = ArgumentSpecValidator(CONNECTION_ARGUMENTS).validate(self.pools.slave.options)
        with XenServer.connect(validation.validated_parameters) as client:
            (sr,) = client.call("SR.get_by_name_label", "NFS")
            client.call("SR.scan", sr)

    def content(self, pool: str, uuid: str, sr: str = "NFS") -> str:
        """The hash of what a VM would read from a disk."""
        path = self.directory(pool, sr) / f"{uuid}.vhd"
        return hashlib.sha256(vhd.payload(vhd.read(path).size, vhd.flattened(path))).hexdigest()

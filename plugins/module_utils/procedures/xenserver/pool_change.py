# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The frame of every change of a pool: one session from the first look to the last."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.xenserver.client import XenServer
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.file_lock import locked
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import (
    Observed,
    Operation,
    Params,
    Phases,
    Result,
    Step,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError


@dataclass(frozen=True)
class PoolTask:
    """What is wanted, and whom to ask."""

    params: Params
    client: XenServer


@dataclass(frozen=True, kw_only=True)
class PoolChange(Phases[PoolTask, Observed, Step], Operation):
    """An operation of four phases, logged in to one pool for all of them.

    `subject` names what of the pool only one run at a time works on, '' for nothing: two at once would each make a disk
    or a VM of their own, and take what the other has not finished for what a killed run left.
    """

    subject: Callable[[Params], str] = lambda params: ""

    def carry_out(self, params: Params, reporter: Reporter) -> Result:
        subject = "" if reporter.check else self.subject(params)
        with _alone(params, subject, reporter), XenServer.connect(params) as client:
            return self.go_through(PoolTask(params, client), reporter)


@contextmanager
def _alone(params: Params, subject: str, reporter: Reporter) -> Iterator[None]:
    """Wait until no other run on this controller works on it. The lock goes with its process, also when that is
    killed."""
    if not subject:
        yield
        return
    directory = Path(tempfile.gettempdir()) / f"euc-xenserver-{os.getuid()}"
    directory.mkdir(mode=0o700, exist_ok=True)
    if directory.is_symlink() or directory.stat().st_uid != os.getuid():
        raise OperationError(
            f"{directory} belongs to somebody else", "Remove it, or set TMPDIR to a directory of your own."
        )
    key = f"{params['xenserver_host']}:{params['xenserver_port']} {subject}"
    path = directory / f"{sha256(key.encode()).hexdigest()}.lock"
    with locked(path, lambda: reporter.progress(f"another run is at work on {subject}: waiting for it")):
        yield

# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""qemu-img, which reads and writes every format of a disk."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.disk_upload.disk_files import RAW, VHD, VHDX
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

LONGEST_ERROR_TEXT = 300
# Without the last one qemu-img takes the size of a VHD from its geometry, which may be smaller
DRIVERS = {VHD: "driver=vpc,force_size_calc=current_size", VHDX: "driver=vhdx", RAW: "driver=raw"}


def convert_to_raw(path: Path, format_: str, target: Path) -> None:
    """Holes stay holes."""
    options = f"{DRIVERS[format_]},file.filename={str(path).replace(',', ',,')}"
    _run("convert", "--image-opts", "-O", "raw", options, str(target))


def _run(*arguments: str) -> None:
    program = shutil.which("qemu-img")
    if program is None:
        raise OperationError(
            "The program qemu-img is missing, which reads VHD and VHDX files",
            "Install the package qemu-utils (Debian, Ubuntu) or qemu-img (Red Hat, SUSE) there.",
        )
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise OperationError(f"qemu-img {arguments[0]} failed: {done.stderr.strip()[:LONGEST_ERROR_TEXT]}")

# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""qemu-img, which reads and writes every format of a disk."""

from __future__ import annotations

import os
from pathlib import Path

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.programs import run_program

PACKAGES = "qemu-utils on Debian and Ubuntu, qemu-img on Red Hat and SUSE"
VHD, VHDX, RAW, QCOW2 = "vhd", "vhdx", "raw", "qcow2"
# Without the last one qemu-img takes the size of a VHD from its geometry, which may be smaller
DRIVERS = {VHD: "driver=vpc,force_size_calc=current_size", VHDX: "driver=vhdx", RAW: "driver=raw"}
# Holes take no place in any of these
TARGETS = {RAW: ("-O", "raw"), QCOW2: ("-O", "qcow2"), VHD: ("-O", "vpc", "-o", "subformat=dynamic,force_size=on")}


def convert(path: Path, format_: str, target: Path, to: str) -> None:
    """Write the content of a file in another format. One that could not be finished is removed: it may be what fills
    the file system."""
    part = target.with_suffix(".part")
    options = f"{DRIVERS[format_]},file.filename={str(path).replace(',', ',,')}"
    try:
        run_program("qemu-img", ("convert", "--image-opts", *TARGETS[to], options, str(part)), PACKAGES)
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)

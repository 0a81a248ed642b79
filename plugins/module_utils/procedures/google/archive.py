# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Compute Engine makes an image of: disk.raw, of whole GiB, in a tar of GNU's old format, compressed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.raw_image import (
    GIB,
    RawImage,
    rounded_up,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

LONGEST_ERROR_TEXT = 300
# Holes take no place in it, and neither who made it nor when
OPTIONS = ("--format=oldgnu", "--sparse", "--dereference", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner")


def archive_of(image: RawImage, path: Path) -> Path:
    """Made once: it has its name when it is whole."""
    if path.exists():
        return path
    part, padded = path.with_suffix(".part"), path.with_suffix(".padded")
    content = image.path
    try:
        if image.size % GIB:
            _run("cp", "--sparse=always", str(image.path), str(padded))
            os.truncate(padded, rounded_up(image.size, GIB))
            content = padded
        renamed = ("--transform=s,.*,disk.raw,", "--use-compress-program=gzip -1")
        _run("tar", *OPTIONS, *renamed, "-cf", str(part), "-C", str(content.parent), content.name)
        os.replace(part, path)
    finally:
        padded.unlink(missing_ok=True)
    return path


def _run(program: str, *arguments: str) -> None:
    place = shutil.which(program)
    if place is None:
        raise OperationError(f"The program {program} is missing", "Install GNU coreutils, tar and gzip there.")
    done = subprocess.run([place, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise OperationError(f"{program} failed: {done.stderr.strip()[:LONGEST_ERROR_TEXT]}")

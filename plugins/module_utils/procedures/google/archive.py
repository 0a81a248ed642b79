# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Compute Engine makes an image of: disk.raw, of whole GiB, in a tar of GNU's old format, compressed."""

from __future__ import annotations

import os
from pathlib import Path

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.programs import run_program
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.raw_image import (
    GIB,
    RawImage,
    rounded_up,
)

PACKAGES = "GNU coreutils, tar and gzip"
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
            run_program("cp", ("--sparse=always", str(image.path), str(padded)), PACKAGES)
            os.truncate(padded, rounded_up(image.size, GIB))
            content = padded
        renamed = ("--transform=s,.*,disk.raw,", "--use-compress-program=gzip -1")
        place = ("-cf", str(part), "-C", str(content.parent), content.name)
        run_program("tar", (*OPTIONS, *renamed, *place), PACKAGES)
        os.replace(part, path)
    finally:
        padded.unlink(missing_ok=True)
    return path

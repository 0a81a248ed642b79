# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where an image comes from, as far as names tell."""

from __future__ import annotations

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.naming import parse_image_name, parse_temporary_vm_name


def lineage(image_name: str, source_vm_name: str, prefix: str) -> dict[str, str | None] | None:
    """The golden VM and release of an image, None when it is not ours.

    The protection domain snapshot is known only when the image was taken from the temporary VM of the same golden VM and release.
    """
    image = parse_image_name(image_name, prefix)
    if image is None:
        return None
    temporary = parse_temporary_vm_name(source_vm_name, prefix)
    return {
        "base_vm": image.base_vm,
        "release": image.release,
        "protection_domain_snapshot_id": temporary.snapshot_id if temporary and temporary.release == image else None,
    }

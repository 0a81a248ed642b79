# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Master images as answers show them (contract citrix 9, 10.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.master_image import (
    MasterImage,
    image_name,
    is_version,
    prepared_ids,
)


def master_image(body: Mapping[str, Any]) -> MasterImage:
    """An image from what the site says of a resource."""
    path = body.get("XDPath") or ""
    name = image_name(path) if is_version(path) else body.get("Name") or ""
    # ResourceType is free text; the path's suffix says the same (contract citrix 10.3)
    kind = body.get("ResourceType") or path.rpartition(".")[2]
    return MasterImage(name=name, path=path, type=kind, id=body.get("Id") or "")


def image_order(path: str, note: str | None) -> dict[str, Any]:
    """The image in the order of an image update: a master image by its path, or a prepared one by the ids of its
    definition and version (contract citrix 8.4)."""
    ids = prepared_ids(path)
    if ids is None:
        return {"MasterImagePath": path, **({} if note is None else {"MasterImageNote": note})}
    assigned = {"ImageDefinition": ids[0], "ImageVersion": ids[1]}
    if note is not None:
        assigned["ImageAssignmentNote"] = note
    return {"AssignImageVersionToProvisioningScheme": assigned}

# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Managed disks that are made to be uploaded, and their pages (contract image_portability 9)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.azure.client import Azure
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.uploaded_disk import (
    COMPLETE,
    CONTENT,
    DISK,
    FAILED,
    MADE_BY,
    OWNER,
    UNFINISHED,
    UploadedDisk,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import NotFound

PLATFORM = "azure"
# What is in a disk that is being uploaded, from its creation to the end of its access
BEING_UPLOADED = ("ReadyToUpload", "ActiveUpload")
# The longest that an upload may take; Azure ends the access then
LONGEST_ACCESS = 24 * 3600


def list_disks(client: Azure) -> list[UploadedDisk]:
    with client.explained("the list of disks"):
        return [_disk(disk) for disk in client.disks.list_by_resource_group(client.group)]


def read_disk(client: Azure, name: str) -> UploadedDisk | None:
    """The disk of this name, None where the group has none. Names know no case."""
    try:
        with client.explained(f"the look at '{name}'"):
            return _disk(client.disks.get(client.group, name))
    except NotFound:
        return None


def _disk(disk: Any) -> UploadedDisk:
    tags = dict(disk.tags or {})
    size = disk.disk_size_bytes or 0
    return UploadedDisk(PLATFORM, disk.id, disk.name, DISK, size, _state(disk, tags), tags)


def _state(disk: Any, tags: Mapping[str, str]) -> str:
    if disk.provisioning_state == "Failed":
        return FAILED
    is_unfinished = tags.get(MADE_BY) == OWNER and tags.get(CONTENT) == UNFINISHED
    if is_unfinished or disk.disk_state in BEING_UPLOADED:
        return UNFINISHED
    return COMPLETE


def create_disk(client: Azure, name: str, upload_size: int, marks: Mapping[str, str]) -> None:
    """A disk that waits for `upload_size` bytes: those of a fixed VHD."""
    models, params = client.models, client.params
    disk = models.Disk(
        location=params["location"],
        sku=models.DiskSku(name=params["storage_type"]),
        os_type="Windows",
        hyper_v_generation=params["hyper_v_generation"],
        creation_data=models.CreationData(create_option="Upload", upload_size_bytes=upload_size),
        tags=dict(marks),
    )
    with client.explained(f"the creation of the disk '{name}'"):
        client.disks.begin_create_or_update(client.group, name, disk).result()


def grant_access(client: Azure, name: str) -> str:
    """An address to write to, which is a secret."""
    access = client.models.GrantAccessData(access="Write", duration_in_seconds=LONGEST_ACCESS)
    with client.explained(f"access to the disk '{name}'"):
        return str(client.disks.begin_grant_access(client.group, name, access).result().access_sas)


def revoke_access(client: Azure, name: str) -> None:
    """Nobody writes any more: the disk is one to attach from now on."""
    try:
        with client.explained(f"the end of access to the disk '{name}'"):
            client.disks.begin_revoke_access(client.group, name).result()
    except NotFound:
        return


def tag_disk(client: Azure, name: str, tags: Mapping[str, str]) -> None:
    """All its tags."""
    with client.explained(f"the tags of the disk '{name}'"):
        client.disks.begin_update(client.group, name, client.models.DiskUpdate(tags=dict(tags))).result()


def delete_disk(client: Azure, name: str) -> None:
    try:
        with client.explained(f"the removal of the disk '{name}'"):
            client.disks.begin_delete(client.group, name).result()
    except NotFound:
        return


def put_page(client: Azure, pages: Any, offset: int, data: bytes) -> None:
    with client.explained(f"the page at {offset}"):
        pages.upload_page(data, offset=offset, length=len(data), validate_content=True)


def written_ranges(client: Azure, pages: Any) -> list[tuple[int, int]]:
    """Where pages were written, as pairs of first byte and length."""
    with client.explained("the pages that are there"):
        return [(page.start, page.end - page.start + 1) for page in pages.list_page_ranges() if not page.cleared]

# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Virtual disks: VDI (contract xenserver 5, 6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.xenserver.client import XenServer
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.xen import VirtualDisk
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import NotFound


def list_disks(client: XenServer) -> list[VirtualDisk]:
    """All VDIs of the pool, those of XenServer's own included."""
    return [_disk(ref, record) for ref, record in client.call("VDI.get_all_records").items()]


def disk_by_uuid(client: XenServer, uuid: str) -> VirtualDisk | None:
    """A VDI, or None when the pool has none of this uuid."""
    try:
        ref = client.call("VDI.get_by_uuid", uuid)
        return _disk(ref, client.call("VDI.get_record", ref))
    except NotFound:
        return None


def read_disk(client: XenServer, ref: str) -> VirtualDisk:
    return _disk(ref, client.call("VDI.get_record", ref))


def _disk(ref: str, record: Mapping[str, Any]) -> VirtualDisk:
    return VirtualDisk(
        ref,
        record["uuid"],
        record["name_label"],
        record["name_description"],
        record["SR"],
        # Numbers of 64 bits travel as strings (contract xenserver trap 15)
        int(record["virtual_size"]),
        int(record["physical_utilisation"]),
        record["type"],
        record["managed"],
        record["read_only"],
        record["missing"],
        record["sm_config"].get("vhd-parent", ""),
        record["is_a_snapshot"],
        record["snapshot_of"],
        tuple(record["VBDs"]),
        dict(record["other_config"]),
        # As it is of an encrypted one (contract xenserver trap 23)
        "key_hash" in record["sm_config"],
    )


def create_disk(client: XenServer, sr: str, name: str, description: str, size: int, marks: Mapping[str, str]) -> str:
    """An empty disk; returns its reference."""
    record = {
        "name_label": name,
        "name_description": description,
        "SR": sr,
        "virtual_size": str(size),
        "type": "user",
        "sharable": False,
        "read_only": False,
        "other_config": dict(marks),
    }
    return str(client.call("VDI.create", record))


def add_mark(client: XenServer, kind: str, ref: str, key: str, value: str) -> None:
    """Set one entry of other_config, whatever stood there (kind: VDI or VM)."""
    client.call(f"{kind}.remove_from_other_config", ref, key)
    client.call(f"{kind}.add_to_other_config", ref, key, value)


def rename_disk(client: XenServer, ref: str, name: str) -> None:
    client.call("VDI.set_name_label", ref, name)


def describe_disk(client: XenServer, ref: str, description: str) -> None:
    client.call("VDI.set_name_description", ref, description)


def forget_disk(client: XenServer, ref: str) -> None:
    """Remove the record; the file stays, and the next scan sees it anew."""
    client.call("VDI.forget", ref)


def destroy_disk(client: XenServer, ref: str) -> None:
    """Remove a disk with its data; one that is gone already is as wanted."""
    try:
        client.call("VDI.destroy", ref)
    except NotFound:
        return

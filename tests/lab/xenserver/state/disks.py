# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VDIs: made, copied, snapshot, destroyed (contract xenserver 2, 5, 6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab.xenserver.errors import XapiFailure, backend_failure
from lab.xenserver.state import vhd
from lab.xenserver.state.database import Record
from lab.xenserver.state.ground import Ground
from lab.xenserver.state.storage import Storage, Volume
from lab.xenserver.state.vhd import BadVhd


class Disks:
    """All VDIs of a pool, and the files behind them."""

    def __init__(self, ground: Ground, storage: Storage) -> None:
        self._ground = ground
        self._storage = storage

    def volume_of(self, vdi: str) -> Volume:
        """The volume that a VDI lies on."""
        return self._storage.volume(self._ground.database.get("VDI", vdi)["SR"])

    def managed(self, vdi: str) -> Record:
        """Return a VDI that operations may touch, or raise the failure (contract xenserver 6)."""
        record = self._ground.database.get("VDI", vdi)
        if not record["managed"]:
            raise XapiFailure("VDI_NOT_MANAGED", vdi)
        return record

    def create(
        self,
        fields: Mapping[str, Any],
        blocks: Mapping[int, bytes] | None = None,
        age: float = 0.0,
        key_hash: bytes | None = None,
    ) -> str:
        """Make a VDI with an empty file, or with these blocks; ``key_hash`` is that of an encrypted one."""
        ground, volume = self._ground, self._storage.volume(fields["SR"])
        size = self._storage.rounded(int(fields["virtual_size"]))
        uuid = fields.get("uuid") or ground.new_id()
        self._storage.room_for(volume, len(blocks or {}) * vhd.BLOCK)
        self._write(volume, uuid, size, blocks or {}, age, key_hash)
        file = vhd.read(volume.path(uuid))
        more = {key: value for key, value in fields.items() if key not in ("uuid", "virtual_size", "managed")}
        return self._storage.introduce(volume, file, False, **more)

    def _write(
        self,
        volume: Volume,
        uuid: str,
        size: int,
        blocks: Mapping[int, bytes],
        age: float = 0.0,
        key_hash: bytes | None = None,
    ) -> None:
        moment = self._ground.clock.epoch - age
        vhd.write(volume.path(uuid), size, blocks, moment, key_hash=key_hash)
        vhd.set_age(volume.path(uuid), moment)

    def destroy(self, vdi: str) -> None:
        """Remove a VDI with its file. A base copy is unmanaged, so that nobody destroys what others need."""
        record = self.managed(vdi)
        database = self._ground.database
        if any(database.get("VBD", ref)["currently_attached"] for ref in database.having("VBD", "VDI", vdi)):
            raise backend_failure(24, "The VDI is currently in use", vdi)
        volume = self._storage.volume(record["SR"])
        path = volume.path(record["uuid"])
        if not path.exists():
            raise XapiFailure("VDI_MISSING", record["SR"], vdi)
        path.unlink()
        self._storage.forget(vdi)

    def copy(self, vdi: str, sr: str) -> str:
        """A full copy: flat, read/write, with name, other_config and tags of its original (contract xenserver 6)."""
        record = self.managed(vdi)
        kept = {key: record[key] for key in ("name_label", "name_description", "other_config", "tags", "type")}
        fields = {**kept, "other_config": dict(record["other_config"]), "tags": list(record["tags"]), "SR": sr}
        return self.create({**fields, "virtual_size": record["virtual_size"]}, self.blocks(vdi))

    def blocks(self, vdi: str) -> dict[int, bytes]:
        """What a disk holds, from all files of its chain."""
        record = self._ground.database.get("VDI", vdi)
        try:
            return vhd.flattened(self.volume_of(vdi).path(record["uuid"]))
        except (BadVhd, OSError) as error:
            raise backend_failure(46, f"The VDI is not available [opterr={error}]") from None

    def fill(self, vdi: str, blocks: Mapping[int, bytes]) -> None:
        """Replace what a disk holds."""
        record, volume = self.managed(vdi), self.volume_of(vdi)
        self._storage.room_for(volume, len(blocks) * vhd.BLOCK)
        self._write(volume, record["uuid"], record["virtual_size"], blocks)
        record["physical_utilisation"] = volume.path(record["uuid"]).stat().st_size

    def snapshot(self, vdi: str, moment: float | None) -> str:
        """Freeze a disk: its data moves to a hidden file of a new uuid, "base copy", and two empty files that need it
        take over, one under the old uuid (contract xenserver 2). A clone is the same without ``moment``."""
        record, volume = self.managed(vdi), self.volume_of(vdi)
        base = self.consolidate(vdi)
        leaf_uuid = self._ground.new_id()
        self._leaf(volume, leaf_uuid, base, record["virtual_size"])
        fields: Record = {key: record[key] for key in ("name_label", "name_description", "type")}
        if moment is not None:
            fields.update(is_a_snapshot=True, snapshot_of=vdi, snapshot_time=moment)
        more = {**fields, "other_config": dict(record["other_config"])}
        return self._storage.introduce(volume, vhd.read(volume.path(leaf_uuid)), False, **more)

    def consolidate(self, vdi: str) -> str:
        """Move the data of a disk to a hidden base copy and leave an empty file in its place; return the uuid of the
        copy (contract xenserver 2, trap 2)."""
        record, volume = self._ground.database.get("VDI", vdi), self.volume_of(vdi)
        uuid, path = record["uuid"], volume.path(record["uuid"])
        file = vhd.read(path)
        if file.parent and not file.blocks:
            return file.parent.partition(".")[0]
        base = self._ground.new_id()
        path.rename(volume.path(base))
        self._leaf(volume, uuid, base, file.size)
        vhd.set_hidden(volume.path(base), 1)
        self._storage.introduce(volume, vhd.read(volume.path(base)), True, name_label="base copy")
        leaf = vhd.read(path)
        record.update(physical_utilisation=leaf.file_size, sm_config={**record["sm_config"], "vhd-parent": base})
        return base

    def _leaf(self, volume: Volume, uuid: str, parent: str, size: int) -> None:
        moment = self._ground.clock.epoch
        vhd.write(volume.path(uuid), size, {}, moment, parent=f"{parent}.vhd")
        vhd.set_age(volume.path(uuid), moment)

    def add_child(self, base: str, volume: Volume, fields: Mapping[str, Any]) -> str:
        """A difference disk on a base copy, as MCS makes one for each machine."""
        size = vhd.read(volume.path(base)).size
        uuid = self._ground.new_id()
        self._leaf(volume, uuid, base, size)
        return self._storage.introduce(volume, vhd.read(volume.path(uuid)), False, **fields)

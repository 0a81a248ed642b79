# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Storage repositories, each a real directory of real VHD files (contract xenserver 3, 5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.xenserver.errors import XapiFailure, backend_failure
from lab.xenserver.state import vhd
from lab.xenserver.state.database import Record
from lab.xenserver.state.ground import Ground
from lab.xenserver.state.vhd import MIB, BadVhd, Vhd

FILE_TYPES = ("nfs", "ext")
SHARED_TYPES = ("nfs", "lvmoiscsi")
SMALLEST, LARGEST = 2 * MIB, 2040 * 1024 * MIB


@dataclass
class Volume:
    """Where the files of an SR lie; those of an SR without files lie where no Dom0 sees them."""

    ref: str
    kind: str
    directory: Path
    capacity: int

    @property
    def has_files(self) -> bool:
        """Whether its disks are files."""
        return self.kind in FILE_TYPES

    def path(self, uuid: str) -> Path:
        """The file of a disk."""
        return self.directory / f"{uuid}.vhd"

    @property
    def used(self) -> int:
        """Bytes in all files."""
        return sum(path.stat().st_size for path in self.directory.iterdir() if path.is_file())


class Storage:
    """All SRs of a pool."""

    def __init__(self, ground: Ground, hosts: Mapping[str, str]) -> None:
        self._ground = ground
        self._hosts = hosts
        self.volumes: dict[str, Volume] = {}
        for spec in ground.spec.get("srs", []):
            self.add(spec)

    def mount_root(self, host: str) -> Path:
        """What /var/run/sr-mount of a host is here (contract xenserver 3)."""
        return self._ground.directory / host / "sr-mount"

    def add(self, spec: Mapping[str, Any]) -> str:
        """Make an SR as under ``srs`` of a topology, with a PBD for each host that sees it."""
        ground, kind = self._ground, spec.get("type", "nfs")
        local_to = spec.get("host") or (None if kind in SHARED_TYPES else next(iter(self._hosts)))
        uuid = spec.get("uuid") or ground.new_id()
        capacity = spec.get("size_mib", 1024 * 1024) * MIB
        ref = ground.database.add(
            "SR",
            uuid=uuid,
            name_label=spec["name"],
            type=kind,
            content_type="user",
            shared=local_to is None,
            physical_size=capacity,
        )
        own = ground.directory / ("shared" if local_to is None else f"{local_to}/sr-mount") / uuid
        volume = Volume(ref, kind, own if kind in FILE_TYPES else ground.directory / "volumes" / uuid, capacity)
        volume.directory.mkdir(parents=True)
        self.volumes[ref] = volume
        for host, host_ref in self._hosts.items():
            if local_to in (None, host):
                self._plug(volume, uuid, host, host_ref, spec.get("attached", True))
        return ref

    def _plug(self, volume: Volume, uuid: str, host: str, host_ref: str, attached: bool) -> None:
        config = {"server": "nas", "serverpath": "/export"} if volume.kind == "nfs" else {"device": "/dev/sda3"}
        self._ground.database.add(
            "PBD", host=host_ref, SR=volume.ref, device_config=config, currently_attached=attached
        )
        place = self.mount_root(host) / uuid
        if attached and volume.has_files and not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(volume.directory)

    def volume(self, sr: str) -> Volume:
        """Return the volume of an SR that some host sees; raises the failure of one that none does."""
        self._ground.database.get("SR", sr)
        pbds = [self._ground.database.get("PBD", ref) for ref in self._ground.database.having("PBD", "SR", sr)]
        if not any(pbd["currently_attached"] for pbd in pbds):
            raise XapiFailure("SR_HAS_NO_PBDS", sr)
        return self.volumes[sr]

    def attached_to(self, sr: str, host: str) -> bool:
        """Whether a host sees an SR."""
        database = self._ground.database
        return any(
            pbd["SR"] == sr and pbd["host"] == host and pbd["currently_attached"] for _ref, pbd in database.items("PBD")
        )

    def room_for(self, volume: Volume, size: int) -> None:
        """Raise the failure of a full SR (contract xenserver 10)."""
        if volume.used + size > volume.capacity:
            raise backend_failure(44, "There is insufficient space")

    def rounded(self, size: int) -> int:
        """A size as the driver makes it (contract xenserver 3)."""
        if not SMALLEST <= size <= LARGEST:
            raise backend_failure(79, f"VDI Invalid size [opterr=VDI size must be between 2 MB and 2040 GB: {size}]")
        return -(-size // SMALLEST) * SMALLEST

    # Scans.

    def scan(self, sr: str) -> None:
        """Read the directory and bring the database in line with it: all of it, or nothing (contract xenserver 5,
        addition C)."""
        volume = self.volume(sr)
        if not volume.has_files:
            return
        if not volume.directory.is_dir():
            raise backend_failure(47, "The SR is not available [opterr=no such directory]")
        files = self._files_of(volume)
        ground = self._ground
        parents = {file.parent.partition(".")[0] for file in files.values() if file.parent}
        garbage = [file.path for uuid, file in files.items() if file.hidden and uuid not in parents]
        if ground.behaviour["garbage"] == "at_once":
            self._delete(garbage)
        else:
            ground.after("garbage_collection", lambda: self.collect_garbage(sr))
        told = {uuid: file for uuid, file in files.items() if not file.hidden or uuid in parents}
        others = {path.stem: path for suffix in ("raw", "cbtlog") for path in volume.directory.glob(f"[!.]*.{suffix}")}
        self._synchronise(volume, told, others, parents)

    def _files_of(self, volume: Volume) -> dict[str, Vhd]:
        found: dict[str, Vhd] = {}
        for path in sorted(volume.directory.glob("[!.]*.vhd")):
            try:
                file = vhd.read(path)
            except (BadVhd, OSError):
                raise self._broken(path) from None
            cut = not file.primary and self._ground.behaviour["cut_file"] == "fails_scan"
            # contract xenserver 4: a fixed one cannot be scanned
            if cut or file.kind == vhd.FIXED:
                raise self._broken(path)
            found[path.stem] = file
        return found

    def _broken(self, path: Path) -> XapiFailure:
        text = f"uuid={path.stem}"
        if self._ground.behaviour["broken_file_text"] == "path":
            text = f"error VHD-scanning path {path}"
        return backend_failure(40, f"The SR scan failed [opterr={text}]")

    def _synchronise(
        self, volume: Volume, files: Mapping[str, Vhd], others: Mapping[str, Path], parents: set[str]
    ) -> None:
        database = self._ground.database
        known = {database.get("VDI", ref)["uuid"]: ref for ref in database.having("VDI", "SR", volume.ref)}
        new = [uuid for uuid in (*files, *others) if uuid not in known]
        for uuid in new:
            if database.having("VDI", "uuid", uuid):
                raise backend_failure(
                    1200,
                    f'INTERNAL_ERROR: [ Db_exn.Uniqueness_constraint_violation("VDI", "uuid", "{uuid}") ]',
                )
        for uuid, ref in known.items():
            if uuid not in files and uuid not in others:
                self.forget(ref)
        for uuid, file in files.items():
            if uuid in known:
                record = database.get("VDI", known[uuid])
                record.update(self._seen(file, uuid in parents))
            else:
                self.introduce(volume, file, uuid in parents)
        for uuid, path in others.items():
            if uuid not in known:
                kind = "cbt_metadata" if path.suffix == ".cbtlog" else "user"
                size = path.stat().st_size
                database.add("VDI", uuid=uuid, SR=volume.ref, type=kind, location=uuid, managed=True, virtual_size=size)

    def introduce(self, volume: Volume, file: Vhd, is_parent: bool, **more: Any) -> str:
        """Make the record of a file: without a name, managed by its hidden byte, for good (contract xenserver 5)."""
        uuid = file.path.stem
        return self._ground.database.add(
            "VDI",
            **{
                "uuid": uuid,
                "SR": volume.ref,
                "type": "user",
                "location": uuid,
                "managed": not file.hidden,
                **self._seen(file, is_parent),
                **more,
            },
        )

    def _seen(self, file: Vhd, is_parent: bool) -> Record:
        config = {"vhd-parent": file.parent.partition(".")[0]} if file.parent else {}
        if file.key_hash:
            config["key_hash"] = file.key_hash.hex()
        return {
            "virtual_size": file.size,
            "physical_utilisation": file.file_size,
            "read_only": is_parent,
            "sm_config": config,
        }

    def forget(self, vdi: str) -> None:
        """Forget a VDI and, unless told otherwise, the VBDs that held it."""
        database = self._ground.database
        for vbd in database.having("VBD", "VDI", vdi):
            if self._ground.behaviour["vbds_of_destroyed_vdi"] == "removed":
                database.remove("VBD", vbd)
        database.remove("VDI", vdi)

    def collect_garbage(self, sr: str) -> list[str]:
        """Delete hidden leaves, whoever put them there (contract xenserver 5, trap 3); return their names."""
        volume = self.volumes[sr]
        if not volume.directory.is_dir():
            return []
        readable = []
        for path in volume.directory.glob("[!.]*.vhd"):
            try:
                readable.append(vhd.read(path))
            except (BadVhd, OSError):
                return []
        parents = {file.parent for file in readable if file.parent}
        return self._delete([file.path for file in readable if file.hidden and file.path.name not in parents])

    def _delete(self, garbage: list[Path]) -> list[str]:
        for path in garbage:
            path.unlink(missing_ok=True)
        return [path.name for path in garbage]

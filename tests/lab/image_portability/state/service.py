# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service as one customer sees it: wallet, jobs, the share, and the disks of each platform."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lab.clock import Events
from lab.image_portability.errors import not_found, refusal
from lab.image_portability.state.credentials import Credential
from lab.image_portability.state.jobs import Job, JobBook
from lab.image_portability.state.orders import Order
from lab.image_portability.state.share import FORMATS, MIB, Share
from lab.image_portability.stores import STORES, DiskStore, copy_raw, mark_prepared
from lab.image_portability.topology import DURATIONS, PLATFORMS, SWITCHES
from lab.ports import CloudCustomer
from lab.setting import Setting
from lab.work import Failure, Step

RESOURCE_LOCATION = "5f0e2c2a-6d0a-4f5e-9d59-3c1f6a7b8c9d"


class Service(Setting):
    """What one customer has in one region."""

    def __init__(
        self, spec: Mapping[str, Any], events: Events, topology: Mapping[str, Any], customer: CloudCustomer
    ) -> None:
        super().__init__(spec, events, topology, SWITCHES, DURATIONS)
        self.customer = customer
        self.region: str = spec.get("region", "us")
        self.resource_locations: list[str] = spec.get("resource_locations", [RESOURCE_LOCATION])
        self.page_size: int = spec.get("page_size", 50)
        self.share = Share(spec.get("share", {}))
        self.jobs = JobBook(self)
        self.credentials: dict[str, Credential] = {}
        self._directory = tempfile.TemporaryDirectory(prefix="lab-ips-", ignore_cleanup_errors=True)
        self.directory = Path(self._directory.name)
        self.stores: dict[str, DiskStore] = {}
        for platform in PLATFORMS:
            store = spec.get("stores", {}).get(platform, {"kind": "directory"})
            self.stores[platform] = STORES[str(store["kind"])](store, self.directory / platform)
        for entry in spec.get("credentials", []):
            self.credentials[entry["id"]] = Credential(entry["id"], entry["type"], self.clock.now, self.clock.now)
        for platform, disks in spec.get("disks", {}).items():
            for disk in disks:
                self.add_disk(platform, disk)

    def add_disk(self, platform: str, disk: Mapping[str, Any]) -> str:
        """Make a disk with some data at its beginning, in its middle and at its end, and holes between."""
        raw = self.directory / "new.raw"
        size = int(disk.get("size_mib", 8)) * MIB
        piece = int(disk.get("data_mib", 2)) * MIB // 4
        with raw.open("wb") as file:
            file.truncate(size)
            for start in (0, size // 2, size - piece):
                file.seek(start)
                file.write(self.chance.randbytes(piece))
        made = self.stores[platform].write(disk["name"], raw, {})
        raw.unlink(missing_ok=True)
        return made

    def start(self, route: str, kind: str, body: Mapping[str, Any]) -> Job:
        """Take a job on, after what can be checked at once."""
        order = Order(body)
        self.check(kind, order)
        job = Job(
            id=self.new_id(),
            kind=kind,
            route=route,
            order=dict(body),
            created=self.clock.now,
            steps=[
                Step("worker", self.durations["ips_worker"]),
                Step(kind, self.durations["ips_transfer"], lambda: self._carry_out(job, kind, order)),
            ],
        )
        return self.jobs.begin(job, self.durations["ips_queue"])

    def check(self, kind: str, order: Order) -> None:
        """Refuse what cannot work (contract image_portability 10)."""
        if order.platform not in PLATFORMS:
            raise refusal(400, f"The platform {order.platform} is not valid.", [("name", "platform")])
        if order.any_of("resourceLocationId") not in self.resource_locations:
            raise not_found("ResourceLocation", str(order.any_of("resourceLocationId")), 400)
        self._check_credential(order.any_of("platformCredentialId"))
        if not order.source:
            raise refusal(400, "The name of the disk is missing.", [("reason", "missing")])
        if kind == "prepare":
            if str(order.any_of("provisioningType")) not in ("Mcs", "Pvs"):
                raise refusal(400, "provisioningType must be Mcs or Pvs.", [("reason", "invalidEnum")])
            if not order.output:
                raise refusal(400, "The name of the output is missing.", [("reason", "missing")])
            return
        if not order.any_of("outputImageFilename"):
            raise refusal(400, "outputImageFilename is missing.", [("reason", "missing")])
        self._check_credential(order.part("outputStorageLocation").any_of("credentialId"))
        if self._format_of(order) not in FORMATS:
            raise refusal(400, f"{self._format_of(order)} is no format.", [("reason", "invalidEnum")])

    def _check_credential(self, credential_id: Any) -> None:
        if credential_id not in self.credentials:
            raise not_found("Credential", str(credential_id), 400)

    @staticmethod
    def _format_of(order: Order) -> str:
        return str(order.any_of("outputImageFormat", "outputDiskFormat", "diskFormat") or "VhdxDiskFormat")

    def _carry_out(self, job: Job, kind: str, order: Order) -> None:
        store = self.stores[str(order.platform)]
        try:
            source = store.read(str(order.source))
        except (LookupError, ValueError):
            raise Failure(f"The disk {order.source} was not found.") from None
        if kind == "prepare":
            self._prepare(job, order, store, source)
        else:
            self._export(job, order, source)

    def _export(self, job: Job, order: Order, source: Path) -> None:
        location = str(order.part("outputStorageLocation").any_of("location"))
        wanted = order.part("outputStorageLocation").any_of("credentialId")
        if self.share.credential not in (None, wanted):
            raise Failure(f"Access to {location} is denied.")
        if order.any_of("hashDisk"):
            job.disk_hash = md5_of(source)
        path = self.share.write(location, str(order.any_of("outputImageFilename")), self._format_of(order), source)
        job.artifacts = {"outputImageFilename": path.name, "location": location}

    def _prepare(self, job: Job, order: Order, store: DiskStore, source: Path) -> None:
        wanted = order.any_of("md5Hash")
        if wanted and str(wanted).lower() != md5_of(source):
            raise Failure(f"The MD5 hash of the disk {order.source} is not {wanted}.")
        work = self.directory / f"{job.id}.raw"
        copy_raw(source, work)
        mark_prepared(work, f"{order.platform} {order.any_of('provisioningType')}")
        tags = order.any_of("tags") or {}
        made = store.write(str(order.output), work, {str(name): str(value) for name, value in tags.items()})
        work.unlink(missing_ok=True)
        job.artifacts = {"outputDiskName": order.output, "outputDiskId": made}


def md5_of(path: Path) -> str:
    """Return the MD5 of a file's whole content."""
    digest = hashlib.md5(usedforsecurity=False)
    with path.open("rb") as file:
        while block := file.read(4 * MIB):
            digest.update(block)
    return digest.hexdigest()

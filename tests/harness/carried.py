# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook image_portability end to end: the service and the catalogs of the lab, clouds by somebody else's
emulator, real bytes between them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.portability.stages import names_of
from harness.modules import writes
from harness.playbooks import Outcome, run_playbook
from harness.uploads import disk_image, same_content
from lab.clouds.aws import aws_cloud
from lab.clouds.azure import azure_cloud
from lab.clouds.gate import Gate
from lab.clouds.google import google_cloud
from lab.image_portability.state.service import RESOURCE_LOCATION
from lab.image_portability.stores import PREPARED_AT, PREPARED_LENGTH, prepared_for
from lab.running import RunningLab

PLAYBOOK = "euc.nutanix_citrix.image_portability"
RELEASE = "2026.11.20-1"
LOCATION = "smb://files.example.com/images/"
STORE = f"{LOCATION}store/"
FILE = f"W11-{RELEASE}"
SIZE_MIB, DATA_MIB = 1024, 8
MIB = 1 << 20


@dataclass(frozen=True)
class Platform:
    """A cloud: its emulator, which of its options are secret, what its workers need, and how catalogs there name an
    image."""

    emulator: Callable[[Path], AbstractContextManager[Any]]
    secrets: frozenset[str]
    prepare: Mapping[str, Any]
    connection: str
    image: str = "{name}"


PLATFORMS = {
    "aws": Platform(
        aws_cloud,
        frozenset({"access_key_id", "secret_access_key"}),
        {"region": "eu-central-1", "subnet_id": "subnet-1", "security_group_ids": ["sg-1"]},
        "AWS",
    ),
    "azure": Platform(
        azure_cloud,
        frozenset({"client_secret"}),
        {"subscription_id": "s-1", "region": "westeurope", "resource_group": "images", "network": "vnet"},
        "AzureRM",
        r"XDHyp:\HostingUnits\cloud\image.folder\gold.resourcegroup\{name}.snapshot",
    ),
    "gcp": Platform(
        google_cloud,
        frozenset({"service_account_key"}),
        {"zone": "europe-west3-a", "network": "images", "network_tags": ["ips-worker"]},
        "GoogleCloudPlatform",
    ),
}


class Clouds:
    """The emulators, each started when it is first asked for."""

    def __init__(self, stack: ExitStack, directory: Path) -> None:
        self._stack, self._directory = stack, directory
        self._running: dict[str, Any] = {}

    def __getitem__(self, platform: str) -> Any:
        if platform not in self._running:
            own = self._directory / platform
            own.mkdir()
            self._running[platform] = self._stack.enter_context(PLATFORMS[platform].emulator(own))
        cloud = self._running[platform]
        cloud.reset()
        return cloud


def target(platform: str, options: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """The variables of a target; `options` are those of its uploads, with the account."""
    secrets = PLATFORMS[platform].secrets
    return {
        "image_portability_target": {
            "platform": platform,
            "resource_location_id": RESOURCE_LOCATION,
            "credential": platform,
            "upload": {key: value for key, value in options.items() if key not in secrets},
            "prepare": PLATFORMS[platform].prepare,
            **more,
        },
        "image_portability_account": {key: options[key] for key in secrets},
    }


def estate(
    platform: str, options: Mapping[str, Any], directory: Path, workflow: str, is_one_lost: bool = False
) -> dict[str, Any]:
    """A site with two catalogs in a cloud, the service, and a target there. `is_one_lost`: there is a second one, whose
    credential the wallet does not know."""
    share = {"location": LOCATION, "credential": "smb", "path": str(directory / "share")}
    store = {"location": STORE, "credential": "smb", "path": str(directory / "share" / "store")}
    publish = {"publish": {"share": store}} if workflow.endswith("pvs") else {}
    kind, prepared = PLATFORMS[platform], names_of("W11", RELEASE, platform)["prepared"]
    targets = [{"name": "euc1", "inventory_vars": target(platform, options, **publish)}]
    if is_one_lost:
        lost = target(platform, {**options, "region": "us-east-1"}, **publish, credential="nobody")
        targets.append({"name": "lost", "inventory_vars": lost})
    catalog = {"folder": "Prod", "hosting_unit": "cloud", "image": "W11-old (ami-0)", "machines": 1}
    topology: dict[str, Any] = {
        # Not so fast that the service forgets a job, a day after its end, while a busy machine looks elsewhere
        "time_scale": 1200,
        "seed": 1,
        "inventory_vars": {
            "report_directory": str(directory),
            "image_portability_release": RELEASE,
            "image_portability_name": "W11",
            "image_portability_workflow": workflow,
            "image_portability_work_directory": str(directory / "work"),
            "image_portability_poll_interval": 1,
            "image_portability_share": share,
        },
        "citrix_sites": [
            {
                "name": "daas",
                "kind": "daas",
                "geo": "US",
                "hypervisors": [
                    {
                        "name": "cloud",
                        "connection_type": kind.connection,
                        "images": ["W11-old (ami-0)", prepared],
                        "hosting_units": [{"name": "cloud", "networks": ["VLAN10"]}],
                    }
                ],
                "catalogs": [{**catalog, "name": "W11-A"}, {**catalog, "name": "W11-B"}],
                "inventory_vars": {},
            }
        ],
        "image_portability": [
            {
                "name": "ips",
                "site": "daas",
                "credentials": [
                    {"id": "smb", "type": "UsernamePassword"},
                    {"id": "ahv", "type": "UsernamePassword"},
                    {"id": platform, "type": platform.title()},
                ],
                "share": {"host": "files.example.com", "directory": str(directory / "share"), "credential": "smb"},
                "disks": {"ahv": [{"name": "W11-gold", "size_mib": SIZE_MIB, "data_mib": DATA_MIB}]},
                "targets": targets,
            }
        ],
    }
    variables = topology["inventory_vars"]
    if workflow.startswith("mcs"):
        variables["image_portability_source"] = {
            "platform": "ahv",
            "resource_location_id": RESOURCE_LOCATION,
            "credential": "ahv",
            "options": {"prism_host": "10.1.1.1", "disk": "W11-gold"},
        }
    else:
        variables["image_portability_share"] = {"path": str(directory / "store"), "file": "W11"}
    if workflow.endswith("mcs"):
        catalogs = [
            {"name": name, "folder": "Prod", "target": "euc1", "image": kind.image} for name in ("W11-A", "W11-B")
        ]
        catalogs[0]["wave"] = "canary"
        topology["citrix_sites"][0]["inventory_vars"]["image_portability_catalogs"] = catalogs
        variables["catalog_rollout_waves"] = [{"name": "canary"}, {"name": "everyone"}]
    return topology


class Carriage:
    """The lab, one cloud, and the image that goes there."""

    def __init__(
        self,
        lab: RunningLab,
        clouds: Clouds,
        directory: Path,
        workflow: str,
        platform: str = "aws",
        is_one_lost: bool = False,
    ) -> None:
        self.lab, self.cloud, self.directory = lab, clouds[platform], directory
        self.platform, self.workflow = platform, workflow
        self.names = names_of("W11", RELEASE, platform)
        self.estate = estate(platform, self.cloud.options, directory, workflow, is_one_lost)
        self.reset()
        if workflow.startswith("pvs"):
            (directory / "store").mkdir()
            disk_image(directory / "store" / "W11.vhdx", size=SIZE_MIB * MIB)

    def reset(self) -> None:
        """Bring the lab to the estate, also after that was changed."""
        self.lab.reset(self.estate)
        self.service.stores[self.platform] = self.cloud
        self.lab.forget()

    def run(self, *options: str, **variables: Any) -> Outcome:
        self.forget()
        return run_playbook(PLAYBOOK, self.lab.inventory_path, self.directory, "-e", json.dumps(variables), *options)

    def forget(self) -> None:
        """The record of requests, and all rules."""
        self.lab.forget()
        for gate in self.gates:
            gate.forget()

    @property
    def gates(self) -> list[Gate]:
        return [self.cloud.gate, *([self.cloud.storage] if self.platform == "azure" else [])]

    @property
    def writes(self) -> list[Any]:
        """Those to the lab, and to the cloud."""
        return [*writes(self.lab), *(entry for gate in self.gates for entry in gate.writes)]

    @property
    def secrets(self) -> set[str]:
        return {self.cloud.options[name] for name in PLATFORMS[self.platform].secrets}

    def images(self) -> dict[str, str]:
        """Catalog -> the name of its image."""
        return {each["name"]: each["image"] for each in self.lab.estate.endpoint("daas").state()["catalogs"]}

    @property
    def service(self) -> Any:
        return self.lab.estate.endpoint("ips").service  # type: ignore[attr-defined]

    def jobs(self) -> list[str]:
        """The kinds of the jobs that the service ever had."""
        return sorted(job.kind for job in self.service.jobs.items.values())

    def disks(self) -> list[str]:
        """The names of everything that is in the cloud."""
        if self.platform == "aws":
            return sorted(tag["Value"] for one in self.cloud.snapshots() for tag in one["Tags"] if tag["Key"] == "Name")
        own = self.cloud.disks if self.platform == "azure" else self.cloud.images
        return sorted(disk["name"] for disk in own.values())

    def left_behind(self) -> list[str]:
        """What an upload needs only while it runs."""
        if self.platform == "azure":
            return [disk["access"] for disk in self.cloud.disks.values() if disk["access"]]
        return list(self.cloud.objects()) if self.platform == "gcp" else []

    @property
    def original(self) -> Path:
        """The raw content of the image on-premises."""
        if self.workflow.startswith("pvs"):
            return self.directory / "store" / "W11.content"
        content: Path = self.service.stores["ahv"].read("W11-gold")
        return content

    def prepared_for(self) -> str:
        """What the image in the cloud was prepared for. But for that it has to be the one from on-premises, byte by
        byte, and in the store too."""
        made, uploaded = self.cloud.read(self.names["prepared"]), self.cloud.read(self.names["uploaded"])
        assert same_content(self.original, uploaded)
        told = prepared_for(made)
        changed = [made]
        if self.workflow.endswith("pvs"):
            published = self.directory / "published.raw"
            source = self.service.share.directory / "store" / f"{FILE}.vhdx"
            command = ["qemu-img", "convert", "-f", "vhdx", "-O", "raw", str(source), str(published)]
            subprocess.run(command, check=True)
            assert prepared_for(published) == told
            changed.append(published)
        # The same emulators' files may be read again
        for path in changed:
            copy = self.directory / f"{path.stem}.compared"
            subprocess.run(["cp", "--sparse=always", str(path), str(copy)], check=True)
            with copy.open("r+b") as file, uploaded.open("rb") as before:
                file.seek(PREPARED_AT)
                before.seek(PREPARED_AT)
                file.write(before.read(PREPARED_LENGTH))
            assert same_content(uploaded, copy)
            copy.unlink()
        return told

    def report(self) -> dict[str, Any]:
        path = self.directory / f"image_portability_W11_{RELEASE}.json"
        told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return told

    def states(self) -> dict[str, list[str]]:
        told = self.report()
        stages = {host: [stage["state"] for stage in each["stages"]] for host, each in told["targets"].items()}
        return {"source": [told["export"].get("state", "")], **stages}

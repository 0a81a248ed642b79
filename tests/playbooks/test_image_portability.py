# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook image_portability end to end: the service and the catalogs of the lab, the cloud by somebody else's
emulator, real bytes between them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.modules import writes
from harness.playbooks import Outcome, files_with, run_playbook, start_playbook
from harness.uploads import disk_image, same_content
from lab.clouds.aws import AwsCloud, aws_cloud
from lab.image_portability.state.service import RESOURCE_LOCATION
from lab.image_portability.stores import PREPARED_AT, PREPARED_LENGTH, prepared_for
from lab.running import RunningLab

PLAYBOOK = "euc.nutanix_citrix.image_portability"
RELEASE = "2026.11.20-1"
PREPARED = f"W11-{RELEASE}"
LOCATION = "smb://files.example.com/images/"
STORE = f"{LOCATION}store/"
SECRETS = {"access_key_id", "secret_access_key"}


@pytest.fixture(scope="module")
def _aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AwsCloud]:
    with aws_cloud(tmp_path_factory.mktemp("aws")) as cloud:
        yield cloud


def target(aws: AwsCloud, **more: Any) -> dict[str, Any]:
    """The variables of a target on AWS."""
    return {
        "image_portability_target": {
            "platform": "aws",
            "resource_location_id": RESOURCE_LOCATION,
            "credential": "aws",
            "upload": {key: value for key, value in aws.options.items() if key not in SECRETS},
            "prepare": {"region": "eu-central-1", "subnet_id": "subnet-1", "security_group_ids": ["sg-1"]},
            **more,
        },
        "image_portability_account": {key: aws.options[key] for key in SECRETS},
    }


def estate(aws: AwsCloud, directory: Path, workflow: str) -> dict[str, Any]:
    """A site with two catalogs on AWS, the service, and two targets, of which one has a credential that the wallet does
    not know."""
    share = {"location": LOCATION, "credential": "smb", "path": str(directory / "share")}
    store = {"location": STORE, "credential": "smb", "path": str(directory / "share" / "store")}
    publish = {"publish": {"share": store}} if workflow.endswith("pvs") else {}
    lost = target(aws, **publish, credential="nobody")
    lost["image_portability_target"]["upload"]["region"] = "us-east-1"
    catalog = {"folder": "Prod", "hosting_unit": "euc1", "image": "W11-old (ami-0)", "machines": 1}
    topology: dict[str, Any] = {
        "time_scale": 6000,
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
                        "name": "aws",
                        "connection_type": "AWS",
                        "images": ["W11-old (ami-0)", PREPARED],
                        "hosting_units": [{"name": "euc1", "networks": ["VLAN10"]}],
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
                    {"id": "aws", "type": "Aws"},
                ],
                "share": {"host": "files.example.com", "directory": str(directory / "share"), "credential": "smb"},
                "disks": {"ahv": [{"name": "W11-gold", "size_mib": 1024, "data_mib": 8}]},
                "targets": [
                    {"name": "euc1", "inventory_vars": target(aws, **publish)},
                    {"name": "lost", "inventory_vars": lost},
                ],
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
        (directory / "store").mkdir()
        disk_image(directory / "store" / "W11.vhdx", size=1024 * 1024 * 1024)
    if workflow.endswith("mcs"):
        catalogs = [
            {"name": name, "folder": "Prod", "target": "euc1", "image": "{name}"} for name in ("W11-A", "W11-B")
        ]
        catalogs[0]["wave"] = "canary"
        topology["citrix_sites"][0]["inventory_vars"]["image_portability_catalogs"] = catalogs
        variables["catalog_rollout_waves"] = [{"name": "canary"}, {"name": "everyone"}]
    return topology


class Cloud:
    """The lab and the cloud of one test."""

    def __init__(self, lab: RunningLab, aws: AwsCloud, directory: Path, workflow: str) -> None:
        self.lab, self.aws, self.directory = lab, aws, directory
        lab.reset(estate(aws, directory, workflow))
        self.service.stores["aws"] = aws
        lab.forget()

    def run(self, *options: str, **variables: Any) -> Outcome:
        self.lab.forget()
        self.aws.gate.forget()
        return run_playbook(PLAYBOOK, self.lab.inventory_path, self.directory, "-e", json.dumps(variables), *options)

    @property
    def writes(self) -> list[Any]:
        """Those to the lab, and to the cloud."""
        mutating = [
            entry for entry in self.aws.gate.record if entry[0] in ("PUT", "DELETE") or "/snapshots" in entry[1]
        ]
        return [*writes(self.lab), *(entry for entry in mutating if entry[0] != "GET")]

    def images(self) -> dict[str, str]:
        """Catalog -> the name of its image."""
        return {each["name"]: each["image"] for each in self.lab.estate.endpoint("daas").state()["catalogs"]}

    @property
    def service(self) -> Any:
        return self.lab.estate.endpoint("ips").service  # type: ignore[attr-defined]

    def jobs(self) -> list[str]:
        """The kinds of the jobs that the service ever had."""
        return sorted(job.kind for job in self.service.jobs.items.values())

    def prepared_for(self) -> str:
        """What the image in the cloud was prepared for; but for that it has to be the one from on-premises."""
        original = self.directory / "store" / "W11.content"
        if not original.exists():
            original = self.service.stores["ahv"].read("W11-gold")
        made, uploaded = self.aws.read(PREPARED), self.aws.read(f"{PREPARED}-uploaded")
        assert same_content(original, uploaded)
        told = prepared_for(made)
        with made.open("r+b") as file, uploaded.open("rb") as before:
            file.seek(PREPARED_AT)
            before.seek(PREPARED_AT)
            file.write(before.read(PREPARED_LENGTH))
        assert same_content(uploaded, made)
        return told

    def report(self) -> dict[str, Any]:
        path = self.directory / f"image_portability_W11_{RELEASE}.json"
        told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return told

    def states(self) -> dict[str, list[str]]:
        told = self.report()
        stages = {host: [stage["state"] for stage in each["stages"]] for host, each in told["targets"].items()}
        return {"source": [told["export"].get("state", "")], **stages}


@pytest.fixture
def cloud(lab: RunningLab, _aws: AwsCloud, tmp_path: Path, request: pytest.FixtureRequest) -> Cloud:
    _aws.reset()
    return Cloud(lab, _aws, tmp_path, request.param)


@pytest.mark.parametrize("cloud", ["mcs_to_mcs"], indirect=True)
def test_an_image_goes_to_the_catalogs_of_a_cloud_and_the_second_run_does_nothing(cloud: Cloud) -> None:
    planned = cloud.run("--check", "--diff")
    assert (planned.status, cloud.writes) == (2, []), planned.trouble
    would = {row["where"]: row["result"] for row in planned.result("image_portability_report")["rows"]}
    assert would == {
        "source": "would be exported",
        "euc1": "would be prepared",
        "lost": "failed",
        "daas": "would be moved to the image",
    }
    assert not (cloud.directory / "share").exists() or not list((cloud.directory / "share").iterdir())

    first = cloud.run()
    # The target that nothing can be done for holds up no other, and the run says so
    assert first.status == 2
    assert cloud.states() == {"source": ["made"], "euc1": ["made", "made"], "lost": []}
    (problem,) = cloud.report()["problems"]
    assert "lost, target: failed (The wallet of the service has no credential 'nobody'" in problem
    assert cloud.images() == {"W11-A": PREPARED, "W11-B": PREPARED}
    assert cloud.prepared_for() == "aws Mcs"
    assert cloud.report()["unknown"] == []
    assert files_with({cloud.aws.options["secret_access_key"]}, cloud.directory) == set()

    second = cloud.run()
    assert (second.status, cloud.writes) == (2, []), second.trouble
    assert second.changed == []
    assert cloud.states() == {"source": ["not needed"], "euc1": ["there", "there"], "lost": []}


@pytest.mark.bad_day
@pytest.mark.parametrize("cloud", ["mcs_to_pvs"], indirect=True)
def test_all_four_stages_killed_and_repeated_and_seen_again_a_day_later(cloud: Cloud) -> None:
    process = start_playbook(PLAYBOOK, cloud.lab.inventory_path, cloud.directory)
    killed = {"drop": "after", "kill": process.pid}
    cloud.lab.faults([{"endpoint": "ips", "method": "POST", "path": "prepare", "nth": 1, "then": killed}])
    process.communicate(timeout=600)
    assert process.returncode == -9
    cloud.lab.clear_faults()

    again = cloud.run()
    assert again.status == 2, again.trouble
    # What the job of the killed run made counts: there is one of each kind, because a publish is an export
    assert cloud.jobs() == ["export", "export", "prepare"]
    assert cloud.states() == {"source": ["not needed"], "euc1": ["there", "there", "made"], "lost": []}
    assert cloud.prepared_for() == "aws Pvs"
    (told,) = cloud.report()["registrations"]
    assert f"add the existing vDisk {PREPARED}.vhdx of the store {STORE}" in told

    # The service has forgotten all jobs, and their ids are lost: marks and the report tell
    cloud.lab.skip(26 * 3600)
    shutil.rmtree(cloud.directory / "image_portability_jobs")
    later = cloud.run()
    assert (later.status, cloud.writes, later.changed) == (2, [], []), later.trouble
    assert cloud.states() == {"source": ["not needed"], "euc1": ["there", "there", "there"], "lost": []}


@pytest.mark.bad_day
@pytest.mark.parametrize("cloud", [pytest.param("pvs_to_mcs", marks=pytest.mark.night), "pvs_to_pvs"], indirect=True)
def test_a_vdisk_goes_to_a_cloud_and_the_second_run_does_nothing(cloud: Cloud) -> None:
    first = cloud.run()
    assert first.status == 2, first.trouble
    workflow = cloud.report()["workflow"]
    assert cloud.states()["euc1"] == ["made"] * (3 if workflow == "pvs_to_pvs" else 2)
    assert cloud.prepared_for() == ("aws Pvs" if workflow == "pvs_to_pvs" else "aws Mcs")
    second = cloud.run()
    assert (second.status, cloud.writes, second.changed) == (2, [], []), second.trouble

# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook image_portability with targets side by side: what one lacks holds up no other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.playbooks import run_playbook
from lab.clouds.aws import AwsCloud, aws_cloud
from lab.image_portability.state.service import RESOURCE_LOCATION
from lab.running import RunningLab

RELEASE = "2026.11.20-1"
MARKS = {"made_by": "euc.nutanix_citrix", "image": "W11", "release": RELEASE, "content": "complete"}
MIB = 1024 * 1024


@pytest.fixture
def aws(tmp_path: Path) -> Iterator[AwsCloud]:
    directory = tmp_path / "aws"
    directory.mkdir()
    with aws_cloud(directory) as cloud:
        yield cloud


def _target(aws: AwsCloud, region: str) -> dict[str, Any]:
    return {
        "image_portability_target": {
            "platform": "aws",
            "resource_location_id": RESOURCE_LOCATION,
            "credential": "aws",
            "upload": {"region": region, "endpoint_url": aws.options["endpoint_url"]},
            "prepare": {"region": region},
        },
        "image_portability_account": {key: aws.options[key] for key in ("access_key_id", "secret_access_key")},
    }


def _estate(aws: AwsCloud, directory: Path) -> dict[str, Any]:
    """Two targets, a catalog on each in one wave, and a disk to export that is not there."""
    share = {"location": "smb://files.example.com/images/", "credential": "smb", "path": str(directory / "share")}
    catalog = {"folder": "Prod", "hosting_unit": "aws", "image": "W11-old", "machines": 1}
    wanted = [
        {"name": name, "folder": "Prod", "target": target, "image": "{name}"}
        for name, target in (("W11-A", "euc1"), ("W11-B", "use1"))
    ]
    hypervisor = {
        "name": "aws",
        "connection_type": "AWS",
        "images": ["W11-old", f"W11-{RELEASE}"],
        "hosting_units": [{"name": "aws", "networks": ["VLAN10"]}],
    }
    return {
        "time_scale": 6000,
        "seed": 1,
        "inventory_vars": {
            "report_directory": str(directory),
            "image_portability_release": RELEASE,
            "image_portability_name": "W11",
            "image_portability_workflow": "mcs_to_mcs",
            "image_portability_work_directory": str(directory / "work"),
            "image_portability_poll_interval": 1,
            "image_portability_share": share,
            "image_portability_source": {
                "platform": "ahv",
                "resource_location_id": RESOURCE_LOCATION,
                "credential": "ahv",
                "options": {"prism_host": "10.1.1.1", "disk": "gone"},
            },
        },
        "citrix_sites": [
            {
                "name": "daas",
                "kind": "daas",
                "geo": "US",
                "hypervisors": [hypervisor],
                "catalogs": [{**catalog, "name": "W11-A"}, {**catalog, "name": "W11-B"}],
                "inventory_vars": {"image_portability_catalogs": wanted},
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
                "targets": [
                    {"name": "euc1", "inventory_vars": _target(aws, "eu-central-1")},
                    {"name": "use1", "inventory_vars": _target(aws, "us-east-1")},
                ],
            }
        ],
    }


@pytest.mark.bad_day
def test_an_export_that_fails_holds_up_no_target_and_no_catalog_of_one_that_has_its_upload(
    lab: RunningLab, aws: AwsCloud, tmp_path: Path
) -> None:
    lab.reset(_estate(aws, tmp_path))
    lab.estate.endpoint("ips").service.stores["aws"] = aws  # type: ignore[attr-defined]
    raw = tmp_path / "uploaded.raw"
    raw.write_bytes(b"x" * MIB)
    aws.write(f"W11-{RELEASE}-uploaded", raw, MARKS)

    outcome = run_playbook("euc.nutanix_citrix.image_portability", lab.inventory_path, tmp_path)

    assert outcome.status == 2, outcome.trouble
    told = json.loads((tmp_path / f"image_portability_W11_{RELEASE}.json").read_text(encoding="utf-8"))
    stages = {host: [stage["state"] for stage in each["stages"]] for host, each in told["targets"].items()}
    assert (told["export"]["state"], stages) == (
        "failed",
        {"euc1": ["there", "made"], "use1": ["not reached", "not reached"]},
    )
    images = {each["name"]: each["image"] for each in lab.estate.endpoint("daas").state()["catalogs"]}
    assert images == {"W11-A": f"W11-{RELEASE}", "W11-B": "W11-old"}
    assert "target use1 has no prepared image of this release" in json.dumps(told["problems"])

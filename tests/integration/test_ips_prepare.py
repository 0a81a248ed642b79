# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ips_prepare: what it sends for each platform, and what comes out."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from harness.portability import SOURCES, Portability
from lab.image_portability.stores import PREPARED_AT, PREPARED_LENGTH

OUTPUTS = {
    "ahv": ("outputImageName", "image"),
    "aws": ("outputDiskName", "snapshot"),
    "azure": ("outputDiskName", "disk"),
    "gcp": ("outputDiskName", "image"),
    "vsphere": ("outputDiskName", "disk"),
    "xenserver": ("outputDiskName", "disk"),
}


@pytest.mark.parametrize("platform", SOURCES)
def test_a_disk_is_prepared_once(portability: Portability, platform: str) -> None:
    key, kind = OUTPUTS[platform]
    result = portability.prepare(platform=platform, name="W11")
    assert (result["changed"], result["output"]) == (True, {"name": "w11-prepared", "kind": kind})
    assert portability.prepare(platform=platform, name="W11")["changed"] is False
    (job,) = portability.jobs()
    assert job["order"][key] == "w11-prepared"
    stored = "xen" if platform == "xenserver" else platform
    assert portability.prepared_for(stored, "gold") == ""
    assert portability.prepared_for(stored, "w11-prepared") == f"{stored} Mcs"
    before, after = (bytearray(portability.disk(stored, name).read_bytes()) for name in ("gold", "w11-prepared"))
    for whole in (before, after):
        del whole[PREPARED_AT : PREPARED_AT + PREPARED_LENGTH]
    assert before == after


def test_what_is_made_bears_tags(portability: Portability) -> None:
    portability.prepare(name="W11", tags={"Owner": "me", "kept": "1"})
    assert portability.state()["stores"]["azure"]["tags"]["w11-prepared"] == {
        "image": "W11",
        "Owner": "me",
        "kept": "1",
        "made_by": "euc.nutanix_citrix",
        "job": "prepare",
        "release": "2026.11.20-1",
    }
    portability.prepare(platform="gcp", name="W11")
    assert portability.state()["stores"]["gcp"]["tags"]["w11-prepared"] == {
        "image": "w11",
        "made_by": "euc-nutanix_citrix",
        "job": "prepare",
        "release": "2026-11-20-1",
    }
    assert not portability.prepare(platform="gcp", name="W11")["changed"]


def test_all_that_may_be_said_is_sent(portability: Portability) -> None:
    portability.prepare(
        provisioning_type="pvs",
        xd_reconfigure={"/controllers": "ddc.example.com", "portnumber": 80},
        domain_unjoin=True,
        install_pvs="2402",
        install_misa=False,
        prefix="ips",
        job_timeout=7200,
        overwrite=True,
    )
    (job,) = portability.jobs()
    wanted: dict[str, Any] = {
        "provisioningType": "Pvs",
        "xdReconfigure": [
            {"ParameterName": "controllers", "ParameterValue": "ddc.example.com"},
            {"ParameterName": "portnumber", "ParameterValue": "80"},
        ],
        "domainUnjoin": True,
        "installPvs": "2402",
        "installMisa": False,
        "prefix": "ips",
        "timeout": 7200,
        "overwriteTargetFile": True,
        "azureRegion": "eastus",
        "subscriptionId": "s-1",
    }
    assert {name: job["order"].get(name) for name in wanted} == wanted


def test_a_snapshot_of_azure_becomes_a_snapshot(portability: Portability) -> None:
    azure = {"subscription_id": "s-1", "region": "eastus", "snapshot": "gold"}
    assert portability.prepare(azure=azure)["output"]["kind"] == "snapshot"
    (job,) = portability.jobs()
    assert (job["order"]["targetSnapshotName"], job["order"]["outputSnapshotName"]) == ("gold", "w11-prepared")


def test_the_hash_of_the_disk_is_checked(portability: Portability) -> None:
    right = hashlib.md5(portability.disk("azure", "gold").read_bytes(), usedforsecurity=False).hexdigest()
    options = portability.prepare_options(md5_hash="0" * 32)
    assert "MD5 hash" in portability.ips.fails("ips_prepare", **options)
    assert portability.prepare(md5_hash=right.upper())["job"]["state"] == "complete"


def test_the_hash_of_an_export_is_that_of_the_disk(portability: Portability) -> None:
    exported = portability.export(platform="azure")["disk_hash"]
    assert portability.prepare(md5_hash=exported)["disk_hash"] == ""


def test_a_disk_that_is_missing_is_told(portability: Portability) -> None:
    options = portability.prepare_options(azure={**SOURCES["azure"], "disk": "none"})
    assert "The disk none was not found" in portability.ips.fails("ips_prepare", **options)


def test_check_mode_sends_nothing(portability: Portability) -> None:
    assert portability.prepare(check=True)["changed"]
    assert portability.writes() == []

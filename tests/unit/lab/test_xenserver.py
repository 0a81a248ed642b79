# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulated pools: what a scan makes of the files of an SR, what MCS leaves behind, how xapi refuses."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import XenAPI

from lab.running import RunningLab, serve
from lab.xenserver.state import vhd

MIB = 1024 * 1024
POOL = {
    "name": "pool-a",
    "hosts": [{"name": "xs-1"}, {"name": "xs-2"}],
    "srs": [{"name": "NFS"}, {"name": "Other"}, {"name": "Local", "type": "ext", "host": "xs-2"}],
    "vdis": [{"name": "data", "sr": "NFS", "size_mib": 8, "data_mib": 2}],
}
UUID = "11111111-2222-4333-8444-555555555555"


@pytest.fixture(scope="module")
def running() -> Iterator[RunningLab]:
    with serve({"time_scale": 0, "xenserver_pools": [POOL]}) as lab:
        yield lab


@pytest.fixture
def lab(running: RunningLab) -> RunningLab:
    running.reset({"time_scale": 0, "xenserver_pools": [POOL]})
    return running


@pytest.fixture
def xapi(lab: RunningLab) -> Any:
    place = lab.endpoint("pool-a")
    session = XenAPI.Session(place["url"], ignore_ssl=True)
    variables = place["inventory"]
    session.login_with_password(variables["xenserver_username"], variables["xenserver_password"], "1.0", "test")
    return session.xenapi


def change(lab: RunningLab, kind: str, **order: Any) -> dict[str, Any]:
    (result,) = lab.change([{"endpoint": "pool-a", "kind": kind, **order}])
    return result


def scan(xapi: Any, name: str = "NFS") -> None:
    (sr,) = xapi.SR.get_by_name_label(name)
    xapi.SR.scan(sr)


def refused(xapi: Any, name: str = "NFS") -> list[str]:
    with pytest.raises(XenAPI.Failure) as failure:
        scan(xapi, name)
    details: list[str] = failure.value.details
    return details


def directory(lab: RunningLab, name: str = "NFS") -> Path:
    return Path(lab.state()["endpoints"]["pool-a"]["srs"][name]["directory"])


def test_a_file_becomes_a_vdi_without_a_name(lab: RunningLab, xapi: Any) -> None:
    change(lab, "file", sr="NFS", name=f"{UUID}.vhd")
    scan(xapi)
    record = xapi.VDI.get_record(xapi.VDI.get_by_uuid(UUID))
    assert (record["name_label"], record["managed"], record["read_only"]) == ("", True, False)
    change(lab, "remove_file", sr="NFS", name=f"{UUID}.vhd")
    scan(xapi)
    assert UUID not in [found["uuid"] for found in xapi.VDI.get_all_records().values()]


def test_a_hidden_leaf_is_not_introduced_and_is_deleted(lab: RunningLab, xapi: Any) -> None:
    made = Path(change(lab, "file", sr="NFS", name=f"{UUID}.vhd", hidden=True)["path"])
    scan(xapi)
    assert (made.exists(), len(xapi.VDI.get_all())) == (True, 1)
    lab.skip(10)
    xapi.VDI.get_all()
    assert not made.exists()


def test_managed_is_what_the_first_introduction_made_it(lab: RunningLab, xapi: Any) -> None:
    (data,) = xapi.VDI.get_by_name_label("data")
    xapi.VDI.snapshot(data, {})
    base = xapi.VDI.get_sm_config(data)["vhd-parent"]
    vhd.set_hidden(directory(lab) / f"{base}.vhd", 0)
    scan(xapi)
    disk = xapi.VDI.get_by_uuid(base)
    assert xapi.VDI.get_managed(disk) is False
    with pytest.raises(XenAPI.Failure, match="VDI_NOT_MANAGED"):
        xapi.VDI.snapshot(disk, {})
    xapi.VDI.forget(disk)
    scan(xapi)
    assert xapi.VDI.get_managed(xapi.VDI.get_by_uuid(base)) is True


@pytest.mark.parametrize(("text", "told"), [("uuid", f"uuid={UUID}"), ("path", "error VHD-scanning path")])
def test_one_unreadable_file_fails_the_scan_of_the_whole_sr(lab: RunningLab, xapi: Any, text: str, told: str) -> None:
    change(lab, "behaviour", broken_file_text=text)
    change(lab, "file", sr="NFS", name=f"{UUID}.vhd", text="half a file")
    code, first, reason, _stderr = refused(xapi)
    assert (code, first) == ("SR_BACKEND_FAILURE_40", "")
    assert told in reason
    scan(xapi, "Other")


def test_a_part_file_is_seen_only_under_the_three_endings(lab: RunningLab, xapi: Any) -> None:
    for name in (f".{UUID}.vhd.part", f"{UUID}.part", f".{UUID}.vhd"):
        change(lab, "file", sr="NFS", name=name, text="half a file")
    scan(xapi)
    assert len(xapi.VDI.get_all()) == 1
    change(lab, "file", sr="NFS", name=f"{UUID}.raw", text="half a file")
    scan(xapi)
    assert xapi.VDI.get_type(xapi.VDI.get_by_uuid(UUID)) == "user"


@pytest.mark.parametrize("cut", ["passes_scan", "fails_scan"])
def test_a_file_that_lacks_its_last_sector_is_found_by_a_check(lab: RunningLab, xapi: Any, cut: str) -> None:
    change(lab, "behaviour", cut_file=cut)
    made = Path(change(lab, "file", sr="NFS", name=f"{UUID}.vhd")["path"])
    assert vhd.problem_with(made) == ""
    change(lab, "cut_file", sr="NFS", name=made.name, by=512)
    assert vhd.problem_with(made) == "primary footer invalid"
    if cut == "passes_scan":
        scan(xapi)
        return
    assert refused(xapi)[0] == "SR_BACKEND_FAILURE_40"


def test_a_uuid_that_the_pool_knows_elsewhere_stops_everything(lab: RunningLab, xapi: Any) -> None:
    known = xapi.VDI.get_uuid(xapi.VDI.get_by_name_label("data")[0])
    change(lab, "file", sr="Other", name=f"{known}.vhd")
    change(lab, "file", sr="Other", name=f"{UUID}.vhd")
    code, _first, reason, _stderr = refused(xapi, "Other")
    assert (code, "Uniqueness_constraint_violation" in reason) == ("SR_BACKEND_FAILURE_1200", True)
    assert len(xapi.VDI.get_all()) == 1
    change(lab, "remove_file", sr="Other", name=f"{known}.vhd")
    scan(xapi, "Other")
    assert len(xapi.VDI.get_all()) == 2


def test_machines_leave_the_named_disk_empty(lab: RunningLab, xapi: Any) -> None:
    made = change(lab, "scheme", name="W11", srs=["NFS"], size_mib=8, data_mib=4)["vdis"]
    leaf = vhd.read(directory(lab) / f"{made['NFS']}.vhd")
    assert (leaf.blocks, leaf.kind) == (0, vhd.DIFFERENCING)
    parent = vhd.read(directory(lab) / str(leaf.parent))
    assert (parent.blocks, parent.hidden) == (2, True)
    scan(xapi)
    lab.skip(10)
    assert xapi.VDI.get_name_label(xapi.VDI.get_by_uuid(parent.path.stem)) == "base copy"
    assert parent.path.exists()


def test_a_snapshot_keeps_what_the_disk_held(lab: RunningLab, xapi: Any) -> None:
    (data,) = xapi.VDI.get_by_name_label("data")
    before = content(lab, xapi.VDI.get_uuid(data))
    snapshot = xapi.VDI.snapshot(data, {})
    assert content(lab, xapi.VDI.get_uuid(snapshot)) == content(lab, xapi.VDI.get_uuid(data)) == before


def content(lab: RunningLab, uuid: str) -> str:
    return hashlib.sha256(vhd.payload(8 * MIB, vhd.flattened(directory(lab) / f"{uuid}.vhd"))).hexdigest()


def test_what_breaks_the_contract_is_a_violation(lab: RunningLab, xapi: Any) -> None:
    (data,) = xapi.VDI.get_by_name_label("data")
    wrong = [
        (lambda: xapi.VDI.explode(data), "MESSAGE_METHOD_UNKNOWN"),
        (lambda: xapi.VDI.snapshot(data), "MESSAGE_PARAMETER_COUNT_MISMATCH"),
        (lambda: xapi.VDI.set_name_label(data, 1), "FIELD_TYPE_ERROR"),
        (lambda: xapi.VDI.create({"name_label": "new", "virtual_size": 8 * MIB}), "FIELD_TYPE_ERROR"),
    ]
    for number, (call, code) in enumerate(wrong, 1):
        with pytest.raises(XenAPI.Failure, match=code):
            call()
        assert len(lab.violations()) == number


def test_an_account_may_do_what_its_role_allows(lab: RunningLab, xapi: Any) -> None:
    change(lab, "behaviour", account_role="vm-admin")
    with pytest.raises(XenAPI.Failure, match="RBAC_PERMISSION_DENIED"):
        scan(xapi)
    (data,) = xapi.VDI.get_by_name_label("data")
    xapi.VDI.set_name_label(data, "renamed")


def handler(lab: RunningLab, method: str, what: str, content: Any = None, **query: Any) -> requests.Response:
    return requests.request(
        method,
        f"{lab.endpoint('pool-a')['url']}/{what}_raw_vdi",
        params=query,
        data=content,
        headers={"Content-Type": "application/octet-stream"},
        verify=str(lab.ca_path),
        allow_redirects=False,
        timeout=10,
    )


@pytest.fixture
def transfer(lab: RunningLab) -> dict[str, str]:
    """Session and task of a transfer, as a query."""
    place = lab.endpoint("pool-a")
    session = XenAPI.Session(place["url"], ignore_ssl=True)
    variables = place["inventory"]
    session.login_with_password(variables["xenserver_username"], variables["xenserver_password"], "1.0", "test")
    return {"session_id": session.handle, "task_id": session.xenapi.task.create("transfer", "")}


def test_success_of_an_import_stands_in_the_task_only(lab: RunningLab, xapi: Any, transfer: dict[str, str]) -> None:
    (data,) = xapi.VDI.get_by_name_label("data")
    assert handler(lab, "PUT", "import", b"x" * 9 * MIB, vdi=data, format="raw", **transfer).status_code == 200
    assert xapi.task.get_status(transfer["task_id"]) == "failure"


def test_an_import_in_chunks_is_refused(lab: RunningLab, xapi: Any, transfer: dict[str, str]) -> None:
    (data,) = xapi.VDI.get_by_name_label("data")
    answer = handler(lab, "PUT", "import", iter([b"x" * MIB]), vdi=data, format="raw", **transfer)
    assert (answer.status_code, xapi.task.get_status(transfer["task_id"])) == (404, "failure")
    assert handler(lab, "GET", "export", vdi=data, format="qcow9", **transfer).status_code == 404
    assert handler(lab, "GET", "export", vdi=data, session_id="OpaqueRef:1").status_code == 401


def test_a_host_that_does_not_see_the_sr_points_to_one_that_does(
    lab: RunningLab, xapi: Any, transfer: dict[str, str]
) -> None:
    local = change(lab, "vdi", name="local", sr="Local", size_mib=8, data_mib=2)["uuid"]
    answer = handler(lab, "GET", "export", vdi=local, format="raw", **transfer)
    place = lab.endpoint("xs-2")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(f"https://{place['address']}:{place['port']}/export_raw_vdi?")


def test_the_record_holds_neither_password_nor_session(lab: RunningLab, xapi: Any) -> None:
    xapi.VDI.get_all()
    password = lab.endpoint("pool-a")["inventory"]["xenserver_password"]
    recorded = lab.requests()
    assert [entry["path"] for entry in recorded] == ["/session.login_with_password", "/VDI.get_all"]
    assert password not in str(recorded)
    assert recorded[1]["body"]["params"] == ["********"]

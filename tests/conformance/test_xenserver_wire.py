# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's XAPI against the vendor's data model (``xenapi_models.json``) and driven by the vendor's own client, which
nothing here touches."""

from __future__ import annotations

import hashlib
import json
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import pyvhdi
import requests
import XenAPI

from lab.clock import Clock, Events
from lab.dom0.hosts import found
from lab.running import RunningLab, serve
from lab.topology import load
from lab.xenserver.endpoint import build_pools
from lab.xenserver.routes.calls import Call
from lab.xenserver.schemas import CLASSES, ENUMS
from lab.xenserver.topology import ROLES

MODELS: dict[str, Any] = json.loads((Path(__file__).parent / "xenapi_models.json").read_text(encoding="utf-8"))[
    "classes"
]
MIB = 1024 * 1024
ESTATE: dict[str, Any] = {
    "time_scale": 0,
    "xenserver_pools": [
        {
            "name": "pool-a",
            "hosts": [{"name": "xs-1"}, {"name": "xs-2"}],
            "srs": [
                {"name": "NFS"},
                {"name": "Local", "type": "ext", "host": "xs-2"},
                {"name": "LVM", "type": "lvmoiscsi"},
            ],
            "vms": [{"name": "Gold", "disks": [{"sr": "NFS", "size_mib": 8, "data_mib": 2}]}],
            "schemes": [{"name": "W11", "srs": ["NFS"], "size_mib": 8, "machines": 1}],
        }
    ],
}


def known_calls() -> list[Call]:
    (door, _member) = build_pools(load(ESTATE), Events(Clock(0)))
    return list(door.calls.known.values())


@pytest.mark.parametrize("kind", CLASSES)
def test_fields_are_those_of_the_data_model(kind: str) -> None:
    declared = MODELS[kind]["fields"]
    spelled = {'""': '""', "OpaqueRef:NULL": "Null"}
    for name, field in CLASSES[kind].items():
        told = declared[name]
        default = told.get("default")
        assert (field.access, field.type) == (told["access"], told["type"]), name
        assert field.default in (default, "OpaqueRef:NULL") or spelled.get(field.default or "") == default, name


@pytest.mark.parametrize("kind", ["VDI", "VM", "VBD"])
def test_what_a_client_has_to_give_is_asked_for(kind: str) -> None:
    """A field without a default that the lab did not know would only be missed by a real pool."""
    declared = MODELS[kind]["fields"].items()
    needed = {name for name, field in declared if field["access"] != "RO-runtime" and "default" not in field}
    assert needed <= CLASSES[kind].keys()


def test_enums_are_those_of_the_data_model() -> None:
    declared = {name: set(values) for model in MODELS.values() for name, values in model["enums"].items()}
    assert {name: set(values) for name, values in ENUMS.items()} == {name: declared[name] for name in ENUMS}


def test_calls_are_those_of_the_data_model() -> None:
    calls = known_calls()
    assert len(calls) > 100
    for call in calls:
        kind, _dot, name = call.name.partition(".")
        if call.implicit:
            assert name in MODELS[kind]["implicit"], call.name
            continue
        told = MODELS[kind]["messages"][name]
        own = list(call.params) if call.name != "session.logout" else []
        assert own == [of_type for _param, of_type in told["params"]], call.name
        assert (call.result, call.role) == (told["result"], told["role"]), call.name
        assert set(call.errors) <= set(told.get("errors") or []), call.name
        assert call.role in ROLES


@pytest.fixture(scope="module")
def running() -> Iterator[RunningLab]:
    with serve(ESTATE) as lab:
        yield lab


@pytest.fixture
def lab(running: RunningLab) -> Iterator[RunningLab]:
    running.reset(ESTATE)
    yield running
    assert running.violations() == []


@pytest.fixture
def session(lab: RunningLab, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Logged in to the pool, with the lab's CA the way the vendor's client takes one."""
    trusting = ssl.create_default_context(cafile=str(lab.ca_path))
    monkeypatch.setattr(ssl, "_create_default_https_context", lambda: trusting)
    place = lab.endpoint("pool-a")
    session = XenAPI.Session(place["url"])
    variables = place["inventory"]
    session.login_with_password(variables["xenserver_username"], variables["xenserver_password"], "1.0", "conformance")
    return session


def test_the_vendors_client_reads_the_pool(session: Any) -> None:
    (pool,) = session.xenapi.pool.get_all()
    master = session.xenapi.host.get_record(session.xenapi.pool.get_master(pool))
    assert (master["hostname"], session.API_version) == ("xs-1", "2.21")
    for kind, records in {"SR": 3, "PBD": 5, "VM": 3, "VDI": 5, "VBD": 3, "host": 2}.items():
        told = getattr(session.xenapi, kind).get_all_records()
        assert len(told) == records, kind
        assert all(record.keys() == CLASSES[kind].keys() for record in told.values())
    disk = session.xenapi.VDI.get_by_name_label("W11-baseDisk")[0]
    assert session.xenapi.VDI.get_virtual_size(disk) == str(8 * MIB)
    assert str(session.xenapi.VDI.get_snapshot_time(disk)) == "19700101T00:00:00Z"


def test_the_vendors_client_is_told_what_is_wrong(lab: RunningLab, session: Any) -> None:
    with pytest.raises(XenAPI.Failure) as missing:
        session.xenapi.VDI.get_record("OpaqueRef:1")
    assert missing.value.details == ["HANDLE_INVALID", "VDI", "OpaqueRef:1"]
    member = XenAPI.Session(lab.endpoint("xs-2")["url"])
    with pytest.raises(XenAPI.Failure) as slave:
        member.login_with_password("root", "any", "1.0", "conformance")
    assert slave.value.details == ["HOST_IS_SLAVE", lab.endpoint("pool-a")["address"]]
    with pytest.raises(XenAPI.Failure) as refused:
        XenAPI.Session(lab.endpoint("pool-a")["url"]).login_with_password("root", "wrong", "1.0", "conformance")
    assert refused.value.details[0] == "SESSION_AUTHENTICATION_FAILED"


def test_the_vendors_client_logs_in_again_when_its_session_is_over(lab: RunningLab, session: Any) -> None:
    lab.skip(100_000)
    assert session.xenapi.pool.get_all()


def test_the_vendors_client_makes_a_vm_with_a_disk_and_takes_its_snapshot(session: Any) -> None:
    xenapi = session.xenapi
    (template,) = xenapi.VM.get_by_name_label("Other install media")
    vm = xenapi.VM.clone(template, "wrapper")
    xenapi.VM.provision(vm)
    (sr,) = xenapi.SR.get_by_name_label("NFS")
    fields = {"name_label": "new", "name_description": "", "SR": sr, "virtual_size": str(3 * MIB), "type": "user"}
    disk = xenapi.VDI.create({**fields, "sharable": False, "read_only": False, "other_config": {}})
    assert xenapi.VDI.get_virtual_size(disk) == str(4 * MIB)
    vbd = {"VM": vm, "VDI": disk, "userdevice": "0", "bootable": True, "mode": "RW", "type": "Disk", "empty": False}
    config = {"other_config": {}, "qos_algorithm_type": "", "qos_algorithm_params": {}}
    xenapi.VBD.create({**vbd, **config})
    with pytest.raises(XenAPI.Failure) as taken:
        xenapi.VBD.create({**vbd, **config})
    assert taken.value.details == ["DEVICE_ALREADY_EXISTS", "0"]
    snapshot = xenapi.VM.get_record(xenapi.VM.snapshot(vm, "v1", []))
    assert (snapshot["is_a_snapshot"], snapshot["snapshot_of"]) == (True, vm)
    base = xenapi.VDI.get_sm_config(disk)["vhd-parent"]
    record = xenapi.VDI.get_record(xenapi.VDI.get_by_uuid(base))
    assert (record["name_label"], record["managed"], record["read_only"]) == ("base copy", False, True)


def test_a_disk_goes_out_and_comes_back_the_same(lab: RunningLab, session: Any, tmp_path: Path) -> None:
    """What was exported is judged by libvhdi, which refuses a file that is cut short, and by qemu-img, which does not
    (contract xenserver addition E)."""
    xenapi, root = session.xenapi, lab.endpoint("pool-a")["url"]
    (disk,) = xenapi.VDI.get_by_name_label("W11-baseDisk")
    got = {kind: transferred(lab, "GET", root + "/export_raw_vdi", session, disk, kind) for kind in ("raw", "vhd")}
    assert len(got["raw"]) == 8 * MIB
    path = tmp_path / "disk.vhd"
    path.write_bytes(got["vhd"])
    assert hashlib.sha256(content_of(path)).digest() == hashlib.sha256(got["raw"]).digest()
    raw = tmp_path / "disk.raw"
    subprocess.run(
        [found("qemu-img"), "convert", "-f", "vpc", "-O", "raw", str(path), str(raw)], check=True, timeout=60
    )
    assert raw.read_bytes() == got["raw"]
    path.write_bytes(got["vhd"][:-512])
    with pytest.raises(OSError, match="unsupported"):
        content_of(path)
    fields = {"name_label": "copy", "SR": xenapi.SR.get_by_name_label("LVM")[0], "virtual_size": str(8 * MIB)}
    rest = {"type": "user", "sharable": False, "read_only": False, "other_config": {}}
    copy = xenapi.VDI.create({**fields, **rest})
    transferred(lab, "PUT", root + "/import_raw_vdi", session, copy, "vhd", got["vhd"])
    assert transferred(lab, "GET", root + "/export_raw_vdi", session, copy, "raw") == got["raw"]


def transferred(
    lab: RunningLab, method: str, url: str, session: Any, disk: str, kind: str, content: bytes | None = None
) -> bytes:
    task = session.xenapi.task.create("transfer", "")
    query = {"session_id": session.handle, "task_id": task, "vdi": disk, "format": kind}
    headers = {"Content-Type": "application/vhd"}
    answer = requests.request(
        method, url, params=query, data=content, headers=headers, verify=str(lab.ca_path), timeout=10
    )
    assert answer.status_code == 200
    lab.skip(10)
    assert session.xenapi.task.get_status(task) == "success"
    return answer.content


def content_of(path: Path) -> bytes:
    with path.open("rb") as opened:
        file = pyvhdi.file()
        file.open_file_object(opened)
        try:
            return file.read(file.get_media_size())
        finally:
            file.close()

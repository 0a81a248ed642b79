# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A running lab: faults, record, control interface, several labs side by side."""

from __future__ import annotations

import json
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import yaml

import lab as lab_package
from lab.running import RunningLab, serve
from lab.topology import load

Client = Callable[[str], Any]

POWER_ON = {"transition": "ON"}


def gold(client: Any) -> str:
    uuid: str = client.entities("/vms", filter="vm_name==Gold-Finance")[0]["uuid"]
    return uuid


def test_the_inventory_leads_to_every_endpoint(lab: RunningLab) -> None:
    inventory = yaml.safe_load(lab.inventory_path.read_text(encoding="utf-8"))
    hosts = inventory["all"]["children"]["prism_elements"]["hosts"]
    assert list(hosts) == ["a", "b", "c"]
    for host in hosts.values():
        auth = (host["nutanix_username"], host["nutanix_password"])
        url = f"https://{host['nutanix_host']}:{host['nutanix_port']}/api/nutanix/v2.0/cluster"
        assert requests.get(url, auth=auth, verify=host["ca_path"], timeout=10).status_code == 200


def test_the_certificate_is_only_good_with_the_ca_of_this_lab(lab: RunningLab) -> None:
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(lab.endpoint("a")["url"], timeout=10)


def test_a_status_fault_has_no_effect(lab: RunningLab, prism: Client) -> None:
    lab.faults(
        [
            {
                "endpoint": "a",
                "method": "POST",
                "nth": 1,
                "then": {"status": 503, "body": {"message": "later"}, "headers": {"Retry-After": "3"}},
            }
        ]
    )
    client = prism("a")
    path = f"/vms/{gold(client)}/set_power_state"
    answer = client.ask("POST", path, POWER_ON)
    assert (answer.status_code, answer.json(), answer.headers["Retry-After"]) == (503, {"message": "later"}, "3")
    assert lab.state()["endpoints"]["a"]["tasks"] == []
    assert client.ask("POST", path, POWER_ON).status_code == 201


@pytest.mark.parametrize(
    "then", [{"status": 500, "body": {"message": "leader changed"}}, {"garbage": "<html>gateway</html>", "status": 504}]
)
def test_an_answer_can_be_replaced_after_the_effect(lab: RunningLab, prism: Client, then: dict[str, Any]) -> None:
    lab.faults([{"endpoint": "a", "method": "POST", "nth": 1, "then": {**then, "takes_effect": True}}])
    client = prism("a")
    answer = client.ask("POST", f"/vms/{gold(client)}/set_power_state", POWER_ON)
    assert (answer.status_code, answer.text) == (then["status"], then.get("garbage", '{"message":"leader changed"}'))
    assert len(lab.state()["endpoints"]["a"]["tasks"]) == 1
    assert lab.requests()[-1]["fault"] is not None


def test_a_client_that_dies_before_its_request_is_whole_has_asked_nothing(lab: RunningLab, prism: Client) -> None:
    place = urlsplit(lab.endpoint("a")["url"])
    client = prism("a")
    path = f"{place.path}/vms/{gold(client)}/set_power_state"
    lab.forget()
    trust = ssl.create_default_context(cafile=lab.ca_path)
    with (
        socket.create_connection((place.hostname, place.port), 10) as plain,
        trust.wrap_socket(plain, server_hostname=place.hostname) as connection,
    ):
        connection.sendall(
            f"POST {path} HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Type: application/json\r\nContent-Length:"
            " 20\r\n\r\n".encode()
        )
        connection.sendall(b'{"transi')
        # How the server hangs up then is its own affair.
        with suppress(OSError):
            connection.unwrap()
    client.entities("/vms")
    assert [entry["method"] for entry in lab.requests()] == ["GET"]
    assert lab.violations() == []


@pytest.mark.parametrize(("when", "tasks"), [("before", 0), ("after", 1)])
def test_a_cut_connection_before_and_after_the_effect(lab: RunningLab, prism: Client, when: str, tasks: int) -> None:
    client = prism("a")
    path = f"/vms/{gold(client)}/set_power_state"
    lab.faults([{"path": "set_power_state", "then": {"drop": when}}])
    with pytest.raises(requests.ConnectionError):
        client.ask("POST", path, POWER_ON)
    assert len(lab.state()["endpoints"]["a"]["tasks"]) == tasks
    last = lab.requests()[-1]
    assert (last["status"], last["fault"], last["body"]) == (None, 1, POWER_ON)


@pytest.mark.parametrize(
    ("then", "status"), [({"fail_task": "no space left"}, "Failed"), ({"job_status": "Aborted"}, "Aborted")]
)
def test_a_task_that_is_to_fail_has_no_effect(
    lab: RunningLab, prism: Client, then: dict[str, Any], status: str
) -> None:
    client = prism("a")
    vm = gold(client)
    lab.faults([{"path": "set_power_state", "then": then}])
    task = client.done(client.ask("POST", f"/vms/{vm}/set_power_state", POWER_ON))
    assert task["progress_status"] == status
    assert task["percentage_complete"] == 100
    assert task["meta_response"].get("error_detail") == then.get("fail_task", "")
    assert client.get(f"/vms/{vm}")["power_state"] == "off"


def test_garbage(lab: RunningLab, prism: Client) -> None:
    lab.faults([{"then": {"garbage": "<html>gateway</html>"}}])
    answer = prism("a").ask("GET", "/cluster")
    assert (answer.status_code, answer.text, answer.headers["Content-Type"]) == (
        200,
        "<html>gateway</html>",
        "text/html",
    )
    lab.clear_faults()
    assert prism("a").ask("GET", "/cluster").status_code == 200


def test_the_record_keeps_what_was_asked_and_answered_without_secrets(lab: RunningLab, prism: Client) -> None:
    lab.forget()
    client = prism("a")
    client.get("/vms", filter="vm_name==Gold")
    entry = lab.requests()[0]
    assert (entry["endpoint"], entry["method"], entry["query"], entry["status"]) == (
        "a",
        "GET",
        {"filter": ["vm_name==Gold"]},
        200,
    )
    assert entry["response"]["metadata"]["count"] == 2
    assert entry["authenticated_as"] == "admin"
    assert "authorization" not in entry["request_headers"]
    assert client.session.auth[1] not in str(lab.requests())
    lab.forget()
    assert lab.requests() == []


def test_a_reset_brings_back_the_topology_and_may_bring_another(lab: RunningLab, prism: Client) -> None:
    before = lab.endpoints
    lab.change([{"endpoint": "a", "kind": "delete_vm", "vm": "Gold-Finance"}])
    lab.reset()
    assert len(prism("a").entities("/vms", filter="vm_name==Gold-Finance")) == 1
    assert lab.endpoints == before
    lab.reset({"time_scale": 0, "prism_elements": [{"name": "a"}, {"name": "new"}]})
    assert prism("a").entities("/vms") == []
    assert prism("new").get("/cluster")["name"] == "new"
    with pytest.raises(OSError, match="refused"):
        requests.get(before[2]["url"], verify=str(lab.ca_path), timeout=10)


@pytest.mark.parametrize(
    ("order", "named"),
    [
        ({"endpoint": "z", "kind": "vm", "name": "x"}, "'z'"),
        ({"endpoint": "a", "kind": "nonsense"}, "'nonsense'"),
        ({"endpoint": "a", "kind": "vm", "nam": "x"}, "vm.nam"),
        ({"endpoint": "a", "kind": "delete_vm", "vm": "Gold"}, "2 VMs"),
    ],
)
def test_an_order_that_cannot_be_carried_out_says_why(lab: RunningLab, order: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        lab.change([order])


def test_two_labs_run_side_by_side(lab: RunningLab) -> None:
    with serve(deepcopy({"time_scale": 0, "prism_elements": [{"name": "a"}]})) as other:
        mine, theirs = lab.endpoint("a"), other.endpoint("a")
        assert mine["url"] != theirs["url"]
        auth = (theirs["inventory"]["nutanix_username"], theirs["inventory"]["nutanix_password"])
        answer = requests.get(theirs["url"] + "/api/nutanix/v2.0/vms", auth=auth, verify=str(other.ca_path), timeout=10)
        assert answer.json()["entities"] == []


def test_a_delayed_answer_and_a_long_poll_follow_the_time_scale() -> None:
    with serve({"time_scale": 100, "prism_elements": [{"name": "a", "vms": [{"name": "Gold"}]}]}) as lab:
        endpoint = lab.endpoint("a")
        session = requests.Session()
        session.auth = (endpoint["inventory"]["nutanix_username"], endpoint["inventory"]["nutanix_password"])
        session.verify, session.trust_env = str(lab.ca_path), False
        root = endpoint["url"] + "/api/nutanix/v2.0"
        lab.faults([{"path": "cluster", "then": {"delay": 20}}])
        session.get(f"{root}/cluster", timeout=10)
        entry = lab.requests()[-1]
        assert entry["sim_ended"] - entry["sim_started"] >= 20
        vm = session.get(f"{root}/vms", timeout=10).json()["entities"][0]["uuid"]
        task = session.post(f"{root}/vms/{vm}/set_power_state", json=POWER_ON, timeout=10).json()["task_uuid"]
        done = session.post(
            f"{root}/tasks/poll", json={"completed_tasks": [task], "timeout_interval": 600}, timeout=10
        ).json()
        assert done["completed_tasks_info"][0]["progress_status"] == "Succeeded"


def test_an_endpoint_that_was_away_for_a_while_is_trusted_again(lab: RunningLab, prism: Client) -> None:
    lab.reset({"time_scale": 0, "prism_elements": [{"name": "other"}]})
    assert prism("other").get("/cluster")["name"] == "other"
    lab.reset({"time_scale": 0, "prism_elements": [{"name": "a"}]})
    assert prism("a").get("/cluster")["name"] == "a"


def test_where_there_is_one_address_every_endpoint_has_its_own_port() -> None:
    clusters = [{"name": "a", "remote_sites": [{"name": "b", "cluster": "b", "addresses": 2}]}, {"name": "b"}]
    with serve({"time_scale": 0, "prism_elements": clusters}, one_address=True) as lab:
        assert {endpoint["address"] for endpoint in lab.endpoints} == {"127.0.0.1"}
        assert len({endpoint["port"] for endpoint in lab.endpoints}) == 2
        for endpoint in lab.endpoints:
            auth = (endpoint["inventory"]["nutanix_username"], endpoint["inventory"]["nutanix_password"])
            root = endpoint["url"] + "/api/nutanix/v2.0"
            with requests.Session() as session:
                session.auth, session.verify, session.trust_env = auth, str(lab.ca_path), False
                assert session.get(f"{root}/cluster", timeout=10).json()["name"] == endpoint["name"]
                for site in session.get(f"{root}/remote_sites", timeout=10).json()["entities"]:
                    assert len(site["remote_ip_ports"]) == 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_line_starts_a_lab_and_a_signal_stops_it_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-m", "lab", "up", "--directory", str(tmp_path)]
    with subprocess.Popen(
        command, cwd=Path(lab_package.__file__).parents[1], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        printed = []
        for line in process.stdout:
            printed.append(line)
            if line.startswith("time runs"):
                process.send_signal(number)
        assert process.wait(timeout=30) == 0
    assert [line.split()[0] for line in printed[:3]] == ["cluster-a", "cluster-b", "cluster-c"]
    endpoints = json.loads((tmp_path / "lab.json").read_text(encoding="utf-8"))["endpoints"]
    # Another lab on this machine may have taken the address since: that one shows another certificate.
    with pytest.raises(OSError, match=r"refused|CERTIFICATE_VERIFY_FAILED"):
        requests.get(endpoints[0]["url"], verify=str(tmp_path / "ca.pem"), timeout=10)


def test_the_command_line_prints_a_topology_that_can_be_loaded() -> None:
    command = [sys.executable, "-m", "lab", "topology", "--clusters", "4", "--catalogs", "6", "--machines", "60"]
    printed = subprocess.run(
        command, cwd=Path(lab_package.__file__).parents[1], capture_output=True, text=True, check=True
    ).stdout
    assert len(load(yaml.safe_load(printed))["prism_elements"]) == 4

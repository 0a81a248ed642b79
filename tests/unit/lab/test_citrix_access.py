# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Doors of a Citrix site: tokens, headers, roots, error shapes, rate limit."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from conformance.citrix_client import TIMEOUT, Client, estate
from conformance.citrix_models import violations
from lab.running import RunningLab

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def daas(running: RunningLab) -> Client:
    running.reset(estate())
    return Client(running, "daas")


@pytest.fixture
def cvad(running: RunningLab) -> Client:
    running.reset(estate())
    return Client(running, "cvad")


def token_request(
    client: Client, content_type: str = FORM, customer: str = "root", **changes: str
) -> requests.Response:
    identity = {
        "client_id": client.variables["citrix_client_id"],
        "client_secret": client.variables["citrix_client_secret"],
    }
    body = "&".join(
        f"{key}={value}" for key, value in {"grant_type": "client_credentials", **identity, **changes}.items()
    )
    url = f"https://{client.variables['citrix_trust_hostname']}/cctrustoauth2/{customer}/tokens/clients"
    return client.session.post(url, data=body, headers={"Content-Type": content_type}, timeout=TIMEOUT)


def last_violation(client: Client) -> str | None:
    return client.lab.requests()[-1]["violation"]


def test_a_cloud_token_is_given_to_the_customer_and_to_root(daas: Client) -> None:
    for customer in ("root", daas.variables["citrix_customer_id"]):
        answer = token_request(daas, customer=customer).json()
        assert (answer["token_type"], answer["expires_in"]) == ("bearer", "3600")


def test_the_region_host_gives_tokens_too(daas: Client) -> None:
    daas.variables["citrix_trust_hostname"] = daas.variables["citrix_hostname"]
    assert token_request(daas).status_code == 200


def test_wrong_credentials_are_counted(daas: Client) -> None:
    answer = token_request(daas, client_secret="wrong")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client")
    assert daas.lab.state()["endpoints"]["daas"]["refused_logins"] == 1
    assert last_violation(daas) is None


@pytest.mark.parametrize(
    ("content_type", "changes", "status"),
    [
        (FORM + "; charset=utf-8", {}, 415),
        ("application/json", {}, 400),
        (FORM, {"grant_type": "password"}, 400),
        (FORM, {"scope": "x"}, 400),
    ],
)
def test_a_token_request_of_another_form_is_a_violation(
    daas: Client, content_type: str, changes: dict[str, str], status: int
) -> None:
    assert token_request(daas, content_type, **changes).status_code == status
    assert last_violation(daas)


def test_the_trust_host_is_no_region_host(daas: Client) -> None:
    daas.url = f"https://{daas.variables['citrix_trust_hostname']}/cvad/manage"
    daas.change("behaviour", wrong_region=307)
    assert daas.send("GET", "/Me").status_code == 307
    daas.change("behaviour", wrong_region=403)
    assert daas.send("GET", "/Me").status_code == 403
    assert violations(daas.lab.requests()) == []


def test_on_premises_login(cvad: Client) -> None:
    assert cvad.log_in("wrong").status_code == 401
    answer = cvad.log_in(cvad.variables["citrix_client_secret"]).json()
    assert answer["CustomerId"] == "CitrixOnPremises"


@pytest.mark.parametrize("form", ["CWSAuth bearer={}", "CwsAuth Bearer={}", "Bearer {}", "bearer {}"])
def test_known_authorization_forms(daas: Client, form: str) -> None:
    daas.session.headers["Authorization"] = form.format(daas.token)
    daas.ask("GET", "/Me")


@pytest.mark.parametrize("form", ["CWSAuth {}", "Basic {}", "CWSAuth bearer = {}", "{}"])
def test_other_authorization_forms_are_violations(daas: Client, form: str) -> None:
    daas.session.headers["Authorization"] = form.format(daas.token)
    assert daas.send("GET", "/Me").status_code == 401
    assert last_violation(daas)


def test_a_token_expires(daas: Client) -> None:
    daas.change("behaviour", token_clock="simulated")
    daas.lab.skip(3599)
    daas.session.headers["Authorization"] = "CWSAuth bearer=" + token_request(daas).json()["access_token"]
    daas.lab.skip(3599)
    daas.ask("GET", "/Me")
    daas.lab.skip(2)
    assert daas.send("GET", "/Me").status_code == 401
    assert last_violation(daas) is None


def test_a_fault_expires_the_token_for_good(daas: Client) -> None:
    daas.lab.faults([{"path": "/Zones", "nth": 1, "then": {"expire_token": True}}])
    assert [daas.send("GET", path).status_code for path in ("/Me", "/Zones", "/Me")] == [200, 401, 401]


@pytest.mark.parametrize(("name", "status"), [("Citrix-CustomerId", 500), ("Citrix-InstanceId", 400)])
def test_a_missing_header_is_a_violation(daas: Client, name: str, status: int) -> None:
    del daas.session.headers[name]
    assert daas.send("GET", "/Zones").status_code == status
    assert last_violation(daas) == f"the header {name} is missing"


def test_wrong_ids_are_no_violation(daas: Client) -> None:
    assert daas.session.get(daas.url + "/Zones", headers={"Citrix-InstanceId": "0"}, timeout=TIMEOUT).status_code == 404
    assert (
        daas.session.get(daas.url + "/Zones", headers={"Citrix-CustomerId": "other"}, timeout=TIMEOUT).status_code
        == 403
    )
    assert daas.lab.violations() == []


def test_json_must_be_accepted(daas: Client) -> None:
    assert daas.session.get(daas.url + "/Zones", headers={"Accept": "text/html"}, timeout=TIMEOUT).status_code == 406
    assert last_violation(daas)


@pytest.mark.parametrize(
    "path",
    [
        "/cvadapis/{site}/Zones",
        "/citrix/orchestration/api/{customer}/{site}/zones",
        "/CVAD/Manage/zones",
        "/cvad/manage/Zones/",
    ],
)
def test_all_roots_lead_to_the_same_tree(daas: Client, path: str) -> None:
    site, customer = daas.session.headers.pop("Citrix-InstanceId"), daas.variables["citrix_customer_id"]
    if "{site}" not in path:
        daas.session.headers["Citrix-InstanceId"] = site
    answer = daas.session.get(daas.host + path.format(site=site, customer=customer), timeout=TIMEOUT)
    assert [zone["Name"] for zone in answer.json()["Items"]] == ["Primary", "Zürich"]
    assert daas.lab.violations() == []


def test_path_style_roots_without_a_site(daas: Client) -> None:
    del daas.session.headers["Citrix-InstanceId"]
    customer = daas.variables["citrix_customer_id"]
    for path in ("/cvadapis/me", "/citrix/orchestration/api/me", f"/citrix/orchestration/api/{customer}/Sites"):
        assert daas.session.get(daas.host + path, timeout=TIMEOUT).status_code == 200
    assert daas.lab.violations() == []


def test_case_and_encoding_of_paths_do_not_matter(daas: Client) -> None:
    for path in ("/machines/%24SEARCH", "/Machines/$search?LIMIT=5"):
        daas.ask("POST", path, {})
    daas.ask("GET", "/MACHINECATALOGS/prod%7Cpool")
    daas.ask("GET", "/machines/corp%7CDESK-001")


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/ImageVersion/1", None, 404),
        ("DELETE", "/Zones", None, 405),
        ("GET", "/Zones?colour=red", None, 400),
        ("GET", "/Machines?fields=Id,Colour", None, 400),
        ("POST", "/MachineCatalogs/Pool/$UpdateProvisioningScheme", {"FunctionalLevel": "L7"}, 400),
        ("POST", "/MachineCatalogs/Pool/$UpdateProvisioningScheme", {"MinimumFunctionalLevel": "L8"}, 400),
        ("POST", "/MachineCatalogs/Pool/$UpdateProvisioningScheme", {"NumTotalMachines": 4}, 501),
        ("DELETE", "/MachineCatalogs/Pool", None, 501),
        ("POST", "/ImageDefinitionsAndImageVersions/$search", {}, 501),
        ("GET", "/Sites/none/Settings", None, 501),
        ("POST", "/MachineCatalogs/Pool/$RollbackProvisioningScheme", None, 400),
        ("PATCH", "/Machines/CORP|DESK-001", {"InMaintenanceMode": "yes"}, 400),
    ],
)
def test_what_the_contract_does_not_know_is_a_violation(
    daas: Client, method: str, path: str, body: Any, status: int
) -> None:
    assert daas.send(method, path, body).status_code == status
    assert last_violation(daas)


def test_the_callers_transaction_id_comes_back(daas: Client) -> None:
    answer = daas.session.get(daas.url + "/Me", headers={"Citrix-TransactionId": "mine"}, timeout=TIMEOUT)
    assert answer.headers["Citrix-TransactionId"] == "mine"


def test_the_rate_limit_tells_when_to_come_back(running: RunningLab) -> None:
    running.reset(estate(rate_limit_per_second=2))
    client = Client(running, "cvad")
    answers = [client.send("GET", "/Zones") for _turn in range(4)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert refused[0].json()["parameters"] == [{"name": "retryDelay", "value": "1"}]
    assert "Retry-After" not in refused[0].headers


def test_not_found_may_be_a_500(daas: Client) -> None:
    daas.change("behaviour", not_found=500)
    answer = daas.send("GET", "/Machines/none")
    assert (answer.status_code, answer.json()["detail"]) == (500, "Object does not exist.")


def test_a_dormant_site_says_so(daas: Client) -> None:
    daas.change("behaviour", dormant=True)
    assert daas.send("GET", "/Me").status_code == 530


def test_an_unreachable_site_answers_nobody(daas: Client) -> None:
    daas.change("reachable", reachable=False)
    with pytest.raises(requests.ConnectionError):
        daas.send("GET", "/Me")

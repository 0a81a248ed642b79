# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ips_credential and ips_credential_info, and what holds for the connection to the service."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.image_portability.client import region_of
from harness.modules import Site
from harness.portability import Portability

SMB = {"id": "files", "type": "UsernamePassword", "username": "svc", "password": "open sesame 7"}
KINDS: list[dict[str, Any]] = [
    {**SMB, "domain": "CORP"},
    {"id": "a", "type": "Azure", "azure": {"tenant_id": "t", "client_id": "c", "client_secret": "open sesame 7"}},
    {"id": "b", "type": "Aws", "aws": {"access_key_id": "AKIA", "secret_access_key": "open sesame 7"}},
    {"id": "c", "type": "Gcp", "gcp": {"service_account_key": '{"type": "service_account", "key": "open sesame 7"}'}},
    {"id": "d", "type": "Gcp", "data": {"key": "open sesame 7"}},
]


@pytest.mark.parametrize("options", KINDS, ids=lambda options: options["id"])
def test_a_credential_is_made_once_and_its_secret_is_never_seen(
    portability: Portability, options: dict[str, Any]
) -> None:
    first = portability.ips("ips_credential", **options)
    assert (first["changed"], first["credential"]["type"], first["credential"]["state"]) == (
        True,
        options["type"],
        "Ok",
    )
    again = portability.ips("ips_credential", **options)
    assert (again["changed"], again["credential"]) == (False, first["credential"])
    wallet = portability.ips("ips_credential_info", type=options["type"])
    assert options["id"] in [entry["id"] for entry in wallet["credentials"]]
    assert "open sesame 7" not in json.dumps([first, again, wallet])
    assert "open sesame 7" in json.dumps(portability.state()["credentials"])


def test_check_mode_makes_none(portability: Portability) -> None:
    assert portability.ips("ips_credential", check=True, **SMB)["changed"]
    assert portability.writes() == []


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_secret_is_replaced_when_it_is_to_be(portability: Portability, method: str) -> None:
    portability.behave(credential_update=method)
    portability.ips("ips_credential", **SMB)
    result = portability.ips("ips_credential", **{**SMB, "password": "another", "update_secret": "always"})
    assert result["changed"]
    assert portability.state()["credentials"]["files"]["secret"]["password"] == "another"


def test_a_credential_of_another_type_is_left_alone_unless_asked(portability: Portability) -> None:
    portability.change("credential", id="files", type="Aws")
    assert "is of type Aws" in portability.ips.fails("ips_credential", **SMB)
    assert portability.writes() == []
    portability.ips("ips_credential", replace_type=True, **SMB)
    assert portability.writes() == ["DELETE /ips/credentials/files", "POST /ips/credentials"]


def test_a_credential_without_a_secret_is_refused_before_anything_is_sent(portability: Portability) -> None:
    assert "needs azure" in portability.ips.fails("ips_credential", id="a", type="Azure")
    assert "username and password" in portability.ips.fails("ips_credential", id="a", type="UsernamePassword")
    assert portability.lab.requests() == []


def test_a_credential_is_removed_once(portability: Portability) -> None:
    assert portability.ips("ips_credential", id="smb", state="absent")["changed"]
    assert not portability.ips("ips_credential", id="smb", state="absent")["changed"]
    assert "smb" not in portability.state()["credentials"]


def test_a_credential_that_a_running_job_uses_stays(portability: Portability) -> None:
    portability.hold()
    portability.export(wait=False)
    portability.lab.forget()
    for change in ({"state": "absent"}, {**SMB, "type": "Aws", "aws": KINDS[2]["aws"], "replace_type": True}):
        for check in (True, False):
            told = portability.ips.fails("ips_credential", check=check, **{**change, "id": "smb"})
            assert "the credential 'smb' is used by a job that runs" in told
    assert portability.writes() == []
    portability.let_end()
    assert portability.ips("ips_credential", id="smb", state="absent")["changed"]


@pytest.mark.parametrize("credential_id", ["", ".", ".."])
def test_an_id_that_no_address_can_name_is_refused_before_anything_is_sent(
    portability: Portability, credential_id: str
) -> None:
    assert f"'{credential_id}' names nothing" in portability.ips.fails("ips_credential", **{**SMB, "id": credential_id})
    assert portability.writes() == []


@pytest.mark.parametrize("then", [{"drop": "after"}, {"drop": "before"}, {"status": 500, "effect": True}])
def test_a_lost_answer_makes_no_second_credential(portability: Portability, then: dict[str, Any]) -> None:
    portability.lab.faults([{"endpoint": "ips", "method": "POST", "nth": 1, "then": then}])
    assert portability.ips("ips_credential", **SMB)["credential"]["id"] == "files"
    assert portability.state()["credentials"]["files"]["writes"] == 1


@pytest.mark.parametrize("paging", ["token", "plain_list"])
def test_a_long_wallet_is_read_to_its_end(portability: Portability, paging: str) -> None:
    portability.behave(paging=paging)
    for number in range(60):
        portability.change("credential", id=f"c-{number:02}", type="Aws")
    assert len(portability.ips("ips_credential_info", type="Aws")["credentials"]) == 60


def test_wrong_secrets_are_told_once(portability: Portability) -> None:
    assert "Client id and secret do not fit" in portability.ips.fails("ips_credential_info", client_secret="wrong")
    assert len(portability.lab.requests()) == 1


def test_a_host_of_another_region_refuses(portability: Portability) -> None:
    assert "Check region, customer_id" in portability.elsewhere.fails("ips_credential_info")


@pytest.mark.parametrize("status", [404, 307])
def test_other_refusals_of_a_wrong_region_are_told_too(portability: Portability, status: int) -> None:
    portability.lab.change([{"endpoint": "ips-eu", "kind": "behaviour", "wrong_region": status}])
    assert str(status) in portability.elsewhere.fails("ips_credential_info")


def test_a_path_that_is_none_of_the_service_is_told(portability: Portability) -> None:
    options = {**portability.ips.options, "base_path": "/elsewhere"}
    assert "Check hostname and base_path" in Site("ips", options).fails("ips_credential_info")
    portability.lab.forget()


def test_a_token_without_a_region_needs_the_option(portability: Portability) -> None:
    portability.lab.change([{"endpoint": "daas", "kind": "behaviour", "token_claims": False}])
    options = {**portability.ips.options, "hostname": "api.cloud.com"}
    assert "Give region, one of us, eu, ap-s" in Site("ips", options).fails("ips_credential_info")


def _token(claims: dict[str, Any]) -> str:
    return f"e30.{base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip('=')}.sig"


@pytest.mark.parametrize(
    ("token", "region"),
    [
        (_token({"customers": json.dumps([{"CustomerId": "me", "Geo": "AP-S"}])}), "ap-s"),
        (
            _token({"customers": json.dumps([{"CustomerId": "you", "Geo": "US"}, {"CustomerId": "Me", "Geo": "EU"}])}),
            "eu",
        ),
        (_token({"customers": json.dumps([{"Geo": "US"}])}), "us"),
        (_token({"customers": "[]"}), ""),
        (_token({"customers": "no JSON"}), ""),
        (_token({}), ""),
        ("opaque", ""),
        ("a.b!.c", ""),
    ],
)
def test_a_token_tells_the_region_of_its_customer(token: str, region: str) -> None:
    assert region_of(token, "me") == region

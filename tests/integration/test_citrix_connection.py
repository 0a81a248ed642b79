# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Logging in to a site, and what every Citrix module does about errors, lost tokens and limits."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from harness.citrix import CitrixEstate
from harness.modules import run_module

LOG_IN = "(?i)tokens"


@pytest.mark.parametrize("site", ["daas", "cvad"])
def test_log_in(estate: CitrixEstate, site: str) -> None:
    result = getattr(estate, site)("citrix_site_info")
    assert result["site"]["is_cloud"] is (site == "daas")
    assert len(estate.asked("POST", LOG_IN)) == 1


@pytest.mark.parametrize("site", ["daas", "cvad"])
@pytest.mark.parametrize(
    "module", ["citrix_site_info", "citrix_catalog_info", "citrix_hosting_unit_info", "citrix_machine_info"]
)
def test_wrong_secret_is_tried_once_and_never_told(estate: CitrixEstate, site: str, module: str) -> None:
    options = {**getattr(estate, site).options, "client_secret": "wr0ng-s3cret"}
    result = run_module(module, options)
    assert result["failed"]
    assert "once only" in result["msg"]
    assert "wr0ng-s3cret" not in json.dumps(result)
    assert [entry["method"] for entry in estate.lab.requests()] == ["POST"]


@pytest.mark.parametrize("module", ["citrix_catalog_image", "citrix_catalog_rollback"])
def test_wrong_secret_of_a_writing_module_is_tried_once(estate: CitrixEstate, module: str) -> None:
    message = estate.daas.fails(module, client_secret="wr0ng", catalogs=[{"name": "Pool"}], image="img-1")
    assert "Client id and secret do not fit this customer id" in message
    assert len(estate.lab.requests()) == 1


def test_error_inside_a_good_answer_is_a_refusal(estate: CitrixEstate) -> None:
    estate.fault(
        "cctrustoauth2",
        {
            "status": 200,
            "body": {"error": "invalid_client", "error_description": "Invalid client id or client secret."},
        },
    )
    assert "Invalid client id or client secret" in estate.daas.fails("citrix_site_info")
    assert len(estate.lab.requests()) == 1


def test_answer_without_a_token(estate: CitrixEstate) -> None:
    estate.fault("cctrustoauth2", {"status": 200, "body": {"token_type": "bearer"}})
    assert "holds no token" in estate.daas.fails("citrix_site_info")


@pytest.mark.parametrize("expiry", ["soon", None, 3600, "0"])
def test_unknown_forms_of_a_lifetime_do_no_harm(estate: CitrixEstate, expiry: Any) -> None:
    options = estate.daas.options
    url = f"https://{options['trust_hostname']}/cctrustoauth2/{options['customer_id']}/tokens/clients"
    form = {
        "grant_type": "client_credentials",
        "client_id": options["client_id"],
        "client_secret": options["client_secret"],
    }
    token = requests.post(url, data=form, verify=options["ca_path"], timeout=10).json()["access_token"]
    estate.fault(
        "cctrustoauth2", {"status": 200, "body": {"token_type": "bearer", "access_token": token, "expires_in": expiry}}
    )
    assert estate.daas("citrix_site_info")["site"]["name"] == "cloudxdsite"


@pytest.mark.parametrize("site", ["daas", "cvad"])
def test_expired_token_is_renewed_once_and_the_request_repeated(estate: CitrixEstate, site: str) -> None:
    estate.fault("/Zones", {"expire_token": True}, nth=1)
    assert getattr(estate, site)("citrix_site_info")["site"]["zones"]
    assert len(estate.asked("POST", LOG_IN)) == 2
    assert [entry["status"] for entry in estate.asked("GET", "/Zones")] == [401, 200]


def test_token_that_is_never_accepted_ends_the_run(estate: CitrixEstate) -> None:
    estate.fault("/Zones", {"expire_token": True})
    assert "401" in estate.daas.fails("citrix_site_info")
    assert len(estate.asked("GET", "/Zones")) == 2


def test_token_is_renewed_before_it_ends(estate: CitrixEstate) -> None:
    estate.reset({"token_seconds": 1})
    estate.fault("/MachineCatalogs", {"delay": 360.0}, nth=1)
    assert len(estate.daas("citrix_catalog_info", history=True)["catalogs"]) == 6
    assert len(estate.asked("POST", LOG_IN)) > 1
    assert not [entry for entry in estate.lab.requests() if entry["status"] == 401]


@pytest.mark.parametrize(
    "then",
    [{"status": 503}, {"status": 502, "body": "<html>Bad gateway</html>"}, {"drop": "before"}, {"drop": "after"}],
)
@pytest.mark.parametrize("path", ["cctrustoauth2", "/Me", "/Zones"])
def test_what_only_reads_is_repeated(estate: CitrixEstate, path: str, then: dict[str, Any]) -> None:
    estate.fault(path, then, nth=1)
    assert estate.daas("citrix_site_info")["site"]["zones"]


@pytest.mark.parametrize("path", ["cctrustoauth2", "/Me", "/Zones"])
def test_rate_limit_is_waited_out(estate: CitrixEstate, path: str) -> None:
    body = {
        "type": "https://errors-api.cloud.com/common/rateLimitExceeded",
        "detail": "slow down",
        "parameters": [{"name": "retryDelay", "value": "0.3"}],
    }
    estate.fault(path, {"status": 429, "body": body}, nth=1)
    assert estate.daas("citrix_site_info")["site"]["zones"]
    refused, repeated = [entry for entry in estate.lab.requests() if path.lower() in entry["path"].lower()]
    assert repeated["started"] - refused["ended"] >= 0.25


def test_site_that_limits_every_caller(estate: CitrixEstate) -> None:
    estate.reset({"rate_limit_per_second": 4})
    assert estate.daas("citrix_catalog_info")["catalogs"]


@pytest.mark.parametrize("shape", ["a", "b", "c"])
@pytest.mark.parametrize("site", ["daas", "cvad"])
def test_every_shape_of_error_is_understood(estate: CitrixEstate, shape: str, site: str) -> None:
    estate.behave(error_shape=shape)
    estate.fault("/Zones", {"expire_token": True})
    message = getattr(estate, site).fails("citrix_site_info")
    assert "The token is not valid or has expired" in message
    assert "transaction " in message


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"Type": "x/common/conflict", "Detail": "UPPER keys"}, "UPPER keys"),
        ({"errorMessage": "camel keys", "sdkErrorId": "Citrix.X"}, "camel keys"),
        ({"message": "plain", "statusCode": 500}, "plain"),
        ({"Error": {"message": "nested", "type": "T"}}, "nested"),
        ("<html><title>IIS 8</title></html>", "IIS 8"),
        (None, "answered with 500"),
    ],
)
def test_foreign_error_bodies_are_told_as_they_are(estate: CitrixEstate, body: Any, told: str) -> None:
    estate.fault("/Zones", {"status": 500, "body": body})
    assert told in estate.daas.fails("citrix_site_info")


@pytest.mark.parametrize("status", [403, 307])
def test_wrong_region_is_explained(estate: CitrixEstate, status: int) -> None:
    estate.behave(wrong_region=status)
    message = estate.daas.fails("citrix_site_info", hostname=estate.daas.options["trust_hostname"])
    assert str(status) in message
    assert "api-eu.cloud.com" in message


def test_dormant_site_is_explained(estate: CitrixEstate) -> None:
    estate.behave(dormant=True)
    message = estate.daas.fails("citrix_site_info")
    assert "530" in message
    assert "dormant" in message


def test_wrong_customer(estate: CitrixEstate) -> None:
    assert "Client id and secret do not fit this customer id" in estate.daas.fails(
        "citrix_site_info", customer_id="somebodyelse"
    )


def test_customer_that_the_account_does_not_have(estate: CitrixEstate) -> None:
    me = {
        "UserId": "u",
        "ExpiryTime": "11:22",
        "RefreshExpirationTime": "11:22",
        "Customers": [{"Id": "other", "Sites": []}],
    }
    estate.fault("/Me", {"status": 200, "body": me})
    assert "does not belong to customer 'daascustomer' but to 'other'" in estate.daas.fails("citrix_site_info")


def test_site_is_chosen_among_several(estate: CitrixEstate) -> None:
    real = estate.daas("citrix_site_info")["site"]
    sites = [{"Id": real["id"], "Name": "cloudxdsite"}, {"Id": "0" * 8, "Name": "Zweite"}]
    me = {
        "UserId": "u",
        "ExpiryTime": "11:22",
        "RefreshExpirationTime": "11:22",
        "Customers": [{"Id": "DaasCustomer", "Sites": sites}],
    }
    estate.fault("/Me", {"status": 200, "body": me})
    assert "has several sites: 'cloudxdsite (" in estate.daas.fails("citrix_site_info")
    assert estate.daas("citrix_site_info", site="CloudXDSite")["site"]["id"] == real["id"]
    assert estate.daas("citrix_site_info", site=real["id"])["site"]["id"] == real["id"]
    assert "has no site 'Dritte'" in estate.daas.fails("citrix_site_info", site="Dritte")


def test_on_premises_needs_an_address(estate: CitrixEstate) -> None:
    options = {key: value for key, value in estate.cvad.options.items() if key != "hostname"}
    assert "hostname is missing" in run_module("citrix_site_info", options)["msg"]
    assert estate.lab.requests() == []


def test_address_without_this_api(estate: CitrixEstate) -> None:
    estate.fault("/Me", {"status": 404, "body": "<html>nothing here</html>"})
    assert "no Citrix REST API at this address" in estate.daas.fails("citrix_site_info")


def test_unreachable_site(estate: CitrixEstate) -> None:
    estate.change("reachable", reachable=False)
    assert "cannot be reached" in estate.daas.fails("citrix_site_info") or "no answer" in estate.daas.fails(
        "citrix_site_info"
    )


def test_untrusted_certificate(estate: CitrixEstate) -> None:
    options = {key: value for key, value in estate.daas.options.items() if key != "ca_path"}
    assert "TLS certificate" in run_module("citrix_site_info", options)["msg"]
    assert estate.lab.requests() == []


def test_list_that_turns_in_circles_ends(estate: CitrixEstate) -> None:
    estate.fault("/Zones", {"status": 200, "body": {"Items": [], "ContinuationToken": "again"}})
    assert "loops: the same continuation token" in estate.daas.fails("citrix_site_info")
    assert len(estate.asked("GET", "/Zones")) == 2


@pytest.mark.parametrize("site", ["daas", "cvad"])
def test_an_account_without_a_site_is_told_to_get_a_role(estate: CitrixEstate, site: str) -> None:
    customer = getattr(estate, site).options.get("customer_id", "CitrixOnPremises")
    estate.fault(
        "/Me", {"status": 200, "body": {"DisplayName": "svc-ansible", "Customers": [{"Id": customer, "Sites": []}]}}
    )
    message = getattr(estate, site).fails("citrix_site_info")
    assert "shows no site to the account 'svc-ansible'" in message
    assert "Give it a role in the site" in message
    assert "with site" not in message


def test_daas_without_a_customer_is_told_what_is_missing(estate: CitrixEstate) -> None:
    message = estate.daas.fails("citrix_site_info", customer_id="CitrixOnPremises")
    assert "for citrix daas give customer_id" in message.casefold()
    # The lab takes a log-in where there is none for a breach of the contract, which it is.
    estate.lab.forget()

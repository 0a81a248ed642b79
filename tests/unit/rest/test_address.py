# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Addresses as people write them."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import (
    CONNECTION_ARGUMENTS as CITRIX,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import CitrixSite
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import PrismElement
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.address import netloc
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError


@pytest.mark.parametrize(
    ("given", "location"),
    [
        ("pe.example.com", "pe.example.com:9440"),
        ("PE-A", "pe-a:9440"),
        ("10.1.2.3", "10.1.2.3:9440"),
        ("fd00::17", "[fd00::17]:9440"),
        ("[fd00::17]", "[fd00::17]:9440"),
    ],
)
def test_hosts_and_addresses(given: str, location: str) -> None:
    assert netloc("nutanix_host", given, 9440, "nutanix_port") == location


@pytest.mark.parametrize(
    ("given", "advice"),
    [
        ("https://pe.example.com", "Give nutanix_host=pe.example.com."),
        ("https://pe.example.com:9440/console/", "Give nutanix_host=pe.example.com and nutanix_port=9440."),
        ("pe.example.com:9441", "Give nutanix_host=pe.example.com and nutanix_port=9441."),
        ("[fd00::17]:9441", "Give nutanix_host=fd00::17 and nutanix_port=9441."),
        ("pe.example.com/", "Give nutanix_host=pe.example.com."),
        ("pe example", "Give a host name or an IP address alone."),
        ("pe.example.com:port", "Give a host name or an IP address alone."),
        ("", "Give a host name or an IP address alone."),
    ],
)
def test_what_is_no_address_says_what_to_give(given: str, advice: str) -> None:
    with pytest.raises(OperationError, match="nutanix_host is") as caught:
        netloc("nutanix_host", given, 9440, "nutanix_port")
    assert caught.value.advice == advice


def test_a_password_in_an_address_is_not_shown() -> None:
    with pytest.raises(OperationError) as caught:
        netloc("nutanix_host", "https://admin:s3cret@pe.example.com", 9440, "nutanix_port")
    assert "s3cret" not in str(caught.value)


def citrix(**given: Any) -> dict[str, Any]:
    defaults = {name: option.get("default") for name, option in CITRIX.items()}
    return {**defaults, "client_id": "id", "client_secret": "secret", **given}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"hostname": "https://ddc.example.com"}, "Give hostname=ddc.example.com."),
        ({"hostname": "https://ddc.example.com:8443/"}, "Give hostname=ddc.example.com:8443."),
        ({"hostname": "api.cloud.com"}, "customer_id is missing"),
        ({"hostname": "api-eu.cloud.com:443"}, "customer_id is missing"),
        ({"hostname": "api.cloud.com", "customer_id": ""}, "customer_id is missing"),
        ({}, "customer_id for Citrix DaaS"),
        ({"customer_id": " "}, "customer_id for Citrix DaaS"),
    ],
)
def test_a_site_that_cannot_be_meant_is_not_asked(given: dict[str, Any], told: str) -> None:
    with pytest.raises(OperationError) as caught:
        CitrixSite.connect(citrix(**given))
    assert told in str(caught.value)


def test_a_cluster_at_an_ipv6_address() -> None:
    options = {"nutanix_host": "fd00::17", "nutanix_port": 9440, "nutanix_username": "a", "nutanix_password": "b"}
    client = PrismElement.connect({**options, "validate_certs": True, "ca_path": None, "read_timeout": 5})
    assert client.base_url.startswith("https://[fd00::17]:9440/")


@pytest.mark.parametrize("host", ["ö\u202e", "a" * 64, ".example.com"])
def test_a_name_that_no_resolver_can_be_asked_for(host: str) -> None:
    with pytest.raises(OperationError, match="no host name and no IP address"):
        netloc("nutanix_host", host, 9440, "nutanix_port")


@pytest.mark.parametrize("port", [-1, 0, 65536, 10**30])
def test_a_port_that_is_none(port: int) -> None:
    with pytest.raises(OperationError, match="nutanix_port has the port"):
        netloc("nutanix_host", "pe.example.com", port, "nutanix_port")

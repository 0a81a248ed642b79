# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from harness.citrix import CitrixEstate


def test_cloud_site(estate: CitrixEstate) -> None:
    site = estate.daas("citrix_site_info")["site"]
    assert site["name"] == "cloudxdsite"
    assert site["customer_id"] == "daascustomer"
    assert site["api_version"] == 126
    assert site["product_version"] == "7.45"
    assert [(zone["name"], zone["primary"]) for zone in site["zones"]] == [("Primary", True), ("Zürich", False)]
    assert estate.writes() == []


def test_site_on_premises(estate: CitrixEstate) -> None:
    site = estate.cvad("citrix_site_info", check=True)["site"]
    assert site["customer_id"] == "CitrixOnPremises"
    assert site["administrator"] == "svc ansible"

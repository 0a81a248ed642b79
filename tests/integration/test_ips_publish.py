# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ips_publish: an export to the store of Citrix Provisioning, by whatever route."""

from __future__ import annotations

import pytest

from harness.portability import Portability


@pytest.mark.parametrize("platform", ["azure", "aws", "gcp"])
def test_a_prepared_disk_is_published_once(portability: Portability, platform: str) -> None:
    options = portability.export_options(platform=platform, file_name="w11")
    result = portability.ips("ips_publish", **options)
    assert (result["changed"], result["job"]["kind"], result["file"]["name"]) == (True, "publish", "w11.vhdx")
    assert portability.ips("ips_publish", **options)["changed"] is False
    assert portability.writes() == ["POST /ips/images/$export"]


@pytest.mark.parametrize("job_type", ["none", "word", "route"])
def test_a_publication_is_no_export(portability: Portability, job_type: str) -> None:
    portability.behave(job_type=job_type)
    portability.export(platform="azure")
    assert portability.ips("ips_publish", **portability.export_options(platform="azure"))["changed"]


def test_another_route_may_be_given(portability: Portability) -> None:
    options = portability.export_options(platform="azure", route="$publish")
    assert "was answered with 404" in portability.ips.fails("ips_publish", **options)
    portability.behave(publish_route=True)
    assert portability.ips("ips_publish", **options)["job"]["state"] == "complete"


def test_check_mode_sends_nothing(portability: Portability) -> None:
    assert portability.ips("ips_publish", check=True, **portability.export_options(platform="azure"))["changed"]
    assert portability.writes() == []

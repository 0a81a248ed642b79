# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which requests may change something: tests, kills, benches and the demo count them by the same rule."""

from __future__ import annotations

import pytest

from lab.wire import is_write


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/PrismGateway/services/rest/v2.0/vms/"),
        ("HEAD", "/cvad/manage/me"),
        ("OPTIONS", "/vmm/unversioned/info"),
        ("POST", "/cvad/manage/Tokens"),
        ("POST", "/cctrustoauth2/customer/tokens/clients"),
        ("POST", "/PrismGateway/services/rest/v2.0/tasks/list"),
        ("POST", "/api/nutanix/v3/vms/list"),
        ("POST", "/cvad/manage/Machines/$search?limit=1000"),
        ("POST", "/VDI.get_all_records"),
        ("POST", "/session.login_with_password"),
        ("POST", "/DescribeSnapshots"),
    ],
)
def test_reads_and_log_ins_change_nothing(method: str, path: str) -> None:
    assert not is_write(method, path)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/PrismGateway/services/rest/v2.0/vms/"),
        ("POST", "/api/nutanix/v3/vms/1/list"),
        ("PUT", "/import_raw_vdi"),
        ("POST", "/VDI.destroy"),
        ("DELETE", "/cvad/manage/ImageDefinitions/1?purge=$search"),
    ],
)
def test_all_else_may_change_something(method: str, path: str) -> None:
    assert is_write(method, path)

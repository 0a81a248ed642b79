# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

from lab.variables_file import write_variables


def test_an_account_that_looks_like_a_template_is_taken_as_it_is(tmp_path: Path) -> None:
    cluster = {"nutanix_password": "p{{x}}-%d", "nutanix_username": "admin", "motto": "{{ lookup('env', 'X') }}"}
    write_variables(tmp_path / "inventory.yml", {"hosts": {"a": cluster}})
    lines = [line.strip() for line in (tmp_path / "inventory.yml").read_text(encoding="utf-8").splitlines()]
    assert lines == [
        "hosts:",
        "a:",
        "nutanix_password: !unsafe 'p{{x}}-%d'",
        "nutanix_username: admin",
        "motto: '{{ lookup(''env'', ''X'') }}'",
    ]

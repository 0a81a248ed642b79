# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values of Ansible's own types on their way into XML-RPC; in a playbook: tests/playbooks/test_doors.py."""

from __future__ import annotations

from xmlrpc.client import dumps, loads

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.xml_rpc import plain


class Tagged(str):
    """As Ansible's strings since ansible-core 2.19: no type that the marshaller knows."""


def test_strings_of_another_type_become_plain_ones() -> None:
    given = [Tagged("root"), {Tagged("key"): Tagged("value"), "number": 1}, (True, None)]
    made = plain(given)
    assert made == ["root", {"key": "value", "number": 1}, [True, None]]
    assert type(made[0]) is type(next(iter(made[1].values()))) is str
    assert loads(dumps((made,), allow_none=True))[0] == (made,)

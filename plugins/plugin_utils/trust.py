# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which texts of an inventory are templates: ours, and never what somebody else has written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.utils.unsafe_proxy import wrap_var

try:
    from ansible.template import trust_as_template
except ImportError:  # ansible-core before 2.19 takes every text for a template

    def trust_as_template(value: str) -> str:
        return value


def as_read(value: Any) -> Any:
    """What was read, so that no text of it is a template. Text that cannot be one stays plain in every ansible-core."""
    if isinstance(value, Mapping):
        return {name: as_read(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_read(each) for each in value]
    if isinstance(value, str):
        if "{" in value:
            return wrap_var(value)
        return trust_as_template(value)
    return value

# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an operator means who gives text where a list or a dictionary is meant, as a survey of AWX does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from ansible.module_utils.common.validation import check_type_dict

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal

try:
    import yaml
except ImportError:
    # Only where a module was shipped to. What an operator means is read on the controller
    yaml = None  # type: ignore[assignment]


def names(wish: Any) -> list[str]:
    """'PD-W11, PD-W10' and ['PD-W11', 'PD-W10'] mean the same."""
    if isinstance(wish, str):
        return list(filter(None, map(str.strip, re.split(r"[,\n]", wish))))
    # Of a name such as 2019 YAML makes a number
    if isinstance(wish, (int, float)):
        return [str(wish)]
    return list(map(str, wish or []))


def catalogs(wish: Any) -> list[Any]:
    """A catalog may be given by its bare name."""
    if isinstance(wish, (str, int, float)):
        return [{"name": name} for name in names(wish)]
    if isinstance(wish, Mapping):
        return [wish]
    entries = []
    for entry in wish or []:
        entries.append({"name": entry} if isinstance(entry, str) else entry)
    return entries


def mapping(wish: Any, variable: str = "This", secret: bool = False) -> dict[str, Any]:
    """A text is read as YAML or, like an argument of Ansible, as key=value; an empty one says nothing, as null does.
    Of one that is ``secret``, a refusal shows nothing."""
    if wish is None or (isinstance(wish, str) and not wish.strip()):
        return {}
    read = wish
    if isinstance(wish, str):
        try:
            read = _read(wish, variable)
        except Refusal as error:
            if not secret:
                raise
            raise Refusal(f"{variable} is text that cannot be read", error.advice) from None
    if not isinstance(read, Mapping):
        told = "what is given" if secret else f"'{wish}'"
        raise Refusal(f"{variable} must be a dictionary, and {told} is none", "Write it like '{key: value}'.")
    return dict(read)


def _read(text: str, variable: str) -> Any:
    try:
        read = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise Refusal(f"{variable}: {error}", "Write it as YAML, or like key=value.") from None
    if isinstance(read, str):
        with suppress(TypeError):
            return check_type_dict(text)
    return read

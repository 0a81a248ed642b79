# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Variables as a user would write them: an account that may look like a template is none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

# Ten times faster, where libyaml is there
DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
ACCOUNT = ("username", "password", "client_id", "client_secret", "api_key")


class Unsafe(str):
    """A text that Ansible shall take as it is."""


class _Dumper(DUMPER):
    pass


_Dumper.add_representer(Unsafe, lambda dumper, text: dumper.represent_scalar("!unsafe", str(text), style="'"))


def write_variables(path: Path, content: Any) -> None:
    with path.open("w", encoding="utf-8") as file:
        yaml.dump(_taken_as_it_is("", content), file, Dumper=_Dumper, allow_unicode=True, sort_keys=False)


def _taken_as_it_is(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _taken_as_it_is(str(key), each) for key, each in value.items()}
    if isinstance(value, str) and "{" in value and name.endswith(ACCOUNT):
        return Unsafe(value)
    return value

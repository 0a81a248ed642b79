# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Libraries that only some need: imported when they are needed, and named when they are missing."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from ansible.module_utils.basic import missing_required_lib

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError


def library(module: str, package: str) -> Any:
    """A module of a package of PyPI. Raises OperationError with the name of the package when it is not installed."""
    try:
        return import_module(module)
    except ImportError:
        raise OperationError(
            missing_required_lib(package).rstrip("."), f"Install it there: pip install {package}"
        ) from None

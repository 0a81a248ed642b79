# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is the same for all requests to an endpoint, whatever is asked: trust, patience and open connections."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

CONNECT_TIMEOUT = 10.0


@dataclass(frozen=True)
class Transport:
    """`verify` is False, True or the path of a CA bundle, `read_timeout` in seconds, `pool_size` how many connections
    are kept open."""

    verify: bool | str = True
    read_timeout: float = 60.0
    pool_size: int = 10

    @classmethod
    def of(cls, params: Mapping[str, Any], pool_size: int = 10) -> Transport:
        """As the connection options of every module say it."""
        verify = (params["ca_path"] or True) if params["validate_certs"] else False
        return cls(verify, params["read_timeout"], pool_size)

# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A running lab: on the command line through ``run``, in pytest through ``serve``."""

from __future__ import annotations

import asyncio
import json
import ssl
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from lab.control import control_application
from lab.estate import Estate
from lab.server import ControlServer, EstateServer, open_socket

CONTROL_TIMEOUT = 60


class RunningLab:
    """An estate with its servers and its files: CA, inventory and lab.json in ``directory``.

    ``source``: a topology file or the topology itself; ``time_scale`` overrides its own; ``control_port`` 0 takes a
    free one;
    ``one_address`` puts everything on 127.0.0.1, as happens anyway where there is no other loopback address.
    """

    def __init__(
        self,
        source: str | Path | dict[str, Any],
        directory: Path,
        time_scale: float | None = None,
        control_port: int = 0,
        one_address: bool = False,
    ) -> None:
        self.estate = Estate(source, time_scale, one_address)
        self.directory = directory
        self._control_socket = open_socket("127.0.0.1", control_port)
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._server = EstateServer(self.estate, self._tls)
        self._control = ControlServer(control_application(self.estate, self._follow_estate))
        self._write_files()

    def _write_files(self) -> None:
        estate = self.estate
        self.directory.mkdir(parents=True, exist_ok=True)
        estate.control_url = f"http://127.0.0.1:{self._control_socket.getsockname()[1]}"
        estate.ca_path = (self.directory / "ca.pem").resolve()
        estate.control_domains.directory = self.directory / "dom0"
        estate.inventory_path = (self.directory / "inventory.yml").resolve()
        estate.ca.cert_pem.write_to_path(str(estate.ca_path))
        estate.certificate().configure_cert(self._tls)
        estate.write_inventory(estate.inventory_path)
        (self.directory / "lab.json").write_text(json.dumps(estate.description(), indent=2), encoding="utf-8")

    async def _follow_estate(self) -> None:
        """After a change from outside: new addresses need a new certificate, reachability opens and closes sockets."""
        waiting = self.estate.addresses.take_sockets()
        if waiting:
            self.estate.certificate().configure_cert(self._tls)
        await self._server.follow_estate(waiting)

    async def run(self, started: Callable[[], None]) -> None:
        """Serve until ``stop``; call ``started`` once everything listens."""
        try:
            await asyncio.gather(
                self._server.run(self.estate.addresses.take_sockets(), started), self._control.run(self._control_socket)
            )
        finally:
            self.estate.control_domains.stop()
            self.estate.addresses.release()

    def stop(self) -> None:
        """End ``run`` soon; may be called from any thread."""
        self._server.server.should_exit = True
        self._control.server.should_exit = True

    @property
    def control_url(self) -> str:
        """Where the control interface listens."""
        return self.estate.control_url

    @property
    def ca_path(self) -> Path:
        """The certificate of the CA that every endpoint's certificate comes from."""
        return self.estate.ca_path

    @property
    def inventory_path(self) -> Path:
        """The inventory that a user of this estate would have."""
        return self.estate.inventory_path

    @property
    def endpoints(self) -> list[dict[str, Any]]:
        """Where everything is: name, kind, address, port, url, inventory variables."""
        endpoints: list[dict[str, Any]] = self.estate.description()["endpoints"]
        return endpoints

    def endpoint(self, name: str) -> dict[str, Any]:
        """Return one of the endpoints by its name."""
        return next(endpoint for endpoint in self.endpoints if endpoint["name"] == name)

    def requests(self, after: int = 0) -> list[dict[str, Any]]:
        """Return the recorded requests with a number greater than ``after``."""
        entries: list[dict[str, Any]] = self._ask("GET", f"/lab/requests?after={after}")
        return entries

    def violations(self) -> list[str]:
        """Return what clients asked for that the contract does not know."""
        return [f"{entry['endpoint']}: {entry['violation']}" for entry in self.requests() if entry["violation"]]

    def forget(self) -> None:
        """Empty the record of requests."""
        self._ask("DELETE", "/lab/requests")

    def faults(self, rules: list[dict[str, Any]]) -> list[int]:
        """Put fault rules in force; return their ids."""
        ids: list[int] = self._ask("POST", "/lab/faults", rules)["ids"]
        return ids

    def clear_faults(self) -> None:
        """Lift all fault rules."""
        self._ask("DELETE", "/lab/faults")

    def reset(self, topology: dict[str, Any] | None = None) -> None:
        """Go back to the topology, or to another one."""
        self._ask("POST", "/lab/reset", topology)

    def state(self) -> dict[str, Any]:
        """Return everything the estate holds."""
        state: dict[str, Any] = self._ask("GET", "/lab/state")
        return state

    def change(self, orders: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Change the world from outside; return one result per order."""
        results: list[dict[str, Any]] = self._ask("POST", "/lab/objects", orders)
        return results

    def skip(self, seconds: float) -> None:
        """Let simulated time jump forward."""
        self._ask("POST", "/lab/clock", {"skip": seconds})

    def run_at(self, scale: float) -> None:
        """Let simulated time go on ``scale`` times faster than real time; 0 stands still."""
        self._ask("POST", "/lab/clock", {"scale": scale})

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = requests.request(method, self.control_url + path, json=body, timeout=CONTROL_TIMEOUT)
        if answer.status_code == 400:
            raise ValueError(answer.json()["error"])
        answer.raise_for_status()
        return answer.json()


@contextmanager
def serve(
    source: str | Path | dict[str, Any],
    time_scale: float | None = None,
    directory: Path | None = None,
    one_address: bool = False,
) -> Iterator[RunningLab]:
    """Run a lab in a daemon thread for as long as the block lasts; its files go to ``directory`` or a temporary one,
    the rest is as for RunningLab."""
    with tempfile.TemporaryDirectory(prefix="lab-") as temporary:
        lab = RunningLab(source, directory or Path(temporary), time_scale, one_address=one_address)
        ready = threading.Event()
        failure: list[BaseException] = []

        def body() -> None:
            try:
                asyncio.run(lab.run(ready.set))
            except BaseException as error:
                failure.append(error)
                raise
            finally:
                ready.set()

        thread = threading.Thread(target=body, name="lab", daemon=True)
        thread.start()
        ready.wait()
        if failure:
            raise RuntimeError("the lab did not start") from failure[0]
        try:
            yield lab
        finally:
            lab.stop()
            thread.join()

# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Machines going off and on, their registration, and reboot cycles (contract citrix 8.5, 11)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from lab.citrix.state.entities import Machine
from lab.citrix.state.hosting import HostingInventory
from lab.setting import Setting

# FunctionalLevel, oldest first (contract citrix 8.2)
LEVELS = ("Unknown", "L5", "LMIN", "L7", "L7_6", "L7_7", "L7_8", "L7_9", "L7_20", "L7_25", "L7_30", "L7_34", "LMAX")


class Power:
    """Carries out power actions in simulated time."""

    def __init__(self, setting: Setting, inventory: HostingInventory, image_levels: Mapping[str, str]) -> None:
        self._events = setting.events
        self._durations = setting.durations
        self._behaviour = setting.behaviour
        self._inventory = inventory
        self._image_levels = image_levels
        self._switched: Machine | None = None  # whose VM the broker itself is switching right now

    def start(self, machine: Machine) -> None:
        """Let a machine boot and, after a while, register."""
        machine.power_state = "TurningOn"
        machine.power_action_pending = True
        self._switch_vm(machine, on=True)
        self._next(machine, "boot", self._running)

    def shut_down(self, machine: Machine) -> None:
        """Let a machine go off; its sessions end."""
        self._go_down(machine, self._off)

    def restart(self, machine: Machine) -> None:
        """Let a machine go off and on again."""
        self._go_down(machine, self._off_and_on)

    def cycle(self, machines: Iterable[Machine], duration_minutes: int, warning_minutes: int) -> None:
        """Reboot running machines after a warning, spread over a time; -1: each at its next natural shutdown."""
        running = [machine for machine in machines if machine.power_state == "On"]
        for index, machine in enumerate(running):
            if duration_minutes < 0:
                machine.scheduled_reboot = "Natural"
                continue
            machine.scheduled_reboot = "Draining" if machine.sessions else "Pending"
            wait = 60 * (max(warning_minutes, 0) + duration_minutes * index / len(running))
            self._events.after(wait, partial(self._reboot_of_cycle, machine))

    def vms_went(self, machines: Sequence[Machine], up: bool, orderly: bool) -> None:
        """Let agents go with their VMs; the broker learns of the power states only when it next looks at the hypervisor
        (contract citrix 10.2).

        An agent that is shut down in order says goodbye; one that dies is Registered until its contact counts as lost
        (contract citrix 11.2).
        """
        machines = [machine for machine in machines if machine is not self._switched]
        for machine in machines:
            if up:
                self._after(machine, self._durations["boot"] + self._durations["register"], self._registered)
                continue
            if machine.next_transition is not None:
                machine.next_transition.cancel()
            machine.power_action_pending = False
            self._leave(machine, orderly)
        self._events.after(self._durations["hosting_sync"], lambda: self._follow(machines))

    def _follow(self, machines: Iterable[Machine]) -> None:
        for machine in machines:
            self.follow_hypervisor(machine)

    def follow_hypervisor(self, machine: Machine) -> None:
        """Take a machine's power state from the VM that it is said to be (contract citrix 11.3, 20)."""
        if machine.hypervisor is None:
            machine.power_state, machine.registration_state = "Unmanaged", "Unregistered"
            return
        if not self._inventory.contactable(machine.hypervisor):
            machine.power_state = self._behaviour["unreachable_power_state"]
            return
        if self._behaviour["hosting_update_time"] == "each_look":
            machine.hosting_updated = self._events.clock.now
        vm = self._inventory.vm(machine.hypervisor, machine.hosted_machine_id or "")
        if vm is None:
            machine.power_state = machine.fault_state = "VirtualMachineNotFound"
            if not machine.silent:
                self._deregister(machine, "ContactLost")
            return
        machine.hosted_machine_name = vm.name
        machine.power_state = "On" if vm.power_state.lower() == "on" else "Off"
        machine.fault_state = "None"
        if machine.power_state == "On" and (machine.registration_state != "Registered" or machine.silent):
            self._next(machine, "register", self._registered)
        if machine.power_state == "Off":
            self._deregister(machine, "PowerOff")

    def _go_down(self, machine: Machine, afterwards: Callable[[Machine], None]) -> None:
        machine.power_state = "TurningOff"
        machine.power_action_pending = True
        self._leave(machine, machine.says_goodbye)
        self._next(machine, "shutdown", afterwards)

    def _leave(self, machine: Machine, orderly: bool) -> None:
        lag = self._behaviour["heartbeat_lag_seconds"]
        if orderly or not lag or machine.registration_state != "Registered":
            self._deregister(machine, "AgentShutdown" if orderly else "ContactLost")
        elif not machine.silent:
            machine.contact_lost = self._events.after(lag, partial(self._deregister, machine, "ContactLost"))

    def _reboot_of_cycle(self, machine: Machine) -> None:
        if machine.power_state != "On":
            machine.scheduled_reboot = "None"
            return
        machine.scheduled_reboot = "InProgress"
        self.restart(machine)

    def _off(self, machine: Machine) -> None:
        self._switch_vm(machine, on=False)
        machine.power_state = "Off"
        machine.power_action_pending = False
        machine.scheduled_reboot = "None"
        _take_image(machine)

    def _off_and_on(self, machine: Machine) -> None:
        self._switch_vm(machine, on=False)
        _take_image(machine)
        self.start(machine)

    def _running(self, machine: Machine) -> None:
        _take_image(machine)
        machine.power_state = "On"
        machine.power_action_pending = False
        machine.scheduled_reboot = "None"
        if not machine.silent:
            machine.registration_state = "Initializing"
        self._next(machine, "register", self._registered)

    def level_of(self, machine: Machine) -> str:
        """The functional level of a machine's VDA: its own, that of the image it runs, or else just what its catalog
        wants."""
        of_image = self._image_levels.get(machine.image.resource.image_name) if machine.image else None
        return machine.functional_level or of_image or machine.catalog.minimum_functional_level

    def _registered(self, machine: Machine) -> None:
        refusal = self._refused_because(machine)
        if machine.registers and not refusal:
            _hear(machine)
            machine.registration_state, machine.fault_state = "Registered", "None"
            machine.failed_registrations = 0
            return
        if machine.registers:
            self._deregister(machine, refusal)
            machine.last_deregistration, machine.deregistration_reason = self._events.clock.now, refusal
        if not machine.silent:
            machine.registration_state, machine.fault_state = "Unregistered", "Unregistered"
        self._give_up(machine)

    def _refused_because(self, machine: Machine) -> str:
        """A VDA below the minimum functional level of its catalog or delivery group may not register (contract citrix
        8.2, 8.4; DeregistrationReason)."""
        level, group = LEVELS.index(self.level_of(machine)), machine.catalog.delivery_group
        if level < LEVELS.index(machine.catalog.minimum_functional_level):
            return "FunctionalLevelTooLowForCatalog"
        if group is not None and level < LEVELS.index(group.minimum_functional_level):
            return "FunctionalLevelTooLowForDesktopGroup"
        return ""

    def _give_up(self, machine: Machine) -> None:
        """The broker itself puts a machine into maintenance mode that failed to register too often (contract citrix
        11.2, MaintenanceModeReason)."""
        machine.failed_registrations += 1
        most = self._behaviour["max_failed_registrations"]
        if most is not None and machine.failed_registrations >= most and not machine.in_maintenance_mode:
            machine.in_maintenance_mode, machine.maintenance_reason = True, "MaxFailedRegistrations"

    def _deregister(self, machine: Machine, reason: str) -> None:
        _hear(machine)
        if machine.registration_state == "Registered":
            machine.last_deregistration, machine.deregistration_reason = self._events.clock.now, reason
        machine.registration_state = "Unregistered"
        machine.sessions = 0
        machine.session_user = None

    def _switch_vm(self, machine: Machine, on: bool) -> None:
        """Switch the VM that a machine is (contract citrix 11.1); where the topology has none of its id nothing
        happens."""
        if (
            machine.hypervisor is None
            or not machine.hosted_machine_id
            or not self._behaviour["power_actions_reach_vms"]
        ):
            return
        self._switched = machine
        try:
            self._inventory.switch(machine.hypervisor, machine.hosted_machine_id, on)
        finally:
            self._switched = None

    def _next(self, machine: Machine, duration: str, then: Callable[[Machine], None]) -> None:
        self._after(machine, self._durations[duration], then)

    def _after(self, machine: Machine, seconds: float, then: Callable[[Machine], None]) -> None:
        if machine.next_transition is not None:
            machine.next_transition.cancel()
        machine.next_transition = self._events.after(seconds, lambda: then(machine))


def _hear(machine: Machine) -> None:
    """The broker knows how it is with an agent; it need not wait for a heartbeat."""
    if machine.contact_lost is not None:
        machine.contact_lost.cancel()


def _take_image(machine: Machine) -> None:
    """A machine of a pooled catalog comes up with the catalog's image (contract citrix 8.4)."""
    scheme = machine.catalog.scheme
    if scheme is not None and scheme.clean_on_boot:
        machine.image = scheme.image
        machine.image_out_of_date = False

"""Kill whoever is about to write down a step: the worst moment there is, for each step of a journey alike.

What the step did is done, at a vendor or in rows not committed yet, and nobody of ours will know. A trigger on the rows
of steps stops the one who writes; the test sees it wait, kills the worker process behind it, and lets go of the rest.
"""

import os
import signal
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from retail_platform.kernel.machine.running import Running
from tests import chaos

_CLASS = 4711  # of the advisory locks that stop a writer; the second key is the ambush
_LAY = """
CREATE TABLE ambush (id int PRIMARY KEY, order_number text, process text, step text, sprung bool DEFAULT false);
CREATE FUNCTION spring() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE found int;
BEGIN
    SELECT ambush.id INTO found FROM ambush JOIN engine_processrun run ON run.id = NEW.run_id
    WHERE NOT ambush.sprung AND ambush.process = run.process AND ambush.step = NEW.name
      AND ambush.order_number IN ('', run.facts->'started_by'->>'order_number');
    IF found IS NOT NULL THEN
        PERFORM set_config('application_name', NEW.run_id::text, true), pg_advisory_xact_lock({lock}, found);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ambushed BEFORE INSERT ON engine_runstep FOR EACH ROW
WHEN (NEW.state IN ('done', 'skipped')) EXECUTE FUNCTION spring();
"""
_LIFT = "DROP TRIGGER IF EXISTS ambushed ON engine_runstep; DROP FUNCTION IF EXISTS spring; DROP TABLE IF EXISTS ambush"
_CAUGHT = """
SELECT lock.objid::int, lock.pid, activity.client_port, activity.application_name
FROM pg_locks lock JOIN pg_stat_activity activity USING (pid)
WHERE lock.locktype = 'advisory' AND lock.classid = %s AND NOT lock.granted
"""

# The lease of the dead, which nobody renews any more. That it runs out by itself is shown where workers are killed.
_RUN_OUT = "UPDATE engine_processrun SET lease_until = now(), next_wake_at = now() WHERE id = %s AND state = 'running'"


@dataclass(frozen=True, slots=True)
class Place:
    """A step of the run of one order's return; of whichever run comes by first, where no order is named."""

    order_number: str
    process: str
    step: str


@dataclass
class Ambushes:
    """The places where somebody waits, and those where a worker has died."""

    stack: Running
    owner: psycopg.Connection[Any]  # holds the locks
    app: psycopg.Connection[Any]  # sees who waits for them, and sends them away
    places: dict[int, Place] = field(default_factory=dict)
    sprung: set[Place] = field(default_factory=set)

    @property
    def left(self) -> set[Place]:
        return set(self.places.values()) - self.sprung

    def lay(self, places: Iterable[Place]) -> None:
        """Wait at these from here on."""
        for number, place in enumerate(places, start=len(self.places) + 1):
            self.owner.execute("SELECT pg_advisory_lock(%s, %s)", [_CLASS, number])
            self.owner.execute(
                "INSERT INTO ambush VALUES (%s, %s, %s, %s)", [number, place.order_number, place.process, place.step]
            )
            self.places[number] = place

    def strike(self, steps: Collection[str], *, within_s: float) -> None:
        """Kill one worker process at each place, whenever it comes by, until those of these steps are all sprung."""
        deadline = time.monotonic() + within_s
        while any(place.step in steps for place in self.left) and time.monotonic() < deadline:
            for number, backend, port, run in self.app.execute(_CAUGHT, [_CLASS]).fetchall():
                place = self.places[number]
                if place in self.sprung:  # another run came to where one has died already
                    self.owner.execute("SELECT pg_advisory_unlock(%s, %s)", [_CLASS, number])
                elif _kill_behind(self.stack.pid("worker"), port):
                    self.owner.execute("UPDATE ambush SET sprung = true WHERE id = %s", [number])
                    self.app.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])  # it would wait for nobody
                    self.owner.execute(_RUN_OUT, [run])
                    self.sprung.add(place)
            time.sleep(0.1)


@contextmanager
def ambushes(stack: Running) -> Iterator[Ambushes]:
    """Nothing of it is left afterwards, and whoever still waits goes on."""
    with _session(stack.state.owner_url()) as owner, _session(stack.state.env["DATABASE_URL"]) as app:
        owner.execute(_LAY.replace("{lock}", str(_CLASS)))
        try:
            yield Ambushes(stack, owner, app)
        finally:
            owner.execute("SELECT pg_advisory_unlock_all()")
            owner.execute(_LIFT)


def _session(url: str) -> psycopg.Connection[Any]:
    return psycopg.connect(url, autocommit=True, connect_timeout=3)


def _kill_behind(worker: int, port: int) -> bool:
    """Kill the child of the worker that talks to PostgreSQL from this port. False if there is none."""
    for child in chaos.children(worker):
        if _sockets(child) & _inodes(port):
            os.kill(child, signal.SIGKILL)
            return True
    return False


def _sockets(pid: int) -> set[str]:
    try:
        links = [os.readlink(each) for each in Path(f"/proc/{pid}/fd").iterdir()]
    except OSError:
        return set()
    return {link.removeprefix("socket:[").removesuffix("]") for link in links if link.startswith("socket:")}


def _inodes(port: int) -> set[str]:
    """The sockets of this machine that are bound to a port, IPv4 and IPv6."""
    rows = [line.split() for name in ("tcp", "tcp6") for line in Path("/proc/net", name).read_text().splitlines()[1:]]
    return {row[9] for row in rows if int(row[1].rpartition(":")[2], 16) == port}

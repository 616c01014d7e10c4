"""`triptych device listen`: vital signs of a monitor, by HL7 v2 over MLLP, through the door `file`."""

import socketserver
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click
from msgspec import Struct

from triptych.cli.errors import CommandError, explained
from triptych.cli.ledgers import data_option
from triptych.exchange import NoReading, NotVitals, Readings, acknowledgment, read_oru
from triptych.exchange.hl7_vitals import MAX_BYTES
from triptych.ledger import Actor, Draft, Filed, Held, Refused, Trial
from triptych.ledger.errors import LedgerError
from triptych.ledger.library import knowledge
from triptych.ledger.opening import open_ledger

if TYPE_CHECKING:
    from triptych.web.signals import Signals

START, END = b"\x0b", b"\x1c\r"


class Desk(Struct, frozen=True, kw_only=True):
    """Where readings go: who answers for them, in which form and at which visit."""

    actor: Actor
    form: str = "vitals"
    visit: str | None = None
    cycle: int | None = None


@click.group()
def device() -> None:
    """Take the readings of devices into the ledger."""


@device.command()
@data_option
@click.option("--as", "person", required=True, help="The person on duty, who answers for the readings.")
@click.option("--role", required=True, help="The role they act in.")
@click.option("--site", help="The site of that role.")
@click.option("--form", default="vitals", show_default=True, help="The form that is filled.")
@click.option("--visit", help="The visit that the readings belong to.")
@click.option("--cycle", type=int, help="The cycle of that visit.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", default=2575, show_default=True, help="The port to listen at.")
def listen(data: str, host: str, port: int, **about: str) -> None:
    """Listen for ORU^R01 messages of a monitor and file their readings; answer each with AA, AE or AR.

    The connection is neither encrypted nor authenticated: keep it on one machine, or in a network of its own.
    """
    actor = Actor(person=about["person"], role=about["role"], site=about["site"])
    desk = Desk(actor=actor, form=about["form"], visit=about["visit"], cycle=int(about["cycle"] or 0) or None)
    with explained():
        store = open_ledger(data, write=True)
        trial = Trial(store, knowledge(), lambda: datetime.now(UTC))
        if desk.form not in trial.study.forms:
            store.close()
            raise CommandError(f"The study has no form {desk.form!r}.")
    signals = _signals(trial, data)
    try:
        with serving((host, port), lambda sent: answered(trial, desk, sent, datetime.now(UTC), signals)) as server:
            click.echo(f"Listening at {host}:{server.server_address[1]}. Stop with Ctrl-C.")
            server.serve_forever()
    except KeyboardInterrupt:
        click.echo("Stopped.")
    finally:
        signals.close()
        store.close()


def _signals(trial: Trial, data: str) -> "Signals":
    """The signals that come in here, beside the ledger's accounts; what an ended listener left is filed first."""
    from triptych.cli.serve import configure
    from triptych.web.signals import Signals

    configure(data)
    from triptych.web.settings import FOLDER

    found = Signals(trial, lambda: datetime.now(UTC), FOLDER / "signals")
    found.recover()
    return found


def answered(trial: Trial, desk: Desk, content: bytes, now: datetime, signals: "Signals | None" = None) -> bytes:
    """File the readings of a message and acknowledge it: AA when they are kept, AE when refused, AR when unreadable."""
    try:
        readings = read_oru(content)
    except NoReading as none:
        readings = none.readings
    except NotVitals as wrong:
        return acknowledgment(content, "AR", now, str(wrong))
    from triptych.web.signals import not_taken

    try:
        why = signals.take(readings, desk.actor) if signals else None
        if why is not None:
            text = " ".join(one.text for one in why) or "; ".join(not_taken(readings))
            return acknowledgment(content, "AE" if why else "AA", now, text)
        if not readings.values:
            return acknowledgment(content, "AR", now, str(NoReading(readings)))
        if not is_registered(trial, desk, readings):
            text = "The device is not registered as in service at this site. Register it."
            return acknowledgment(content, "AE", now, text)
        outcome = trial.file(draft_of(trial, desk, readings), desk.actor)
    except LedgerError:
        return acknowledgment(content, "AE", now, "The ledger cannot be used at the moment. Send it again.")
    match outcome:
        case Filed():
            return acknowledgment(content, "AA", now, "; ".join(readings.left_out))
        case Held():
            return acknowledgment(content, "AA", now, "Held for a person to look at.")
        case Refused(reasons=reasons):
            return acknowledgment(content, "AE", now, " ".join(reason.text for reason in reasons))


def is_registered(trial: Trial, desk: Desk, readings: Readings) -> bool:
    """Whether the device is in service at the desk's site, or the participant's; who is unknown is left to the door."""
    from triptych.web.devices import registered

    view = trial.system_view()
    course = view.course(readings.participant)
    site = desk.actor.site or (course.site if course else None)
    return site is None or readings.device in registered(view, site)


def draft_of(trial: Trial, desk: Desk, readings: Readings) -> Draft:
    """A filled form with the device as its originator; a required item that was not read is not performed."""
    from triptych.web import devices

    form = trial.study.forms[desk.form]
    return devices.draft_of(form, readings, desk.actor.site, desk.visit, desk.cycle)


def serving(address: tuple[str, int], answer: Callable[[bytes], bytes]) -> socketserver.ThreadingTCPServer:
    """A server of MLLP that answers each message, one after the other."""
    lock = threading.Lock()

    class Connection(socketserver.StreamRequestHandler):
        """One monitor. A block that is larger than a message ends the connection."""

        timeout = 300

        def handle(self) -> None:
            """Answer blocks until the monitor leaves."""
            while (content := self.block()) is not None:
                with lock:
                    reply = answer(content)
                self.wfile.write(START + reply + END)

        def block(self) -> bytes | None:
            """What stands between the start and the end of a block; none where there is no more."""
            found = bytearray()
            while not found.endswith(END):
                byte = self.rfile.read(1)
                if not byte or len(found) > MAX_BYTES:
                    return None
                found += byte
            start = found.find(START)
            return bytes(found[start + 1 : -len(END)]) if start >= 0 else None

    class Server(socketserver.ThreadingTCPServer):
        """Ends with the process."""

        allow_reuse_address = True
        daemon_threads = True

    return Server(address, Connection)

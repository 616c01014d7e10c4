"""`triptych serve`: the site, from one process that holds the ledger."""

import gc
import os
import secrets
import socket
import ssl
import sys
from collections.abc import Callable, Iterable
from contextlib import nullcontext, suppress
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Any

import click

from triptych.cli.errors import CommandError, explained
from triptych.cli.ledgers import data_option
from triptych.ledger import Trial
from triptych.ledger.clock import Sender
from triptych.ledger.errors import NotALedger

PEM = click.Path(exists=True, dir_okay=False, path_type=Path)
GRACE = 3
"""Seconds for what is being answered when the server is stopped."""
SHARE = 0.001
"""Seconds after which a thread that computes gives way to another; a fifth of what Python has by itself."""
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@data_option
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--remind",
    metavar="none|console|file:FOLDER|email:ADDRESS[+push]|push:ADDRESS",
    default="none",
    show_default=True,
    help="How reminders reach the staff; e-mail is sent from ADDRESS, push names it to the push services.",
)
@click.option(
    "--reach",
    metavar="none|console|file:FOLDER|email:ADDRESS",
    default="console",
    show_default=True,
    help="How e-mail reaches participants (links, reminders).",
)
@click.option(
    "--text",
    metavar="none|console|file:FOLDER|program:PATH",
    default="console",
    show_default=True,
    help="How text messages reach participants.",
)
@click.option("--cert", type=PEM, help="Serve HTTPS with this certificate and its chain (PEM).")
@click.option("--key", type=PEM, help="The private key of the certificate (PEM).")
@click.option("--music", type=FOLDER, help="The site's own music, for the player of the session's screen.")
def serve(data: str, port: int, host: str, remind: str, reach: str, text: str, **files: Path | None) -> None:
    """Serve the trial in a ledger: staff at localhost, participants at participant.localhost."""
    https = _https(files["cert"], files["key"])
    start(data, port, host, remind, reach, text, https, music=files["music"])


def configure(data: str) -> None:
    """Set what Django's settings read: the place of the ledger, and the key that signs sessions, made once."""
    os.environ["TRIPTYCH_DATA"] = data
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "triptych.web.settings")
    folder = Path(os.environ.get("TRIPTYCH_ACCOUNTS") or ("triptych-data" if "://" in data else data))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "secret.key"
    with suppress(FileExistsError), os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as made:
        made.write(secrets.token_urlsafe(48))
    os.environ.setdefault("TRIPTYCH_SECRET_KEY", path.read_text("ascii"))


def make_accounts(data: str, people: Iterable[str], password: str) -> None:
    """Make accounts for people who have none yet."""
    configure(data)
    import django

    django.setup()
    from triptych.web import accounts

    accounts.prepare()
    for person in people:
        accounts.ensure(person, password)


def start(
    data: str,
    port: int,
    host: str = "127.0.0.1",
    remind: str = "none",
    reach: str = "console",
    text: str = "console",
    https: tuple[Path, Path] | None = None,
    **more: Any,
) -> None:
    """Open the trial and serve it until interrupted, reminding the staff of what falls due if that is wanted.

    `https` is a certificate and its key; cookies are then sent over HTTPS alone. `music` is the site's own folder.
    A demonstration gives a `clock` of its own, and what runs `beside` the site; a replay is `told` in place of the
    ledger.
    """
    configure(data)
    if https:
        os.environ["TRIPTYCH_HTTPS"] = "yes"
    import django
    import uvicorn

    django.setup()
    from django.conf import settings

    from triptych.web import accounts, house, reaching, sending
    from triptych.web.server import Server

    if more.get("music"):
        settings.MUSIC = more["music"].resolve()
    with explained(), _listening(host, port) as listener:
        sender = _sender(sending.sender_named, remind, "remind")
        email, message = (
            _sender(reaching.email_sender_named, reach, "reach"),
            _sender(reaching.text_sender_named, text, "text"),
        )
        accounts.prepare()
        _forget_callers()
        served = (
            house.show_house(more["told"], more["clock"])
            if "told" in more
            else house.open_house(data, more.get("clock"))
        )
        served.reach = reaching.Reaching(email=email, text=message)
        _settle(served.trial)
        if "told" not in more:
            served.signals.recover()
        cert, key = https or (None, None)
        application = "triptych.web.asgi:application"
        server = Server(
            uvicorn.Config(
                application,
                log_level="warning",
                lifespan="off",
                timeout_graceful_shutdown=GRACE,
                ssl_certfile=cert,
                ssl_keyfile=key,
            )
        )
        try:
            scheme = "https" if https else "http"
            click.echo(f"Staff                 {scheme}://localhost:{port}/")
            click.echo(f"Participants          {scheme}://participant.localhost:{port}/")
            _tell_music()
            click.echo("Stop with Ctrl-C.")
            if "beside" in more:
                Thread(target=more["beside"], args=(served,), daemon=True, name="beside").start()
            with sending.reminding(served, data, sender) if sender else nullcontext(), suppress(KeyboardInterrupt):
                server.run(sockets=[listener])
        finally:
            served.close()


def _https(cert: Path | None, key: Path | None) -> tuple[Path, Path] | None:
    """A certificate and its key, if HTTPS is wanted. Raises `CommandError` where they cannot be used."""
    if cert is None and key is None:
        return None
    if cert is None or key is None:
        raise CommandError("HTTPS needs a certificate and its key. Give both --cert and --key. [https]")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(cert, key)
    except OSError as error:  # an SSLError is one
        raise CommandError(f"The certificate and its key cannot be used: {error}. [https]") from error
    return cert, key


def _tell_music() -> None:
    """Say what there is to play, and what was left out and why; each file is read once, here."""
    from triptych.web.live.music import folder
    from triptych.web.music import read_music

    place = folder()
    if place is None:
        return
    music = read_music(place)
    click.echo(f"Music                 {music.count} pieces, {len(music.playlists)} playlists, from {place}")
    for said in music.left_out:
        click.echo(f"                      left out: {said}")


def _forget_callers() -> None:
    """Erase whoever waits for a call and is past the day of deletion."""
    from triptych.web.house import read_clock
    from triptych.web.identity.callers import erase_expired

    erase_expired(read_clock().date())


def _sender(named: Callable[[str], Sender], spec: str, option: str) -> Sender | None:
    try:
        return None if spec == "none" else named(spec)
    except ValueError as error:
        raise CommandError(f"{error} [{option}]") from error


def _settle(trial: Trial) -> None:
    """Load what every page needs, spare it the search for cyclic garbage, and have threads take shorter turns.

    Both would hold up requests; the streams above all, which wait for their turn once for everything that they send.
    """
    for module in ("asgi", "urls", "urls_participant"):
        import_module(f"triptych.web.{module}")
    with suppress(NotALedger):  # a trial may be created in the ledger later
        trial.system_view()
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(SHARE)


def _listening(host: str, port: int) -> socket.socket:
    """Listen at a port, before anything is opened. Raises `CommandError`."""
    try:
        made = socket.create_server((host, port), backlog=2048)
    except OSError as error:
        raise CommandError(
            f"Port {port} of {host} cannot be served from: {error.strerror}. "
            "Choose another with --port (make: PORT=). [port]"
        ) from error
    # What is accepted here has it, too: a page in two pieces does not wait 40 ms for the first to be confirmed.
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made

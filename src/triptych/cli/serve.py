"""`triptych serve`: the site, from one process that holds the ledger."""

import os

import click

from triptych.cli.errors import explained
from triptych.cli.ledgers import data_option


@click.command()
@data_option
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
def serve(data: str, port: int, host: str) -> None:
    """Serve the trial in a ledger: staff at localhost, participants at participant.localhost."""
    start(data, port, host)


def start(data: str, port: int, host: str = "127.0.0.1") -> None:
    """Open the trial and serve it until interrupted."""
    os.environ["TRIPTYCH_DATA"] = data
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "triptych.web.settings")
    import django  # noqa: PLC0415
    import uvicorn  # noqa: PLC0415

    django.setup()
    from triptych.web import accounts, house  # noqa: PLC0415

    with explained():
        accounts.prepare()
        served = house.open_house(data)
        try:
            click.echo(f"Staff:        http://localhost:{port}/\nParticipants: http://participant.localhost:{port}/")
            uvicorn.run("triptych.web.asgi:application", host=host, port=port, log_level="warning", lifespan="off")
        finally:
            served.close()


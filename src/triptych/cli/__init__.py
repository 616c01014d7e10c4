"""The `triptych` command. Each sub-command is a thin call into the rooms."""

import click

from triptych import __version__
from triptych.cli.accounts import account
from triptych.cli.demo import demo
from triptych.cli.devices import device
from triptych.cli.evidence import evidence
from triptych.cli.exchange import lint_file, read_case
from triptych.cli.fidelity import fidelity
from triptych.cli.instruments import instrument
from triptych.cli.ledgers import ledger
from triptych.cli.play import play
from triptych.cli.recordings import recording
from triptych.cli.replay import session
from triptych.cli.screening import medicines, screen_case
from triptych.cli.serve import serve
from triptych.cli.studies import study
from triptych.cli.trials import amend, create, file_form


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="triptych")
def main() -> None:
    """Run MDMA-assisted-therapy trials: a study is a document, a trial is a ledger."""


for command in (create, file_form, amend):
    ledger.add_command(command)
main.add_command(study)
main.add_command(instrument)
main.add_command(lint_file)
main.add_command(read_case)
main.add_command(evidence)
main.add_command(fidelity)
main.add_command(ledger)
main.add_command(screen_case)
main.add_command(medicines)
main.add_command(play)
main.add_command(demo)
main.add_command(serve)
main.add_command(account)
main.add_command(device)
main.add_command(recording)
main.add_command(session)

__all__ = ["main"]

"""The page of what the evidence base concludes: a change of a conclusion is a difference between two of these."""

from triptych.evidence import conclusions
from triptych.ledger.library import evidence

HEAD = """\
# What the evidence base concludes

Made from the bundled base of published results; a test fails when a conclusion changes and this page does not. How the
sentences come about is on the page [](../explanation/evidence.md). Estimates are Hedges' g (less is better) or risk
ratios; the interval is the widest of three ways of making it.

"""


def render() -> str:
    """Render the page."""
    return f"{HEAD}{conclusions(evidence())}"

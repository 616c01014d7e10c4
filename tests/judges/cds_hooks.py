"""Call a CDS Hooks service with HealthChain's SandboxClient: `python cds_hooks.py URL PREFETCH`.

Runs in the judges' own environment; the token is read from standard input. The client knows no tokens, so one is put
into its requests. Prints one line of JSON: what it read of the answers by its own models, and what was wrong.
"""

import json
import sys
from typing import Any

import httpx
from healthchain.models import CDSResponse
from healthchain.models.responses.cdsdiscovery import CDSServiceInformation
from healthchain.sandbox import SandboxClient
from healthchain.sandbox import sandboxclient as own


def main() -> None:
    """Discover, call each hook, and read the cards."""
    base, prefetch, token = sys.argv[1], sys.argv[2], sys.stdin.read().strip()
    headers = {"Authorization": f"Bearer {token}"}

    class Client(httpx.Client):
        """The client's own, with a token."""

        def __init__(self, **more: Any) -> None:
            super().__init__(headers=headers, **more)

    own.httpx.Client = Client
    found = CDSServiceInformation(**httpx.get(f"{base}/cds-services", headers=headers, timeout=60).json())
    wrong = [] if {one.hook for one in found.services} >= {"patient-view"} else ["patient-view is not offered"]
    client = SandboxClient(url=f"{base}/cds-services/triptych-patient-view", workflow="patient-view", timeout=60)
    client.load_from_path(prefetch)
    setattr(client.requests[0].context, "patientId", "p1")  # noqa: B010 (a plain assignment looks unused)
    (answer,) = client.send_requests()
    cards = CDSResponse(**answer).cards if answer else []
    wrong += [] if cards else ["there is no card"]
    sys.stdout.write(json.dumps({"cards": [card.summary for card in cards], "findings": wrong}) + "\n")


main()

"""The server of the site. When it stops, the open streams of events end first, which by themselves never do."""

import socket

import uvicorn

from triptych.web.house import house


class Server(uvicorn.Server):
    """Runs the application in this process."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let go of whoever listens, then of everybody else."""
        house().hub.end()
        await super().shutdown(sockets)

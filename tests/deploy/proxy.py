"""The real proxy: Caddy with deploy/Caddyfile, on a free port, before something that listens on another."""

import os
import socket
import ssl
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

import httpx2

from service.settings import ROOT
from tests.deploy.programs import program
from tests.server import eventually

STOP_SECONDS = 30


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


class Proxy:
    """Starts on entering, stops on leaving. `upstream` is the port that takes the API's place; `site` is a name that
    ends in `localhost`, for which Caddy asks no authority elsewhere."""

    def __init__(self, folder: Path, upstream: int, site: str = "localhost") -> None:
        self.port, self.plain_port = free_port(), free_port()
        self.folder = folder
        self.site = site
        text = (ROOT / "deploy" / "Caddyfile").read_text()
        ports = (("8443", str(self.port)), ("8080", str(self.plain_port)), ("8000", str(upstream)))
        for ours, here in (*ports, ("grace_period 5s", "grace_period 1s")):
            assert ours in text
            text = text.replace(ours, here)
        (folder / "Caddyfile").write_text(text)

    def __enter__(self) -> Self:
        environment = {"PATH": os.environ["PATH"], "XDG_DATA_HOME": str(self.folder), "HOME": str(self.folder)}
        environment["SITE"] = self.site
        with (self.folder / "caddy.log").open("w") as log:
            command = [str(program("caddy")), "run", "--config", str(self.folder / "Caddyfile")]
            self.process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        self.client = eventually(self._client)
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()
        self.stop()

    def stop(self) -> int:
        """Ask it to stop; its exit code."""
        self.process.terminate()
        return self.process.wait(STOP_SECONDS)

    def _client(self) -> httpx2.Client | None:
        """Trusts the authority that Caddy has made itself, and nobody else. None while there is no certificate yet."""
        try:
            trusted = ssl.create_default_context(cafile=self.folder / "caddy/pki/authorities/local/root.crt")
            with socket.create_connection(("127.0.0.1", self.port)) as connection:
                trusted.wrap_socket(connection, server_hostname=self.site).close()
        except OSError:
            return None
        client = httpx2.Client(base_url=f"https://localhost:{self.port}", verify=trusted, timeout=30)
        if self.site != "localhost":  # a name that need not lead here
            client.headers["Host"] = self.site
            client.event_hooks["request"].append(lambda request: request.extensions.update(sni_hostname=self.site))
        return client


class Upstream(ThreadingHTTPServer):
    """Streams an event, the second one only when it is told to; counts what is posted to it as a whole."""

    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.go_on = threading.Event()
        self.left = threading.Event()
        self.whole_bodies = 0

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.go_on.set()
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: Upstream
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.wfile.write(b"data: first\n\n")
        if self.path == "/until-left":
            self.connection.recv(1)  # nothing more is sent: this ends with the connection
            self.server.left.set()
            return
        self.server.go_on.wait(STOP_SECONDS)
        self.wfile.write(b"data: second\n\n")

    def do_POST(self) -> None:
        size = int(self.headers["Content-Length"])
        self.server.whole_bodies += len(self.rfile.read(size)) == size
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None: ...

"""JupyterLab as `npdl lab` starts it, seen by a headless Chromium; for tests and for the picture in the README."""

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[2]
READY = """async () => {
    const panel = window.jupyterapp.shell.currentWidget;
    await panel.context.ready; await panel.sessionContext.ready; await panel.sessionContext.session.kernel.info;
}"""  # before that "Run All" silently runs nothing
COUNTS = """window.jupyterapp.shell.currentWidget.content.widgets.map(cell => cell.model)
    .filter(model => model.type === "code" && model.sharedModel.getSource().trim())
    .map(model => model.executionCount || 0)"""


def chromium():
    """The path of a Chromium, or None."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def free_port():
    """A port that nobody uses at this moment."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@contextlib.contextmanager
def server(folder, home, *options):
    """`npdl lab` in a working copy, with a HOME of its own; gives (address, token) when it answers."""
    port, token = free_port(), secrets.token_hex(8)
    command = [sys.executable, "-m", "npdl", "lab", "--folder", str(folder), "--no-browser", "--"]
    command += [f"--port={port}", f"--IdentityProvider.token={token}", "--expose-app-in-browser", *options]
    with open(home / "lab.log", "wb") as log:
        process = subprocess.Popen(
            command, cwd=home, env=os.environ | {"HOME": str(home), "PYTHONPATH": str(ROOT)}, stdout=log, stderr=log
        )
        try:
            address = f"http://127.0.0.1:{port}"
            for _ in range(300):
                with contextlib.suppress(urllib.error.URLError, ConnectionError):
                    urllib.request.urlopen(f"{address}/api/status?token={token}").close()
                    break
                if process.poll() is not None:
                    raise RuntimeError((home / "lab.log").read_text())
                time.sleep(0.1)
            yield address, token
        finally:
            process.terminate()
            process.wait(30)


@contextlib.contextmanager
def page(address, token, book, *, width=1280, height=900, scale=1):
    """A notebook in the browser, its kernel ready; the page keeps what it asked of others in `page.strangers`."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        seen = browser.new_page(viewport={"width": width, "height": height}, device_scale_factor=scale)
        seen.set_default_timeout(60_000)
        seen.strangers = []
        local = (address, address.replace("http", "ws"), "data:", "blob:")
        note = lambda asked: None if asked.url.startswith(local) else seen.strangers.append(asked.url)  # noqa: E731
        seen.on("request", note)
        seen.goto(f"{address}/lab/tree/{book}?reset&token={token}")
        seen.locator(".jp-NotebookPanel:visible").wait_for()
        seen.evaluate(READY)
        yield seen
        browser.close()


def run_all(seen):
    """Run > Run All Cells, until the kernel has done every one of them (anew)."""
    before = seen.evaluate(f"Math.max(0, ...{COUNTS})")
    seen.get_by_role("menuitem", name="Run", exact=True).click()
    seen.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    seen.wait_for_function(f"before => {COUNTS}.every(count => count > before)", arg=before, timeout=180_000)


def check(seen, exercise):
    """The boxes of an exercise's check that are on the page."""
    return seen.locator(".npdl-check", has_text=exercise)

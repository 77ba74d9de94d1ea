"""Serves a folder to headless Chromium, opens test/index.html, and waits for what the page has to say.

    python3 browser.py FOLDER

Exit status: 0 the page found no difference, 1 it did, or said nothing in time, 69 there is no Chromium.
"""
import functools, http.server, sys, threading

from chromium import Chromium


class Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=sys.argv[1]))
threading.Thread(target=server.serve_forever, daemon=True).start()
with Chromium() as browser:
    browser.open(f"http://127.0.0.1:{server.server_port}/test/index.html")
    browser.wait("'result' in window", seconds=120)
    result = browser.run("window.result")

print(*result["lines"], sep="\n")
for failure in result["failures"]:
    print("DIFFERS:", failure)
sys.exit(1 if result["failures"] or not result["lines"] else 0)

"""Serves a folder to headless Chromium, opens test/index.html, and waits for what the page has to say.

    python3 browser.py FOLDER [SECONDS]

Exit status: 0 the page found no difference, 1 it did, or said nothing in time, 69 there is no Chromium.
"""
import functools, http.server, json, os, shutil, subprocess, sys, tempfile, threading

folder, patience = sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 120
chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
if chromium is None:
    sys.exit(print("test-web: no Chromium: run tools/setup web", file=sys.stderr) or 69)

result, arrived = {}, threading.Event()


class Handler(http.server.SimpleHTTPRequestHandler):
    def do_POST(self):
        result.update(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()
        arrived.set()

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=folder))
threading.Thread(target=server.serve_forever, daemon=True).start()
with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
    command = [chromium, "--headless", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage",
               f"--user-data-dir={profile}", "--remote-debugging-port=0"]
    if os.geteuid() == 0:
        command.append("--no-sandbox")  # It refuses to start as root otherwise.
    command.append(f"http://127.0.0.1:{server.server_port}/test/index.html")
    with open(os.path.join(profile, "log"), "w+") as log:
        browser = subprocess.Popen(command, stdout=log, stderr=log)
        arrived.wait(patience)
        browser.terminate()
        try:
            browser.wait(10)
        except subprocess.TimeoutExpired:
            browser.kill()
        if not arrived.is_set():
            log.seek(0)
            sys.exit(print(f"test-web: no answer in {patience:.0f} s from {chromium}:\n{log.read()[-2000:]}", file=sys.stderr) or 1)

print(*result["lines"], sep="\n")
for failure in result["failures"]:
    print("DIFFERS:", failure)
sys.exit(1 if result["failures"] or not result["lines"] else 0)

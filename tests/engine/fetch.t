#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""fetch, where the configuration allows it, against a server of our own."""
import contextlib
import http.server
import json
import pathlib
import ssl
import subprocess
import sys
import threading

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "lib")]
from godwit import main  # noqa: E402


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    seen = []
    silent = threading.Event()
    reached = threading.Event()

    def log_message(self, *words):
        pass

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle_any(self):
        size = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(size)
        Handler.seen.append((self.command, self.path, dict(self.headers), body))
        if self.path.startswith("/to/"):
            self.answer(302, Location=self.path[4:])
        elif self.path == "/silent":
            Handler.reached.set()
            Handler.silent.wait(60)
        elif self.path == "/reached":
            self.answer(200 if Handler.reached.wait(60) else 500)
        elif self.path == "/missing":
            self.answer(404, b"no such thing")
        else:
            text = json.dumps({"method": self.command, "path": self.path, "body": body.decode()})
            self.answer(200, text.encode(), Content_Type="application/json", X_Two="a")

    do_GET = do_POST = do_PUT = handle_any


@contextlib.contextmanager
def server(certificate=None):
    Handler.seen = []
    Handler.silent.clear()
    Handler.reached.clear()
    made = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.daemon_threads = True
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        made.socket = context.wrap_socket(made.socket, server_side=True)
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"{'https' if certificate else 'http'}://127.0.0.1:{made.server_address[1]}"
    finally:
        Handler.silent.set()
        made.shutdown()
        made.server_close()
        thread.join()


def up(project, body):
    project.migration("001_a.js", "exports.up = async (db) => {\n" + body + "\n};\nexports.down = async () => {};\n")


def test_nothing_is_reached_unless_the_configuration_says_so(project):
    with server() as at:
        up(project, f"await fetch('{at}/x');")
        result = project.fails(1, "up")
        assert "the configuration does not allow it" in result.err and '"network": "127.0.0.1:' in result.err, result
        assert "001_a.js:2" in result.err and Handler.seen == [], result
        project.configure(network="example.com, *.example.org")
        project.fails(1, "up")
        assert Handler.seen == []


def test_what_comes_back_is_a_response(project):
    project.configure(network="127.0.0.1")
    with server() as at:
        up(project, f"""
  const answer = await fetch('{at}/a?b=1', {{ headers: {{ 'X-Mine': 'yes', Empty: '' }} }});
  console.log(answer.ok, answer.status, answer.statusText, answer.headers.get('x-two'), answer.redirected, answer.url);
  const copy = answer.clone();
  const {{ path, method }} = await answer.json();
  console.log(path, method, answer.bodyUsed, (await copy.arrayBuffer()).byteLength > 10);
  await answer.text().catch((error) => console.log(error.name));
  const missing = await fetch(new URL('{at}/missing'));
  console.log(missing.ok, missing.status, await missing.text());
  await db.collection('a').insertOne({{ path }});
""")
        lines = project.ok("up").out.splitlines()
        assert lines[:4] == [f"true 200 OK a false {at}/a?b=1", "/a?b=1 GET true true", "TypeError",
                             "false 404 no such thing"], lines
        _, _, headers, _ = Handler.seen[0]
        assert headers["x-mine"] == "yes" and headers["user-agent"] == "godwit" and headers["empty"] == "", headers
    assert project.db.a.find_one()["path"] == "/a?b=1"


def test_a_body_is_sent_and_can_not_be_undone(project):
    project.configure(network="*")
    with server() as at:
        up(project, f"""
  const sent = await fetch('{at}/p', {{ method: 'post', body: JSON.stringify({{ a: 'ü' }}),
    headers: {{ 'content-type': 'application/json' }} }});
  console.log((await sent.json()).body);
  await fetch('{at}/f', {{ method: 'PUT', body: new URLSearchParams({{ a: 1 }}) }});
""")
        assert project.ok("up").out.startswith('{"a":"ü"}\n')
        (_, _, first, _), (method, _, second, body) = Handler.seen
        assert first["content-type"] == "application/json" and "Expect" not in first, first
        assert (method, body) == ("PUT", b"a=1") and second["content-type"].startswith("application/x-www-form"), second
        assert "a connection of its own to 127.0.0.1" in project.record("001_a")["rollbackInfo"]["irreversible"][0]


def test_a_dry_run_reads_and_sends_nothing(project):
    project.configure(network="*")
    with server() as at:
        up(project, f"const {{ path }} = await (await fetch('{at}/r')).json();\n"
                    "await db.collection('a').insertOne({ path });")
        project.ok("up", "--dry-run")
        up(project, f"await fetch('{at}/w', {{ method: 'POST' }});")
        result = project.run("up", "--dry-run")
        assert result.status != 0 and "a dry run refuses" in result.out + result.err, result
        assert [path for _, path, _, _ in Handler.seen] == ["/r"], Handler.seen


def test_redirects_stay_where_fetch_may_go(project):
    with server() as at, server() as other:
        project.configure(network=at.partition("//")[2])
        up(project, f"const r = await fetch('{at}/to/{at}/end', {{ headers: {{ authorization: 's' }} }});\n"
                    "console.log(r.redirected, r.url, r.status);\n"
                    f"console.log((await fetch('{at}/to//x', {{ redirect: 'manual' }})).status);")
        assert project.ok("up").out.startswith(f"true {at}/end 200\n302\n")
        project.migration("002_b.js", f"exports.up = async () => {{ await fetch('{at}/to/{other}/x'); }};\n")
        result = project.fails(1, "up")
        assert "does not allow it" in result.err and not [seen for seen in Handler.seen if seen[1] == "/x"], result


def test_what_fails_says_why(project):
    project.configure(network="*")
    up(project, "await fetch('http://127.0.0.1:1/');")
    result = project.fails(1, "up")
    assert "fetch failed: 127.0.0.1:1: " in result.err and "001_a.js:2" in result.err, result
    up(project, "await fetch('ftp://127.0.0.1/');")
    assert "unknown scheme 'ftp:'" in project.fails(1, "up").err


def test_certificates_are_verified(project):
    project.configure(network="*")
    pem = project.folder / "own.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
                    "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", pem, "-out", f"{pem}.crt"],
                   check=True, capture_output=True)
    pem.write_text(pem.read_text() + pathlib.Path(f"{pem}.crt").read_text())
    with server(pem) as at:
        up(project, f"await fetch('{at}/');")
        result = project.fails(1, "up")
        assert "SSL" in result.err and Handler.seen == [], result


def test_an_abort_ends_it_at_once(project):
    project.configure(network="*")
    with server() as at:
        up(project, f"""
  const controller = new AbortController();
  const silent = fetch('{at}/silent', {{ signal: controller.signal }}).catch((error) => console.log(error.name));
  console.log((await fetch('{at}/reached')).status);
  controller.abort();
  await silent;
  await fetch('{at}/never', {{ signal: controller.signal }}).catch((error) => console.log(error.name));
  await fetch('{at}/silent', {{ signal: AbortSignal.timeout(50) }}).catch((error) => console.log(error.name));
""")
        assert project.ok("up").out.startswith("200\nAbortError\nAbortError\nTimeoutError\n")
        assert "/never" not in [path for _, path, _, _ in Handler.seen]


main(globals())

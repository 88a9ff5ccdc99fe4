"""A mail server for one test: aiosmtpd, which answers as it is told.

Its only argument is JSON: `encryption` (none, starttls or tls), `certificate` and `key` (files), `user` and `password`, `port` (any
when 0). It writes lines of JSON: {"port": …} when it listens, {"from", "to", "content"} for each mail that it took, {"told": true}
when it has heard. It reads lines of JSON: {"answers": [text or null, …]} are its next answers to RCPT TO, null for "say nothing";
{} changes nothing.
"""

import asyncio
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

options = json.loads(sys.argv[1])
answers = []


def say(**what):
    print(json.dumps(what), flush=True)


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        answer = answers.pop(0) if answers else "250 OK"
        if answer is None:
            await asyncio.sleep(3600)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):
        content = envelope.content.decode("utf-8")
        say(**{"from": envelope.mail_from, "to": envelope.rcpt_tos, "content": content, "tls": session.ssl is not None})
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    wanted = LoginPassword(options["user"].encode(), options["password"].encode())
    return AuthResult(success=data == wanted, handled=False)


def protocol(context):
    settings = {"enable_SMTPUTF8": False, "hostname": "mail.test"}
    if options.get("user"):
        # With TLS from the first byte, aiosmtpd does not know that the way is safe.
        settings |= {
            "authenticator": authenticate,
            "auth_required": True,
            "auth_require_tls": options["encryption"] == "starttls",
        }
    if options["encryption"] == "starttls":
        settings |= {"tls_context": context, "require_starttls": True}
    return SMTP(Handler(), **settings)


async def listen():
    context = None
    if options["encryption"] != "none":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options["certificate"], options["key"])
    loop = asyncio.get_running_loop()
    at_once = context if options["encryption"] == "tls" else None
    server = await loop.create_server(
        lambda: protocol(context), options.get("host", "127.0.0.1"), options.get("port", 0), ssl=at_once
    )
    say(port=server.sockets[0].getsockname()[1])
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        answers[:] = json.loads(line).get("answers", answers)
        say(told=True)


asyncio.run(listen())

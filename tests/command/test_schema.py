#!/usr/bin/env python3
"""Tests every exit of --json against port/command/tcexec.schema.json and tcexec-doctor.schema.json.

The checker below knows the keywords that the schemas use. It refuses any other, so that it ignores none.
"""

from __future__ import annotations

import json
import re
import socket
import unittest
from typing import Any, Dict, List, Optional

from harness import (API, DONE, NO_ANSWER, NOT_SENT, NOT_UNDERSTOOD, ROOT, USAGE, Case, Done, Word, at, encoded,
                     endpoint, environment, plain, run, secure, stand_up)

DOCTOR = json.loads((ROOT / "port/command/tcexec-doctor.schema.json").read_text())
SCHEMA = json.loads((ROOT / "port/command/tcexec.schema.json").read_text())
NOTES = {"$schema", "title", "description"}
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None), "integer": int}


def setUpModule() -> None:
    stand_up()


def is_type(value: Any, name: str) -> bool:
    return isinstance(value, TYPES[name]) and not (name == "integer" and isinstance(value, bool))


def violations(value: Any, schema: Dict[str, Any], where: str = "$") -> List[str]:
    """What is wrong with a value, by JSON Schema 2020-12."""
    found: List[str] = []
    for keyword, wanted in schema.items():
        right = True
        if keyword == "type":
            right = any(is_type(value, name) for name in ([wanted] if isinstance(wanted, str) else wanted))
        elif keyword == "enum":
            right = value in wanted
        elif keyword == "pattern":
            right = not isinstance(value, str) or re.search(wanted, value) is not None
        elif keyword == "minLength":
            right = not isinstance(value, str) or len(value) >= wanted
        elif keyword == "minimum":
            right = not is_type(value, "integer") or value >= wanted
        elif keyword == "maximum":
            right = not is_type(value, "integer") or value <= wanted
        elif keyword == "required":
            found += [f"{where}.{name} is missing" for name in wanted if isinstance(value, dict) and name not in value]
        elif keyword == "properties":
            for name in wanted if isinstance(value, dict) else ():
                found += violations(value[name], wanted[name], f"{where}.{name}") if name in value else []
        elif keyword == "minItems":
            right = not isinstance(value, list) or len(value) >= wanted
        elif keyword == "items":
            for place, item in enumerate(value if isinstance(value, list) else ()):
                found += violations(item, wanted, f"{where}[{place}]")
        elif keyword not in NOTES:
            raise ValueError(f"the checker does not know {keyword}")
        if not right:
            found.append(f"{where}: {value!r} breaks {keyword} {wanted!r}")
    return found


class Schema(Case):
    def document(self, done: Done, code: int) -> Dict[str, Any]:
        """The object that was printed, after the schema has been held against it."""
        self.check(done, code)
        document = json.loads(done.stdout)
        self.assertEqual(violations(document, SCHEMA), [])
        self.assertEqual(list(document), SCHEMA["required"])
        return document

    def test_done(self) -> None:
        self.document(secure("--json", "mps", "Echo", "x"), DONE)
        for body in (b'{"Response":{}}', b'{"Response":{"Result":"\\u0000\\ud83d\\ude00","RequestId":""}}'):
            endpoint.answer(body)
            self.document(plain("--json", "mps", "Echo"), DONE)

    def test_the_api_says_no(self) -> None:
        self.assertTrue(self.document(plain("--json", "mps", "Nothing"), API)["error"])
        for body in (b'{"Response":{"Error":{"Code":"InternalError"}}}', b'{"Response":{"Error":{"Message":"m"}}}',
                     b'{"Response":{"Error":{}}}'):
            endpoint.answer(body)
            self.document(plain("--json", "mps", "Echo"), API)

    def test_not_sent(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        self.document(run(at(port), "--plaintext", "--json", "mps", "F"), NOT_SENT)
        nowhere = at(443, "no-such-host.invalid")
        self.document(run(nowhere, "--ca=root.pem", "--json", "--timeout=5", "mps", "F"), NOT_SENT)
        self.document(run(at(endpoint.tls_port), "--ca=other.pem", "--json", "mps", "F"), NOT_SENT)
        self.document(run(at(port), "--plaintext", "--json", "--attempts=3", "--timeout=1", "mps", "F"), NOT_SENT)

    def test_no_answer(self) -> None:
        for kind, options in (("swallow", {}), ("cut", {"at": 60}), ("reset", {}), ("stall", {})):
            endpoint.fault(kind, **options)
            self.document(secure("--json", "--timeout=0.5", "mps", "Echo", "x"), NO_ANSWER)

    def test_not_understood(self) -> None:
        for kind, options in (("garbage", {}), ("status", {"status": 502}), ("redirect", {}), ("encoding", {}),
                              ("raw", {"base64": encoded(b"HTTP/1.1 999 X\r\nContent-Length: 4\r\n\r\n\xff\xc3(\x00")}),
                              ("body", {"base64": encoded(b'{"code":4100,"message":"old"}')})):
            endpoint.fault(kind, **options)
            self.document(plain("--json", "mps", "Echo", "x"), NOT_UNDERSTOOD)

    def test_nothing_on_the_exit_that_is_left(self) -> None:
        self.check(plain("--json", "vod", "Echo", "--session-id", "x" * 51), USAGE, "--session-id", b"")

    def test_the_manual_page_names_the_same_members(self) -> None:
        manual = (ROOT / "port/command/tcexec.1").read_text()
        section = manual.partition(".Sh JSON\n")[2].partition(".Sh ")[0]
        self.assertEqual(re.findall(r"^\.It Sy (\w+)$", section, re.M), SCHEMA["required"])
        self.assertEqual(list(SCHEMA["properties"]), SCHEMA["required"])

    def test_the_checker_sees_what_is_wrong(self) -> None:
        good = self.document(plain("--json", "mps", "Echo", "x"), DONE)
        for name, value in {"result": 1, "outcome": "sent", "http_status": 20, "status": "OK", "attempts": True,
                            "detail": None, "resumed": 0, "elapsed_ms": -1, "error": {}, "status_text": ""}.items():
            self.assertNotEqual(violations({**good, name: value}, SCHEMA), [], name)
        for name in good:
            without = {key: good[key] for key in good if key != name}
            self.assertEqual(violations(without, SCHEMA), [f"$.{name} is missing"])
        self.assertEqual(violations({**good, "more": 1}, SCHEMA), [])
        with self.assertRaises(ValueError):
            violations({}, {"propertyNames": {}})


class DoctorSchema(Case):
    STEPS = ["credentials", "permissions", "expiry", "roots", "dns", "tcp", "tls", "clock", "service"]

    def examine(self, code: int, *words: Word, steps: Optional[List[str]] = None, **more: Any) -> Dict[str, Any]:
        """The object of one doctor, which says what the lines of another one say."""
        done = run("doctor", "--json", *words, **more)
        self.check(done, code)
        self.assertEqual(done.stdout.count(b"\n"), 1)
        document = json.loads(done.stdout)
        self.assertEqual(violations(document, DOCTOR), [])
        self.assertEqual(list(document), DOCTOR["required"])
        self.assertEqual(document["exit"], code)
        self.assertEqual([step["name"] for step in document["steps"]], steps or self.STEPS)
        for step in document["steps"]:
            self.assertEqual(list(step), DOCTOR["properties"]["steps"]["items"]["required"])
        self.assertEqual(code == DONE, all(step["state"] != "bad" for step in document["steps"]))
        return document

    def test_all_is_well(self) -> None:
        words = (at(endpoint.tls_port), "--ca=root.pem")
        document = self.examine(DONE, *words)
        lines = run("doctor", *words).stdout.decode().splitlines()
        self.assertEqual("Next: " + document["next"], lines[-1])
        for step, line in list(zip(document["steps"], lines))[:5]:
            self.assertEqual(f"{step['state']:8} {step['name']:12} {step['text']}", line)
        self.examine(DONE, *words, "mps", "Echo", "x")

    def test_every_other_exit(self) -> None:
        words = (at(endpoint.tls_port), "--ca=root.pem")
        self.examine(API, *words, "mps", "Nothing")
        self.examine(USAGE, *words, env=environment(TENCENTCLOUD_SECRET_ID=None))
        self.examine(USAGE, at(endpoint.tls_port), "--ca=missing.pem")
        self.examine(NOT_SENT, at(endpoint.tls_port), "--ca=other.pem")
        self.examine(USAGE, *words, "--host=127.0.0.1", steps=[*self.STEPS[:4], "request"])
        endpoint.fault("swallow")
        self.examine(NO_ANSWER, *words)
        endpoint.fault("status", status=502)
        self.examine(NOT_UNDERSTOOD, *words)
        endpoint.fault("api_error", code="InternalError", message='"\\\x1b[2J\n')
        document = self.examine(API, *words)
        self.assertIn('InternalError: "\\\x1b[2J\n', document["steps"][-1]["text"])

    def test_nothing_without_a_check(self) -> None:
        self.check(run("doctor", "--json", "vod", "Echo", "@/nonexistent"), USAGE, "ARG: ", b"")
        self.check(run("doctor", "--json", "--curl"), USAGE, "--curl does not apply to doctor", b"")

    def test_the_manual_page_names_the_same_members(self) -> None:
        manual = (ROOT / "port/command/tcexec.1").read_text()
        section = manual.partition(".Ss Doctor\n")[2].partition(".Ss ")[0]
        items = DOCTOR["properties"]["steps"]["items"]
        self.assertEqual(re.findall(r"^\.It Sy (\w+)$", section, re.M), DOCTOR["required"])
        self.assertEqual(list(DOCTOR["properties"]), DOCTOR["required"])
        self.assertEqual(list(items["properties"]), items["required"])


if __name__ == "__main__":
    unittest.main()

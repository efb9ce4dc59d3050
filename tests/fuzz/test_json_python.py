"""Compares the JSON check, jsmn's tree and the decoded strings with Python's json, over texts of every kind."""

import json
import os
import pathlib
import random
import re
import shlex
import subprocess
import unittest

import corpus

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAM = pathlib.Path(os.environ.get("B", ROOT / "build")) / "tests/fuzz/json_tree"
LEVELS = int(re.search(r"define TCX_JSON_DEPTH_MAX (\d+)u", (ROOT / "include/tcexec/response.h").read_text())[1])
SEED = 8259

Token = tuple[str, int, bytes]  # kind (o, a, s, p), members or elements, content


# ---- the judge ----

class Refused(Exception):
    """What Python takes and the library does not."""


class Members(list):
    """An object, with names that stand twice."""


class Number(str):
    """As it stands in the text."""


def refuse(what: str) -> None:
    raise Refused(what)


def walk(value: object, level: int, tokens: list[Token]) -> None:
    """Appends the tokens of a value, in the order of the text."""
    if isinstance(value, list):
        if level == LEVELS:
            refuse("depth")
        tokens.append(("o" if isinstance(value, Members) else "a", len(value), b""))
        for member in value:
            if isinstance(value, Members):
                name, member = member
                tokens.append(("s", 1, name.encode()))
            walk(member, level + 1, tokens)
    elif isinstance(value, str) and not isinstance(value, Number):
        tokens.append(("s", 0, value.encode()))
    else:
        tokens.append(("p", 0, (value if isinstance(value, Number) else json.dumps(value)).encode()))


def judge(text: bytes) -> list[Token] | None:
    """The tokens of a text, None: it is no JSON.

    Python is more lenient than tcx_json.h, and all of that is taken away here: bytes are UTF-8, whatever they look
    like; NaN, Infinity and -Infinity are no numbers; half a surrogate pair is no text (its encode() fails); levels
    have an end.
    """
    try:
        value = json.loads(text.decode(), parse_constant=refuse, parse_int=Number, parse_float=Number,
                           object_pairs_hook=Members)
        tokens: list[Token] = []
        walk(value, 0, tokens)
        return tokens
    except (ValueError, Refused, RecursionError):
        return None


# ---- the library ----

def read_tree(output: bytes, at: int, count: int) -> tuple[list[Token], int]:
    """The tokens that stand at `at`, and where they end."""
    tokens: list[Token] = []
    for _ in range(count):
        end = output.index(b"\n", at)
        kind, size, length = output[at:end].split()
        at = end + 1 + int(length)
        tokens.append((kind.decode(), int(size), output[end + 1:at]))
    return tokens, at


def library(texts: list[bytes]) -> list[list[Token] | None]:
    """What the library makes of texts: tokens, or None where it refuses."""
    command = [*shlex.split(os.environ.get("EXEC", "")), str(PROGRAM)]
    frames = b"".join(b"%d\n%s" % (len(text), text) for text in texts)
    output = subprocess.run(command, input=frames, stdout=subprocess.PIPE, check=True).stdout
    answers: list[list[Token] | None] = []
    at = 0
    while at < len(output):
        end = output.index(b"\n", at)
        count, at = int(output[at:end]), end + 1
        tokens, at = read_tree(output, at, max(count, 0))
        answers.append(tokens if count >= 0 else None)
    return answers


# ---- texts ----

def decode(text: str) -> bytes:
    """The bytes of a text of tests/vectors/json: %n, %r, %t and % with two digits stand for one."""
    usual = {"n": b"\n", "r": b"\r", "t": b"\t"}
    return b"".join(usual.get(part[1:]) or bytes.fromhex(part[1:]) if part[0] == "%" else part.encode()
                    for part in re.findall(r"%[nrt]|%[0-9A-F]{2}|[^%]", text))


BLANKS = (b"", b"", b"", b" ", b"\n", b"\r\n", b"\t ")
LITERALS = (b"true", b"false", b"null")
ESCAPES = (b'\\"', b"\\\\", b"\\/", b"\\b", b"\\f", b"\\n", b"\\r", b"\\t")
SPICE = [*LITERALS, *ESCAPES, *map(decode, r'''
    " \ \u \ud83d \uDE00 \u0000 \x 0 00 - + . e E1 NaN -Infinity nul , : [ ] { } {} [] "" "a":1 // ' %20 %n %00 %0B %1F
    %7F %80 %C0%80 %C3 %C3%A9 %E0%9F%BF %ED%A0%80 %F0%9F%98%80 %F4%90%80%80 %FF %EF%BB%BF %C2%A0'''.split())]


def blank(draw: random.Random) -> bytes:
    return draw.choice(BLANKS)


def number(draw: random.Random) -> bytes:
    """A number with any of its parts."""
    whole = draw.choice((0, 7, 10, 4294967296, 10 ** 30))
    parts = ("-", str(draw.randrange(whole + 1)), f".{draw.randrange(1000):03}", draw.choice("eE"),
             draw.choice("+-"), f"{draw.randrange(400):02}")
    minus, fraction, exponent, sign = (draw.randrange(2) for _ in range(4))
    keep = (minus, 1, fraction, exponent, exponent and sign, exponent)
    return "".join(part for part, kept in zip(parts, keep) if kept).encode()


def escaped(draw: random.Random, point: int) -> bytes:
    """A code point as one or two escapes, in capitals or not."""
    units = chr(point).encode("utf-16-be").hex()
    return b"".join(b"\\u" + draw.choice((units, units.upper()))[i:i + 4].encode() for i in range(0, len(units), 4))


def character(draw: random.Random) -> bytes:
    """One character of a string, as it is or escaped; rarely half a pair."""
    point = draw.randrange(draw.choice((0x80, 0x80, 0x800, 0x10000, 0x110000)))
    if 0xD800 <= point < 0xE000:
        return b"\\u%04x" % point if draw.randrange(4) == 0 else b"?"
    if point < 0x20 or chr(point) in '"\\' or draw.randrange(4) == 0:
        return draw.choice((escaped(draw, point), draw.choice(ESCAPES)))
    return chr(point).encode()


def some_string(draw: random.Random) -> bytes:
    return b'"%s"' % b"".join(character(draw) for _ in range(draw.choice((0, 1, 2, 8))))


def some_value(draw: random.Random, levels: int) -> bytes:
    """A value of at most so many levels, by the grammar."""
    way = draw.randrange(8)
    if levels == 0 or way < 3:
        return draw.choice((some_string(draw), number(draw), draw.choice(LITERALS)))
    items = [some_value(draw, levels - 1) for _ in range(draw.choice((0, 1, 1, 2, 4)))]
    if way < 6:
        items = [b"%s%s:%s%s" % (some_string(draw), blank(draw), blank(draw), item) for item in items]
    inside = (blank(draw) + b"," + blank(draw)).join(items)
    return (b"{%s%s%s}" if way < 6 else b"[%s%s%s]") % (blank(draw), inside, blank(draw))


def tower(draw: random.Random, levels: int) -> bytes:
    """So many levels, one in the other."""
    text = b"1"
    for _ in range(levels):
        text = draw.choice((b"[%s]", b'{"a":%s}', b"[1,%s]", b'{"":0,"b":%s}')) % text
    return text


def mutate(draw: random.Random, text: bytes, others: list[bytes]) -> bytes:
    """A text with up to three changes: bytes lost, doubled, changed, or put in."""
    for _ in range(draw.choice((1, 1, 2, 3))):
        at, some = draw.randrange(len(text) + 1), draw.choice((1, 1, 2, 5, 20))
        gone = draw.choice((0, 0, some))
        other = draw.choice(others)
        begin = draw.randrange(len(other) + 1)
        new = draw.choice((b"", draw.choice(SPICE), draw.choice(SPICE), draw.randbytes(1), text[at:at + some],
                           other[begin:begin + some]))
        text = text[:at] + new + text[at + gone:]
    return text


def table() -> list[tuple[str, bytes]]:
    """The rows of tests/vectors/json/texts.txt: verdict and text."""
    lines = (ROOT / "tests/vectors/json/texts.txt").read_text().split("\n")
    rows = [line.partition(" | ") for line in lines if line and not line.startswith("#")]
    return [(verdict, decode(text)) for verdict, _, text in rows]


def kept() -> list[bytes]:
    """The inputs of the fuzz target."""
    regressions = sorted((ROOT / "tests/fuzz/regressions/json").iterdir())
    return [*corpus.read(ROOT / "tests/fuzz/corpus/json.tar.xz").values(), *(path.read_bytes() for path in regressions)]


def generated(count: int) -> list[bytes]:
    draw = random.Random(SEED)
    return [blank(draw) + some_value(draw, draw.choice((1, 3, 6))) + blank(draw) for _ in range(count)]


# ---- the tests ----

class Judge(unittest.TestCase):
    """The judge is strict where Python is not."""

    def test_refuses_what_python_takes(self):
        for text in (b"NaN", b"[-Infinity]", b'"\\ud800"', b'{"\\udc00":1}', b"\xef\xbb\xbf1", "[1]".encode("utf-16"),
                     b"[" * 33 + b"]" * 33, b"[" * 50000):
            self.assertIsNone(judge(text), text[:20])

    def test_tells_the_tokens(self):
        self.assertEqual(judge(b'{"a":[1.50,{}],"a":"\\ud83d\\ude00"} '),
                         [("o", 2, b""), ("s", 1, b"a"), ("a", 2, b""), ("p", 0, b"1.50"), ("o", 0, b""),
                          ("s", 1, b"a"), ("s", 0, "\U0001F600".encode())])


class Agreement(unittest.TestCase):
    """What one accepts the other does, with the same tokens, in the same order, with the same content."""

    def agree(self, texts: list[bytes]) -> float:
        """Fails unless they agree on all texts. Returns the share that is accepted."""
        answers = library(texts)
        self.assertEqual(len(answers), len(texts))
        for text, answer in zip(texts, answers):
            if answer != (expected := judge(text)):
                self.fail(f"{text!r}:\nthe library: {answer}\nPython:      {expected}")
        return sum(answer is not None for answer in answers) / len(texts)

    def agree_also_as_member(self, texts: list[bytes]) -> float:
        self.agree([b'{"X":%s,"Y":1}' % text for text in texts])
        return self.agree(texts)

    def test_table(self):
        rows = table()
        self.agree_also_as_member([text for _, text in rows])
        for verdict, text in rows:
            self.assertEqual(judge(text) is not None, verdict == "accept", text)

    def test_generated(self):
        share = self.agree_also_as_member(generated(6000))
        self.assertTrue(0.9 < share < 1, share)  # what is not has half a pair

    def test_depth(self):
        draw = random.Random(SEED)
        share = self.agree([tower(draw, levels) for levels in range(LEVELS - 4, LEVELS + 5) for _ in range(50)])
        self.assertEqual(share, 5 / 9)
        self.assertEqual(self.agree([b"[" * 50000, b"[" * 50000 + b"]" * 50000, b'{"a":' * 50000]), 0)

    def test_kept(self):
        share = self.agree_also_as_member(kept())
        self.assertTrue(0.1 < share < 0.9, share)

    def test_mutated(self):
        draw = random.Random(SEED)
        originals = [*kept(), *(text for _, text in table()), *generated(500)]
        texts = [mutate(draw, draw.choice(originals), originals) for _ in range(20000)]
        share = self.agree_also_as_member(texts)
        self.assertTrue(0.05 < share < 0.9, share)

    def test_every_two_bytes(self):
        """As a text, in a string, and behind a backslash."""
        pairs = [bytes([first, second]) for first in range(256) for second in range(256)]
        self.agree(pairs)
        self.agree([b'"%s"' % pair for pair in pairs])
        self.agree([b'["\\%s"]' % pair for pair in pairs])


if __name__ == "__main__":
    unittest.main()

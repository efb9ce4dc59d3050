"""Makes a call to MPS and one to VOD, over verified TLS 1.2, against the local endpoint."""

import os
import pathlib
import shlex
import subprocess
import sys

import stand

BUILD = pathlib.Path(os.environ.get("B", stand.ROOT / "build"))
CALLS = (
    ["mps", "ExampleFunc", "XXX"],
    ["vod", "Echo", '{"input":"movie.mp4"}', "--session-id", "demo-1"],
)


def main() -> int:
    certificates = stand.Certificates(BUILD / "demo")
    keys = {"TENCENTCLOUD_SECRET_ID": stand.SECRET_ID, "TENCENTCLOUD_SECRET_KEY": stand.SECRET_KEY}
    with stand.Endpoint(certificates, "--lifetime", "60") as endpoint:
        print(f"A stand-in for the service listens on https://{endpoint.tls}; it checks signatures with code of its own.")
        for call in CALLS:
            command = [str(BUILD / "tcexec"), *call, "--ca", str(certificates.root), "--connect", endpoint.tls, "-v"]
            print(f"\n$ {shlex.join(command)}", flush=True)
            if subprocess.run(command, env={**os.environ, **keys}).returncode != 0:
                return 1
        executed = endpoint.state()["executions"]["total"]
    print(f"\nThe endpoint verified {executed} signatures and ran {executed} functions.")
    return 0 if executed == len(CALLS) else 1


if __name__ == "__main__":
    sys.exit(main())

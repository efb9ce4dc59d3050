"""Makes the call of the first program (port/firmware/examples/execute_function) on the emulated board, against the local endpoint."""

import shlex
import subprocess
import sys

import run
import stand


def main() -> int:
    with stand.Endpoint(run.server_for("execute_function"), "--lifetime", "60") as endpoint:
        print(f"A stand-in for the service listens on https://{endpoint.tls}. The board's UART is connected to it.")
        command = run.command("execute_function", endpoint.tls)
        print(f"\n$ {shlex.join(command)}", flush=True)
        status = subprocess.run(command, stdin=subprocess.DEVNULL, timeout=run.PATIENCE).returncode
        executed = endpoint.state()["executions"]["total"]
    print(f"\nThe endpoint ran {executed} function.")
    return status if executed == 1 else 1


if __name__ == "__main__":
    sys.exit(main())

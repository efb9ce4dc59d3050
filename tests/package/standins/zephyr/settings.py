"""Reads the settings of an application as Zephyr does, and writes settings.cmake and autoconf.h.

    settings.py APPLICATION OUT BOARD EXTRA_CONF_FILE MODULES       BOARD and EXTRA_CONF_FILE may be empty

Fails if a file sets what no Kconfig file defines, or a value that is not taken.
"""

import os
import pathlib
import sys

import kconfiglib

application, out, board, extra, modules = (*map(pathlib.Path, sys.argv[1:3]), *sys.argv[3:])
HERE = pathlib.Path(__file__).resolve().parent
os.environ.update(srctree=str(HERE), MODULE=modules)
own = application / "Kconfig"
config = kconfiglib.Kconfig(str(own if own.is_file() else HERE / "Kconfig.zephyr"))
config.warn_assign_undef = True
config.warn_assign_override = False  # a file may set what an earlier file has set
files = [application / "prj.conf"]
if board:
    files.append(application / f"boards/{board.replace('/', '_')}.conf")
files += filter(None, extra.split(";"))
for number, file in enumerate(files):
    config.load_config(str(file), replace=number == 0)
for name, symbol in config.syms.items():
    wanted = symbol.user_value
    if wanted is not None and symbol.type in (kconfiglib.BOOL, kconfiglib.TRISTATE) and wanted != symbol.tri_value:
        config.warnings.append(f"{name} was set to {wanted} and is {symbol.tri_value}")
if config.warnings:
    sys.exit("\n".join(config.warnings))
config.write_autoconf(str(out / "autoconf.h"))
(out / "settings.cmake").write_text("".join(
    f'set(CONFIG_{symbol.name} "{symbol.str_value}")\n' for symbol in config.unique_defined_syms
    if symbol.visibility and symbol.str_value != "n"))

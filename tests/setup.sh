#!/bin/sh
# What building and testing need beyond a C compiler and make: says what is missing, or installs it from Debian packages.
#   setup.sh check|install [NAME]    NAME: one of the cases below; base: nothing more than what every goal needs
set -u
mode=${1:-check}
CC=${CC:-cc}
missing=

compiles() { # a line of C
    # CC may be a compiler with options.
    # shellcheck disable=SC2086
    printf '%s\nint main(void) { return 0; }\n' "$1" |
        $CC ${BEARSSL:+-isystem "$BEARSSL/inc"} ${JSMN:+-isystem "$JSMN"} -x c -fsyntax-only - 2>/dev/null
}

need() { # package, what it gives, the make variable that points elsewhere
    missing="$missing $1"
    echo "missing: $2 (Debian package $1${3:+; or make $3})"
}

look() {
    missing=
    compiles '#include <bearssl.h>' || need libbearssl-dev "BearSSL 0.6" "BEARSSL=its source tree, built"
    compiles '#include <jsmn.h>' || need libjsmn-dev "jsmn 1.1.0" "JSMN=the folder of jsmn.h"
    [ "$mode" = install ] || return 0
    compiles '#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>' || need libcmocka-dev "cmocka"
    compiles '#include <openssl/ssl.h>' || need libssl-dev "OpenSSL's library, a peer in tests"
    compiles '#include <mbedtls/ssl.h>' || need libmbedtls-dev "mbedTLS, another TLS under test"
    command -v pkg-config >/dev/null || need pkg-config "pkg-config"
    command -v openssl >/dev/null || need openssl "the openssl command"
    command -v python3 >/dev/null || need python3 "Python 3"
    case ${2:-} in
    command)
        command -v g++ >/dev/null || need g++ "a C++ compiler"
        command -v cmake >/dev/null || need cmake "CMake, a user of what is installed"
        command -v curl >/dev/null || need curl "curl, which runs what --curl prints"
        command -v mandoc >/dev/null || need mandoc "mandoc, to check the manual page"
        command -v zsh >/dev/null || need zsh "zsh, to check its completion"
        [ -e /etc/ssl/certs/ca-certificates.crt ] || need ca-certificates "root certificates"
        ;;
    proxy)
        command -v tinyproxy >/dev/null || [ -x /usr/sbin/tinyproxy ] || need tinyproxy-bin "tinyproxy, an HTTP proxy"
        ;;
    node)
        command -v node >/dev/null || need nodejs "Node.js"
        command -v npm >/dev/null || need npm "npm"
        ;;
    fuzz)
        compiler=${FUZZ_CC:-clang}
        command -v "$compiler" >/dev/null || need clang "clang"
        echo 'int LLVMFuzzerTestOneInput(void); int LLVMFuzzerTestOneInput(void) { return 0; }' |
            "$compiler" -fsanitize=fuzzer,address -x c - -o /dev/null 2>/dev/null ||
            need libclang-rt-dev "libFuzzer"
        ;;
    firmware)
        command -v arm-none-eabi-gcc >/dev/null || need gcc-arm-none-eabi "a compiler for Cortex-M"
        echo '#include <string.h>' | arm-none-eabi-gcc -x c -fsyntax-only - 2>/dev/null ||
            need libnewlib-arm-none-eabi "a C library for Cortex-M"
        command -v qemu-system-arm >/dev/null || need qemu-system-arm "an emulator of Cortex-M boards"
        command -v xz >/dev/null || need xz-utils "xz"
        ;;
    dist)
        command -v clang >/dev/null || need clang "a second compiler"
        command -v faketime >/dev/null || need faketime "faketime, which runs a program on another day"
        command -v avr-g++ >/dev/null || need gcc-avr "a compiler for Arduino's smallest boards"
        [ -f /usr/share/arduino/hardware/arduino/avr/cores/arduino/Arduino.h ] || need arduino-core-avr "Arduino's headers"
        /usr/bin/python3 -c 'import kconfiglib' 2>/dev/null || need python3-kconfiglib "a reader of Kconfig"
        ;;
    arduino)
        command -v arduino-builder >/dev/null || need arduino-builder "the compiler of Arduino's IDE"
        command -v avr-g++ >/dev/null || need gcc-avr "a compiler for Arduino's smallest boards"
        [ -f /usr/lib/avr/include/string.h ] || need avr-libc "a C library for AVR"
        [ -f /usr/share/arduino/hardware/arduino/avr/cores/arduino/Arduino.h ] || need arduino-core-avr "Arduino's headers"
        command -v qemu-system-avr >/dev/null || need qemu-system-misc "an emulator of AVR boards"
        command -v simavr >/dev/null || need simavr "a second one, which counts time"
        command -v xz >/dev/null || need xz-utils "xz"
        ;;
    proof)
        command -v frama-c >/dev/null || need frama-c-base "Frama-C"
        ;;
    coverage)
        command -v gcovr >/dev/null || need gcovr "gcovr"
        ;;
    secrets)
        command -v valgrind >/dev/null || need valgrind "valgrind"
        command -v clang >/dev/null || need clang "clang"
        ;;
    bench*)
        command -v valgrind >/dev/null || need valgrind "valgrind, which counts instructions"
        command -v strace >/dev/null || need strace "strace, which counts system calls"
        command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || need nginx-light "nginx, the server in measurements"
        [ -e /etc/ssl/certs/ca-certificates.crt ] || need ca-certificates "a system's bundle of roots"
        [ "$2" = bench ] || return 0
        command -v curl >/dev/null || need curl "curl, a peer in measurements"
        compiles '#include <curl/curl.h>' || need libcurl4-openssl-dev "libcurl, a peer in measurements"
        ;;
    riscv)
        command -v riscv64-unknown-elf-gcc >/dev/null || need gcc-riscv64-unknown-elf "a compiler for RISC-V"
        echo '#include <string.h>' | riscv64-unknown-elf-gcc --specs=picolibc.specs -x c -fsyntax-only - 2>/dev/null ||
            need picolibc-riscv64-unknown-elf "a C library for RISC-V"
        command -v qemu-system-riscv32 >/dev/null || need qemu-system-misc "an emulator of RISC-V boards"
        ;;
    musl)
        command -v musl-gcc >/dev/null || need musl-tools "musl, a small C library"
        ;;
    windows)
        command -v x86_64-w64-mingw32-gcc >/dev/null || need gcc-mingw-w64-x86-64-win32 "a compiler for Windows"
        command -v wine >/dev/null || need wine "Wine, which runs programs for Windows"
        [ -e /usr/lib/wine/wine64 ] || need wine64 "its part for 64 bits"
        ;;
    everywhere)
        command -v arm-linux-gnueabihf-gcc >/dev/null || need gcc-arm-linux-gnueabihf "a compiler for 32-bit Arm"
        command -v s390x-linux-gnu-gcc >/dev/null || need gcc-s390x-linux-gnu "a compiler for s390x, big-endian"
        command -v qemu-s390x >/dev/null || need qemu-user "an emulator of both"
        command -v avr-gcc >/dev/null || need gcc-avr "a compiler for AVR, whose int has 16 bits"
        [ -f /usr/lib/avr/include/string.h ] || need avr-libc "a C library for AVR"
        command -v clang >/dev/null || need clang "clang"
        command -v valgrind >/dev/null || need valgrind "valgrind"
        ;;
    docs)
        command -v doxygen >/dev/null || need doxygen "Doxygen"
        ;;
    static)
        command -v clang-tidy >/dev/null || need clang-tidy "clang-tidy"
        command -v scan-build >/dev/null || need clang-tools "scan-build"
        command -v cppcheck >/dev/null || need cppcheck "cppcheck"
        ;;
    esac
}

log=
finish() {
    status=$?
    [ -z "$log" ] || rm -f "$log"
    if [ $status != 0 ] && [ "$1" = proxy ]; then
        echo 'no tinyproxy: the tests that need it are skipped'
        status=0
    fi
    exit $status
}
trap 'finish "${2:-}"' EXIT
look "$@"
[ -z "$missing" ] && exit 0
if [ "$mode" != install ]; then
    echo "Run 'make setup' to install what is missing."
    exit 1
fi
if ! command -v apt-get >/dev/null; then
    echo "There is no apt-get here: install what is missing in this system's own way."
    exit 1
fi
by_hand="To install it yourself, run as root:
    apt-get update && apt-get install -y --no-install-recommends$missing"
sudo=
if [ "$(id -u)" != 0 ]; then
    sudo=sudo
    if ! command -v sudo >/dev/null; then
        echo "Only root may install packages, and there is no sudo here. $by_hand"
        exit 1
    fi
fi
echo "installing:$missing"
log=$(mktemp)

# Another apt-get may be at work: dpkg's lock is waited for. That of the lists is not by apt itself.
apt() {
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 "$@" >"$log" 2>&1
}
fail() {
    cat "$log"
    echo "$by_hand"
    exit 1
}
tries=1
until apt update; do
    if [ $tries = 60 ] || ! grep -q 'Could not get lock' "$log"; then
        fail
    fi
    tries=$((tries + 1))
    sleep 5
done
# shellcheck disable=SC2086
apt install -y --no-install-recommends $missing || fail
look "$@"
[ -z "$missing" ]

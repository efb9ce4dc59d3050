#!/bin/sh
# What the library may not have: writable or zeroed data, a call outside BearSSL and five functions of the C library, a
# name without its prefix, an include of a port; and signing alone may not pull in HTTP, JSON or TLS.
#   symbols.sh DIR      DIR: objects of src/ compiled without -fPIC
set -eu
cd "$1"
fail=0

complain() {
    echo "symbols: $1"
    fail=1
}

data=$(size ./*.o | awk 'NR > 1 && $2 + $3 > 0 { print $NF ": " $2 " bytes of data, " $3 " of bss" }')
[ -z "$data" ] || complain "$data"

outside=$(nm -u ./*.o | awk 'NF == 2 { print $2 }' | sort -u | grep -vxE 'tcx_.*|br_.*|memcpy|memmove|memset|memcmp|strlen' || true)
[ -z "$outside" ] || complain "undefined: $outside"

unprefixed=$(nm -g --defined-only ./*.o | awk 'NF == 3 { print $3 }' | grep -v '^tcx_' || true)
[ -z "$unprefixed" ] || complain "exported without tcx_: $unprefixed"

# Everything that a program reaches which only signs: the transitive closure over the objects.
reach='tcx_build.o tcx_sign.o tcx_tc3.o'
while :; do
    # shellcheck disable=SC2086
    wanted=$(nm -u $reach | awk 'NF == 2 { print $2 }' | sort -u)
    more=$(for object in ./*.o; do
        nm -g --defined-only "$object" | awk '{ print $3 }' | grep -qxF "$wanted" && echo "${object#./}"
    done | sort -u)
    # shellcheck disable=SC2086
    next=$(printf '%s\n' $reach $more | sort -u | tr '\n' ' ')
    [ "$next" = "$reach" ] && break
    reach=$next
done
case " $reach" in
*tcx_http* | *tcx_json* | *tcx_response* | *tcx_call* | *tcx_tls*) complain "signing alone links: $reach" ;;
esac

echo "symbols: $(ls ./*.o | wc -l) objects, $(nm -g --defined-only ./*.o | grep -c ' [TR] ') exported names; signing alone: $reach"
exit $fail

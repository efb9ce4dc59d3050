#!/bin/sh
# Unpacks Debian packages of another machine, with all that they depend on, into a folder: the system is not changed.
#   sysroot.sh ARCHITECTURE FOLDER PACKAGE ...
set -eu
arch=$1
rm -rf "$2" "$2.apt"
mkdir -p "$2" "$2.apt/sources" "$2.apt/lists/partial" "$2.apt/cache/archives/partial"
folder=$(cd "$2" && pwd)
private=$folder.apt
shift 2
: >"$private/status" # nothing is installed

# Debian's own places, not those of others: their packages may not exist for this machine.
for list in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
    case $list in
    *'*') ;;
    *) ! grep -qs debian-archive-keyring "$list" && ! grep -qs '^deb .*debian' "$list" || cp "$list" "$private/sources/" ;;
    esac
done

echo "fetching: $* for $arch"
apt="apt-get -q -o APT::Architecture=$arch -o APT::Architectures=$arch -o Dir::Etc::SourceList=/dev/null
     -o Dir::Etc::SourceParts=$private/sources -o Dir::State::Lists=$private/lists -o Dir::State::status=$private/status
     -o Dir::Cache=$private/cache -o APT::Sandbox::User=root"
# An update may lack one of several lists, where a mirror is being renewed: the packages decide.
if ! { $apt update || true; $apt install -y --download-only --no-install-recommends "$@"; } >"$private/log" 2>&1; then
    cat "$private/log"
    exit 1
fi
for package in "$private"/cache/archives/*.deb; do
    dpkg-deb -x "$package" "$folder"
done
rm -rf "$private"

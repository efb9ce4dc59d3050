#!/bin/sh
# Fetches the source of a Debian package into a folder. Does not change the system's package lists.
#   source.sh PACKAGE SHA256 FOLDER      SHA256: of the upstream archive
set -eu
package=$1 sha256=$2
command -v xz >/dev/null || { echo "missing: xz (Debian package xz-utils)"; exit 1; }
rm -rf "$3"
mkdir -p "$3"
folder=$(cd "$3" && pwd)
private=$folder.apt
rm -rf "$private"
mkdir -p "$private/sources" "$private/lists/partial" "$private/cache"

# The system's own archives, as archives of source packages.
for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    [ ! -f "$list" ] || sed -n 's/^deb /deb-src /p' "$list" >"$private/sources/$(basename "$list" .list).list"
done
for list in /etc/apt/sources.list.d/*.sources; do
    [ ! -f "$list" ] || sed 's/^Types:.*/Types: deb-src/' "$list" >"$private/sources/$(basename "$list")"
done

echo "fetching: the source of Debian package $package"
cd "$private"
apt="apt-get -q -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts=$PWD/sources -o Dir::State::Lists=$PWD/lists
     -o Dir::Cache=$PWD/cache -o APT::Sandbox::User=root"
if ! { $apt update && $apt source --download-only "$package"; } >log 2>&1; then
    cat log
    exit 1
fi
echo "$sha256 *$(ls "$package"_*.orig.tar.?z)" | sha256sum --check --quiet -
tar -xf "$package"_*.orig.tar.?z --strip-components=1 -C "$folder"
rm -rf "$private"

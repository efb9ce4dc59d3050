#!/bin/sh
# Makes what tcexec needs as libraries for Arduino and PlatformIO: the folders BearSSL and jsmn in FOLDER.
#   libraries.sh BEARSSL JSMN FOLDER
# BEARSSL: the source tree of BearSSL @BEARSSL@. JSMN: the folder of jsmn.h @JSMN@.
set -eu
bearssl=$1 jsmn=$2 folder=$3
for file in "$bearssl/src/inner.h" "$bearssl/inc/bearssl.h" "$jsmn/jsmn.h"; do
    [ -f "$file" ] || { echo "libraries.sh: there is no $file" >&2 && exit 1; }
done

manifests() { # NAME VERSION AUTHOR URL SENTENCE PARAGRAPH
    cat >"$folder/$1/library.properties" <<end
name=$1
version=$2
author=$3
maintainer=$3
sentence=$5
paragraph=$6
category=Communication
url=$4
architectures=*
end
    cat >"$folder/$1/library.json" <<end
{
  "name": "$1",
  "version": "$2",
  "description": "$5",
  "authors": [{ "name": "$3" }],
  "homepage": "$4",
  "license": "MIT",
  "frameworks": "*",
  "platforms": "*"
}
end
}

# All of BearSSL is in one folder, so that its inner.h and config.h are not in the way of other libraries.
rm -rf "$folder/BearSSL" "$folder/jsmn"
mkdir -p "$folder/BearSSL/src/bearssl" "$folder/jsmn/src"
find "$bearssl/src" "$bearssl/inc" -name '*.[ch]' -exec cp {} "$folder/BearSSL/src/bearssl" \;
echo '#include "bearssl/bearssl.h"' >"$folder/BearSSL/src/bearssl.h"
[ ! -f "$bearssl/LICENSE.txt" ] || cp "$bearssl/LICENSE.txt" "$folder/BearSSL"
manifests BearSSL @BEARSSL@.0 'Thomas Pornin' https://bearssl.org 'TLS 1.2 and cryptography for small devices.' \
    'The source of BearSSL, unchanged.'
cp "$jsmn/jsmn.h" "$folder/jsmn/src"
manifests jsmn @JSMN@ 'Serge Zaitsev' https://github.com/zserge/jsmn 'Splits a JSON text into tokens.' \
    'The header of jsmn, unchanged.'

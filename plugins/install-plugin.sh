#!/bin/sh
# install-plugin.sh FROM TO: makes the folder TO hold the same files as FROM. What is the same stays untouched; what differs is replaced by a
# rename, so that nobody sees half a file; what FROM no longer has is removed.
set -eu
from=$1 to=$2
mkdir -p "$to"
(cd "$from" && find . -type f) | while read -r file; do
    cmp -s "$from/$file" "$to/$file" && continue
    mkdir -p "$(dirname "$to/$file")"
    cp "$from/$file" "$to/$file.$$.part"
    mv -f "$to/$file.$$.part" "$to/$file"
done
(cd "$to" && find . -type f) | while read -r file; do
    [ -e "$from/$file" ] || rm -f "$to/$file"
done

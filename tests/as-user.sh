#!/bin/sh
# as-user.sh - the matrix once more, as a user without any privilege
#
# Root only: copies the kit to where that user can read it, and removes it.
# The user is an ID that has no account; sandboxes need none.
set -eu
cd "$(dirname "$0")/.."
[ "$(id -u)" -eq 0 ] || {
	echo "as-user.sh: needs root, to become somebody else" >&2
	exit 1
}
id=54321

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
chmod 755 "$dir"
mkdir "$dir/home"
cp -r build common exercises labs solutions tests "$dir"
chown -R "$id:$id" "$dir"

cd "$dir"
setpriv --reuid "$id" --regid "$id" --clear-groups \
	env -i PATH="$PATH" HOME="$dir/home" ISOLAB_KIT="$dir" TMPDIR="$dir" \
	build/bin/isolab matrix --in host

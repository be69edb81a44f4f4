#!/bin/sh
# SPDX-License-Identifier: MIT
# images.sh - the images that podman is tried with, without any registry
#
#	images.sh FOLDER PROBES
#
# Makes OCI layouts from the files of this host's Debian packages:
#	FOLDER/busybox	busybox-static, and the kit's probes from PROBES
#	FOLDER/debian	libc, dash, coreutils and what they need
#	FOLDER/facts	debian and one more layer, which takes a file away, and
#			a program that prints what it sees of the image
# and FOLDER/digests with a line "NAME DIGEST" for each.
set -eu
[ $# -eq 2 ] || { echo "usage: images.sh FOLDER PROBES" >&2; exit 2; }
folder=$1 probes=$2
here=$(dirname "$0")
path=PATH=/usr/sbin:/usr/bin:/sbin:/bin
packages='base-files base-passwd dash coreutils libc6 libacl1 libattr1 libgmp10
	libselinux1 libpcre2-8-0 libssl3'
mkdir -p "$folder"
tree=$(mktemp -d "$folder/tree.XXXXXX")
trap 'rm -rf "$tree"' EXIT
umask 022

# What every image has below its root.
skeleton() { # ROOT
	mkdir -p "$1/bin" "$1/etc" "$1/tmp" "$1/srv" "$1/root" "$1/var/log"
	chmod 1777 "$1/tmp"
	printf '%s\n' root:x:0:0:root:/root:/bin/sh \
		student:x:1000:1000:student:/srv:/bin/sh >"$1/etc/passwd"
	printf '%s\n' root:x:0: users:x:100: student:x:1000: >"$1/etc/group"
	echo 'a line of the image' >"$1/etc/issue"
}

busybox() { # ROOT
	skeleton "$1"
	cp /bin/busybox "$probes/call" "$probes/probe" "$1/bin"
	for applet in $(/bin/busybox --list); do
		[ "$applet" = busybox ] || ln -s busybox "$1/bin/$applet"
	done
}

# The files of installed packages; manuals, translations and the converters of
# character sets stay away.
debian() { # ROOT
	mkdir -p "$1"
	for package in $packages; do
		dpkg -L "$package" 2>/dev/null || dpkg -L "$package:amd64" || :
	done | grep -v -e '^/usr/share/' -e '/gconv/' -e '^/[^/]*$' | sort -u |
		while read -r file; do
			if [ -L "$file" ] || [ -f "$file" ]; then echo "$file"; fi
		done | tar -C / -c --no-recursion -T - 2>/dev/null | tar -C "$1" -x
	skeleton "$1"
	[ -e "$1/bin/sh" ] || ln -s dash "$1/bin/sh"
}

facts() { # ROOT
	mkdir -p "$1/etc" "$1/srv"
	: >"$1/etc/.wh.issue"
	cat >"$1/srv/facts" <<-'END'
		echo "arguments: $*"
		echo "user: $(id -u) $(id -g), in $(pwd), COLOUR=$COLOUR"
		echo "debian: $(cat /etc/debian_version)"
		echo "removed: $(ls /etc/issue 2>&1)"
		echo "files: $(cd / && sha256sum bin/* lib/*/libc.so.6 srv/* etc/group | sha256sum | cut -c 1-16)"
		exit 11
	END
}

image() { # NAME CONFIG FOLDER...
	name=$1
	shift
	digest=$(sh "$here/layout.sh" "$tree/layouts/$name" "$@")
	echo "$name $digest" >>"$tree/digests"
}

busybox "$tree/busybox"
debian "$tree/debian"
facts "$tree/facts"
mkdir "$tree/layouts"
image busybox '{"Env":["'$path'"],"Cmd":["sh"]}' "$tree/busybox"
image debian '{"Env":["'$path'"],"Cmd":["sh"]}' "$tree/debian"
image facts '{"Env":["'$path'","COLOUR=green"],"User":"1000:100","WorkingDir":"/srv","Entrypoint":["/bin/sh","/srv/facts"],"Cmd":["one","two"]}' \
	"$tree/debian" "$tree/facts"
for name in busybox debian facts; do
	rm -rf "${folder:?}/$name"
	mv "$tree/layouts/$name" "$folder/$name"
done
mv "$tree/digests" "$folder/digests"

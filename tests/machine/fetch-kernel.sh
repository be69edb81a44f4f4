#!/bin/sh
# fetch-kernel.sh - Debian's kernel and its modules, without installing them
#
#	fetch-kernel.sh FOLDER
#
# Leaves in FOLDER:
#	vmlinux		the kernel as an ELF file, or vmlinuz where its
#			compression is not known here; QEMU boots both
#	lib/modules/	its modules, with modules.dep
#	kernel		the name of the kernel's release; written last
#
# Wanted is Linux 6.3 or later: lab 05 needs idmapped mounts of tmpfs in a user
# namespace.  In this order: an installed kernel that new, if it can be read
# and has the modules; that of Debian's backports, or else of this release, is
# downloaded and unpacked; an installed one of any age.
set -eu
[ $# -eq 1 ] || { echo "usage: fetch-kernel.sh FOLDER" >&2; exit 2; }
out=$1
work=
# shellcheck disable=SC2317 # called by the trap
remove_work() { [ -z "$work" ] || rm -rf "$work"; }
trap remove_work EXIT

fail() {
	echo "fetch-kernel.sh: $1" >&2
	exit 1
}

has_module() {
	find "/lib/modules/$1/kernel" -name "$2.ko*" 2>/dev/null | grep -q .
}

# installed OLDEST: the newest kernel in /boot that this user may read, with
# what we load, if it is not older than OLDEST.
installed() {
	for image in $(find /boot -maxdepth 1 -name 'vmlinuz-*-amd64' | sort -rV); do
		release=${image#/boot/vmlinuz-}
		[ -r "$image" ] || continue
		has_module "$release" virtio_pci || continue
		has_module "$release" 9p || continue
		printf '%s\n' "$1" "$release" | sort -CV || continue
		echo "$release"
		return 0
	done
	return 1
}

# apt, but with a package list of its own: Debian's backports of this release,
# from the same archive as the rest, which stays as it is.
backports() {
	tool=$1
	shift
	"$tool" -qq -o Dir::Etc::SourceList="$apt/sources.list" \
		-o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists="$apt/lists" \
		-o Dir::Cache="$apt/cache" -o APT::Sandbox::User=root "$@"
}

stable() {
	tool=$1
	shift
	"$tool" -qq -o APT::Sandbox::User=root "$@"
}

find_backports() {
	[ -r /etc/os-release ] || return 1
	codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
	# shellcheck disable=SC2016 # apt's own variables
	archive=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME)' |
		awk -v suite="$codename" '$2 == suite { print $1; exit }')
	[ -n "$archive" ] && [ -n "$codename" ] || return 1
	mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
	echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]" \
		"$archive $codename-backports main" >"$apt/sources.list"
	backports apt-get update >"$apt/log" 2>&1
}

# linux-image-amd64 is empty and depends on the package of today's release.
# download SOURCE: from "backports" or "stable"
download() {
	name=$("$1" apt-cache depends linux-image-amd64 2>/dev/null |
		sed -n 's/^ *Depends: \(linux-image-[0-9].*\)$/\1/p' | head -n 1)
	[ -n "$name" ] || return 1
	echo "fetching $name ($1)"
	(cd "$work" && "$1" apt-get download "$name") || return 1
	release=${name#linux-image-}
	# The drivers of real hardware are three quarters of the package.
	dpkg-deb --fsys-tarfile "$work"/*.deb | tar -C "$work" -x \
		--exclude='*/sound' --exclude='*/drivers/gpu' \
		--exclude='*/drivers/media' --exclude='*/drivers/iio' \
		--exclude='*/drivers/infiniband' --exclude='*/drivers/usb' \
		--exclude='*/drivers/staging' --exclude='*/drivers/scsi' \
		--exclude='*/drivers/hwmon' --exclude='*/drivers/input' \
		--exclude='*/drivers/net/ethernet' \
		--exclude='*/drivers/net/wireless' ./boot ./lib
	rm "$work"/*.deb
	depmod -b "$work" "$release"
}

# A number of SIZE bytes at OFFSET of a file, little-endian.
field() {
	od -An -t "u$3" -j "$2" -N "$3" "$1" | tr -d ' '
}

# The kernel proper is packed inside vmlinuz.  Unpacked once here, it need not
# be unpacked by an emulated processor at each boot.
# See: Documentation/arch/x86/boot.rst, payload_offset and payload_length.
unpack() {
	setup=$(field "$1" 497 1)
	start=$(((setup + 1) * 512 + $(field "$1" 584 4)))
	length=$(field "$1" 588 4)
	tail -c +$((start + 1)) "$1" | head -c "$length" >"$work/payload"
	magic=$(od -An -t x1 -N 4 "$work/payload" | tr -d ' ')
	case $magic in
	fd377a58) xz -dc --single-stream ;;
	28b52ffd) zstd -dcq ;;
	1f8b*) gzip -dc ;;
	*) return 1 ;;
	esac <"$work/payload" >"$2" 2>/dev/null || :
	# The four bytes after the packed data make each tool complain.
	[ "$(od -An -t x1 -N 4 "$2" | tr -d ' ')" = 7f454c46 ]
}

use_installed() {
	release=$(installed "$1") || return 1
	mkdir "$out/lib/modules"
	ln -s "/lib/modules/$release" "$out/lib/modules/$release"
	image=/boot/vmlinuz-$release
}

mkdir -p "$out"
out=$(cd "$out" && pwd)
work=$(mktemp -d "$out/fetch.XXXXXX")
apt=$work/apt
mkdir "$apt"
rm -rf "${out:?}/lib" "$out/vmlinux" "$out/vmlinuz" "$out/kernel"
mkdir -p "$out/lib"
if use_installed 6.3; then
	:
elif { find_backports && download backports; } || download stable; then
	mv "$work/lib/modules" "$out/lib/modules"
	image=$work/boot/vmlinuz-$release
elif ! use_installed 0; then
	fail "there is no kernel to be had; try: apt-get update"
fi
if ! unpack "$image" "$out/vmlinux"; then
	rm -f "$out/vmlinux"
	cp "$image" "$out/vmlinuz"
fi
echo "$release" >"$out/kernel"

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
# A kernel that is installed here is taken if it can be read and has the
# modules; otherwise the package is downloaded and unpacked.
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

# The newest kernel in /boot that this user may read, with what we load.
installed() {
	for image in $(find /boot -maxdepth 1 -name 'vmlinuz-*-amd64' | sort -rV); do
		release=${image#/boot/vmlinuz-}
		[ -r "$image" ] || continue
		[ -e "/lib/modules/$release/kernel/drivers/virtio/virtio_pci.ko" ] || continue
		[ -e "/lib/modules/$release/kernel/fs/9p/9p.ko" ] || continue
		echo "$release"
		return 0
	done
	return 1
}

# linux-image-amd64 is empty and depends on the package of today's release.
download() {
	name=$(apt-cache depends linux-image-amd64 2>/dev/null |
		sed -n 's/^ *Depends: \(linux-image-[0-9].*\)$/\1/p' | head -n 1)
	[ -n "$name" ] || fail "apt knows no linux-image-amd64; try: apt-get update"
	echo "fetching $name"
	(cd "$work" && apt-get -qq -o APT::Sandbox::User=root download "$name") ||
		fail "cannot download $name; try: apt-get update"
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
	case $(od -An -t x1 -N 4 "$work/payload" | tr -d ' ') in
	fd377a58) xz -dc --single-stream ;;
	28b52ffd) zstd -dcq ;;
	1f8b*) gzip -dc ;;
	*) return 1 ;;
	esac <"$work/payload" >"$2" 2>/dev/null || :
	# The four bytes after the packed data make each tool complain.
	[ "$(od -An -t x1 -N 4 "$2" | tr -d ' ')" = 7f454c46 ]
}

mkdir -p "$out"
work=$(mktemp -d "$out/fetch.XXXXXX")
rm -rf "$out/lib" "$out/vmlinux" "$out/vmlinuz" "$out/kernel"
mkdir -p "$out/lib"
if release=$(installed); then
	mkdir "$out/lib/modules"
	ln -s "/lib/modules/$release" "$out/lib/modules/$release"
	image=/boot/vmlinuz-$release
else
	download
	mv "$work/lib/modules" "$out/lib/modules"
	image=$work/boot/vmlinuz-$release
fi
if ! unpack "$image" "$out/vmlinux"; then
	rm -f "$out/vmlinux"
	cp "$image" "$out/vmlinuz"
fi
echo "$release" >"$out/kernel"

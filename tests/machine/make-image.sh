#!/bin/sh
# make-image.sh - the initial file system of the lab machine
#
#	make-image.sh FOLDER INIT
#
# FOLDER is where fetch-kernel.sh left a kernel.  Makes FOLDER/base.cpio:
#	/init		INIT, a static program
#	/modules/NAME	lists of modules to load, one to a line, in order
#	/small/		a root directory: busybox and the modules, little else
set -eu
[ $# -eq 2 ] || { echo "usage: make-image.sh FOLDER INIT" >&2; exit 2; }
folder=$1 init=$2
release=$(cat "$folder/kernel")
tree=$(mktemp -d "$folder/tree.XXXXXX")
trap 'rm -rf "$tree"' EXIT

small=$tree/small
modules=/small/lib/modules/$release

# plain FROM TO: copy a module; newer kernels have them packed.
plain() {
	case $1 in
	*.xz) xz -dc "$1" >"$2" ;;
	*.zst) zstd -dcq "$1" >"$2" ;;
	*.gz) gzip -dc "$1" >"$2" ;;
	*) cp "$1" "$2" ;;
	esac
}

# modules LIST NAME...: NAME and what it needs, in the order to load them.
# One that the kernel has built in, or has not, is left out.
modules() {
	list=$tree/modules/$1
	shift
	for name; do
		/sbin/modprobe -q -d "$folder" -S "$release" --show-depends "$name" || :
	done | while read -r word file _; do
		[ "$word" = insmod ] || continue
		name=${file##*/}
		name=${name%%.*}.ko
		[ -e "$tree$modules/$name" ] || plain "$file" "$tree$modules/$name"
		grep -qx "$modules/$name" "$list" 2>/dev/null ||
			echo "$modules/$name" >>"$list"
	done
	[ -e "$list" ] || : >"$list"
}

mkdir -p "$tree/modules" "$tree/proc" "$tree/dev" "$tree$modules"
cp "$init" "$tree/init"
modules port virtio_pci virtio_console
modules share 9p 9pnet_virtio overlay
modules kvm kvm_amd kvm_intel irqbypass
# What the labs need is loaded by the kernel when they ask for it.
modules more veth bridge tun dummy nf_tables nft_chain_nat nft_masq \
	nf_conntrack inet_diag tcp_diag
rm "$tree/modules/more"
/sbin/depmod -b "$tree/small" "$release" 2>/dev/null

mkdir -p "$small/bin" "$small/etc" "$small/dev" "$small/proc" "$small/sys" \
	"$small/tmp" "$small/run" "$small/root" "$small/home/student"
cp /bin/busybox "$small/bin/busybox"
for applet in $("$small/bin/busybox" --list); do
	[ "$applet" = busybox ] || ln -s busybox "$small/bin/$applet"
done
ln -s bin "$small/sbin"
printf '%s\n' 'root:x:0:0:root:/root:/bin/sh' \
	'student:x:1000:1000:student:/home/student:/bin/sh' >"$small/etc/passwd"
printf '%s\n' 'root:x:0:' 'student:x:1000:' >"$small/etc/group"
echo '127.0.0.1 localhost lab-machine' >"$small/etc/hosts"
chmod 1777 "$small/tmp"

(cd "$tree" && find . | LC_ALL=C sort |
	cpio --quiet -o -H newc -R 0:0 --reproducible) >"$folder/base.cpio.new"
mv "$folder/base.cpio.new" "$folder/base.cpio"

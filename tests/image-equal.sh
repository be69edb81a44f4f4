#!/bin/sh
# image-equal.sh - the same image, unpacked by oci and by three other tools
#
#	image-equal.sh [ROOTFS.tar]   also with this tree, such as Debian's:
#	mmdebstrap --variant=essential bookworm ROOTFS.tar
#
# Each image is made by one tool and unpacked by all: oci (flat, and its layers
# by the kernel's overlay), umoci, and skopeo with podman.  "oci tree --list"
# says what is in each folder; the lists must be the same line for line.
# Root only, for owners and devices; the last part is done as an ordinary user.
set -u
cd "$(dirname "$0")/.." || exit 1
oci=$PWD/build/bin/oci
debian=${1:+$(realpath "$1")}
passed=0
failed=0
skipped=0

skip() {
	echo "SKIP $1"
	skipped=$((skipped + 1))
}

finish() {
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" -eq 0 ]
	exit
}

for tool in umoci skopeo podman setcap setfattr; do
	command -v "$tool" >/dev/null || {
		skip "needs $tool; try: make deps"
		finish
	}
done
[ "$(id -u)" -eq 0 ] || {
	skip "needs root, to compare owners and devices"
	finish
}
[ -x "$oci" ] || {
	skip "oci is not built; try: make labs"
	finish
}

# /tmp may be a file system without attributes of users.
dir=$(mktemp -d "${TMPDIR:-/var/tmp}/image-equal-XXXXXX")
trap 'rm -rf "$dir"' EXIT
chmod 755 "$dir"
cd "$dir" || exit 1

# check NAME FILE...: lists that must all be like the first
check() {
	name=$1
	first=$2
	shift 2
	for list in "$@"; do
		if [ -s "$first" ] && cmp -s "$first" "$list"; then
			echo "PASS $name: $list has $(wc -l <"$list") files as $first"
			passed=$((passed + 1))
		else
			echo "FAIL $name: $list is not as $first"
			diff "$first" "$list" | head -n 6
			failed=$((failed + 1))
		fi
	done
}

store() {
	podman --root "$dir/storage" --runroot "$dir/storage.run" \
		--storage-driver vfs "$@"
}

# unpack_all NAME REF: by each tool, and compare
unpack_all() {
	mkdir -p "$1.m"
	"$oci" unpack --devices "$2" "$1.oci"
	"$oci" tree --list "$1.oci" >flat
	"$oci" mount --devices --store layers "$2" "$1.m" \
		"$oci" tree --list "$1.m" >overlay
	if umoci unpack --image "$2" "$1.umoci" >umoci.log 2>&1; then
		"$oci" tree --list "$1.umoci/rootfs" >umoci
		check "$1" flat umoci
	elif grep -q 'zstd' umoci.log; then
		skip "$1: this umoci does not know layers of this type"
	else
		: >umoci
		check "$1" flat umoci
	fi
	skopeo copy -q "oci:$2" \
		"containers-storage:[vfs@$dir/storage+$dir/storage.run]localhost/$1:x"
	at=$(store image mount "localhost/$1:x")
	"$oci" tree --list "${at:-/nowhere}" >podman
	store image umount -a >/dev/null
	skopeo copy -q "oci:$2" "oci-archive:$1.tar:x"
	"$oci" tree --devices --list "$1.tar:x" >archive
	check "$1" flat overlay podman archive
	rm -rf "$1.oci" "$1.umoci" "$1.tar"
}

# ---- a tree with one of each ---------------------------------------------------
mkdir tree && cd tree || exit 1
mkdir -p etc usr/bin dev deep gone/sub full/sub locked
cp "$(command -v busybox || echo /bin/true)" usr/bin/box
ln usr/bin/box usr/bin/ls
ln usr/bin/box usr/bin/sh
ln -s usr/bin bin
ln -s ../../no/such deep/dangling
printf '#!/bin/sh\n' >etc/setuid
chown 7:9 etc/setuid
chmod 6755 etc/setuid
cp usr/bin/box usr/bin/ping
setcap cap_net_raw+ep usr/bin/ping
setfattr -n user.note -v 'with a value' etc
setfattr -n user.note -v 'another' etc/setuid
setfattr -n trusted.note -v 'only root' full
mknod dev/null c 1 3
mknod dev/disk b 8 0
mkfifo -m 0640 dev/fifo
truncate -s 20M sparse
printf 'end' >>sparse
: >"$(printf 'e\314\201')"
: >"$(printf '\377\376')"
: >"with blanks and \"quotes\""
long=$(printf 'n%.0s' $(seq 200))
mkdir -p "$long/$long/$long" && : >"$long/$long/$long/$long"
chmod 1777 deep && chmod 0555 locked && chmod 0700 .
chown 1000:1000 full/sub
for f in gone/a gone/sub/b full/a full/sub/b; do echo x >"$f"; done
cd ..

cp -a tree changed
rm -r changed/gone changed/full/a changed/usr/bin/ls
echo new >changed/full/new
rm changed/bin && mkdir changed/bin && echo x >changed/bin/x
chown 5:5 changed/etc/setuid # takes the set-user-ID bits away, too
# Not of a folder: podman's driver vfs adds attributes to one and takes none away.
setfattr -x user.note changed/etc/setuid

# ---- made by oci ---------------------------------------------------------------
"$oci" build tree one:base sh >/dev/null
"$oci" add --gzip --devices one:base changed top >/dev/null
"$oci" build --zstd changed one:zstd >/dev/null
"$oci" tree --list changed >changed.list
unpack_all oci-base one:base
unpack_all oci-top one:top
check built changed.list flat
unpack_all oci-zstd one:zstd

# ---- made by umoci: two layers of its own, and one with an opaque folder ---------
umoci init --layout two
umoci new --image two:t
umoci unpack --image two:t b >/dev/null 2>&1
rmdir b/rootfs && cp -a tree b/rootfs
umoci repack --image two:t b >/dev/null 2>&1
rm -rf b
umoci unpack --image two:t b >/dev/null 2>&1
rm -rf b/rootfs && cp -a changed b/rootfs
umoci repack --image two:t b >/dev/null 2>&1
rm -rf b
mkdir -p opaque/full opaque/deep
: >opaque/full/.wh..wh..opq
echo only >opaque/full/only
: >opaque/.wh.sparse
: >opaque/deep/.wh.dangling
tar --create --file opaque.tar --directory opaque --numeric-owner \
	full deep .wh.sparse
umoci raw add-layer --image two:t opaque.tar >/dev/null 2>&1
unpack_all umoci-three two:t

# ---- Debian ----------------------------------------------------------------------
if [ -n "$debian" ]; then
	mkdir debian
	tar --extract --file "$debian" --directory debian --numeric-owner \
		--xattrs --xattrs-include='*' || exit 1
	"$oci" build debian three:t bash >/dev/null
	cp -a debian upgraded
	rm -rf upgraded/usr/share/doc upgraded/usr/share/man/man1
	rm -f upgraded/usr/bin/perl* && ln upgraded/bin/bash upgraded/bin/b2
	"$oci" add three:t upgraded t2 >/dev/null
	unpack_all debian-two-layers three:t2
	skopeo copy -q oci:three:t2 oci:four:t
	unpack_all debian-by-skopeo four:t
else
	skip "Debian: give it a tree, see the head of this file"
fi

# ---- without root ----------------------------------------------------------------
as_user() {
	setpriv --reuid 54321 --regid 54321 --clear-groups \
		env HOME="$dir/user" PATH="$PATH" "$@"
}
mkdir user && chown 54321:54321 user
chmod -R a+rX one two
rm -rf three four # nothing more of them
sed '/^dev\//d; /trusted.note/d' changed.list >wanted
as_user "$oci" unpack --devices one:top user/oci 2>/dev/null
as_user "$oci" tree --list user/oci >rootless
as_user umoci unpack --rootless --image one:top user/umoci >/dev/null 2>&1
as_user "$oci" tree --list user/umoci/rootfs >rootless-umoci
for list in rootless rootless-umoci; do
	sed -i '/^dev\//d; /^full d/d; s/ security.capability=[0-9a-f]*//' $list
done
sed -i '/^full d/d; s/ security.capability=[0-9a-f]*//' wanted
check rootless wanted rootless rootless-umoci
finish

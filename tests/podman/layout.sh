#!/bin/sh
# SPDX-License-Identifier: MIT
# layout.sh - an OCI image layout from folders, with nothing but tar and gzip
#
#	layout.sh LAYOUT CONFIG FOLDER...
#
# Each FOLDER becomes a layer; a file ".wh.NAME" in it takes NAME away.  CONFIG
# is the image configuration's "config" as JSON.  The same files give the same
# digest everywhere: names are sorted, times are 0, all belongs to root.
# Prints the digest of the manifest.
# See: OCI Image Format Specification, "Image Layout".
set -eu
[ $# -ge 3 ] || { echo "usage: layout.sh LAYOUT CONFIG FOLDER..." >&2; exit 2; }
layout=$1 config=$2
shift 2
rm -rf "$layout"
blobs=$layout/blobs/sha256
mkdir -p "$blobs"

digest_of() {
	sha256sum | cut -d ' ' -f 1
}

# Move a file among the blobs; prints its descriptor: digest, size and type.
store() { # FILE TYPE
	digest=$(digest_of <"$1")
	printf '{"mediaType":"application/vnd.oci.image.%s","digest":"sha256:%s","size":%d}' \
		"$2" "$digest" "$(wc -c <"$1")"
	mv "$1" "$blobs/$digest"
}

layers='' diff_ids='' history=''
for folder; do
	tar -C "$folder" -c --format=gnu --sort=name --mtime=@0 --owner=0 --group=0 \
		--numeric-owner . >"$layout/layer"
	diff_ids=$diff_ids${diff_ids:+,}\"sha256:$(digest_of <"$layout/layer")\"
	history=$history${history:+,}'{"created":"1970-01-01T00:00:00Z","created_by":"layout.sh"}'
	gzip -n -9 "$layout/layer"
	layers=$layers${layers:+,}$(store "$layout/layer.gz" layer.v1.tar+gzip)
done

printf '{"created":"1970-01-01T00:00:00Z","architecture":"amd64","os":"linux","config":%s,"rootfs":{"type":"layers","diff_ids":[%s]},"history":[%s]}' \
	"$config" "$diff_ids" "$history" >"$layout/config"
config=$(store "$layout/config" config.v1+json)
printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":%s,"layers":[%s]}' \
	"$config" "$layers" >"$layout/manifest"
digest=$(digest_of <"$layout/manifest")
printf '{"schemaVersion":2,"manifests":[%s]}\n' \
	"$(store "$layout/manifest" manifest.v1+json)" >"$layout/index.json"
echo '{"imageLayoutVersion":"1.0.0"}' >"$layout/oci-layout"
echo "sha256:$digest"

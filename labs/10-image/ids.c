/* SPDX-License-Identifier: MIT */
#include "ids.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

static int read_ranges(const char *path, struct id_range *ranges, size_t *ret_n)
{
	FILE *file = fopen(path, "re");
	struct id_range range;
	size_t n = 0;

	if (!file)
		return -errno;
	while (n < ID_RANGES && fscanf(file, "%u %u %u", &range.inside,
				       &range.here, &range.count) == 3)
		ranges[n++] = range;
	(void)fclose(file);
	*ret_n = n;
	return 0;
}

int ids_init(struct ids *ids)
{
	int r;

	ids->privileged = geteuid() == 0;
	r = read_ranges("/proc/self/uid_map", ids->uids, &ids->nuids);
	if (r < 0)
		return r;
	return read_ranges("/proc/self/gid_map", ids->gids, &ids->ngids);
}

int ids_map(struct ids *ids, const char *text)
{
	struct id_range *range = &ids->map[ids->nmap];
	char end;

	if (ids->nmap == ID_RANGES ||
	    sscanf(text, "%u:%u:%u%c", &range->inside, &range->here,
		   &range->count, &end) != 3)
		return -EINVAL;
	ids->nmap++;
	return 0;
}

static bool find(const struct id_range *ranges, size_t n, unsigned id,
		 const struct id_range **ret)
{
	for (size_t i = 0; i < n; i++) {
		if (id >= ranges[i].inside &&
		    id - ranges[i].inside < ranges[i].count) {
			*ret = &ranges[i];
			return true;
		}
	}
	return false;
}

static int translate(const struct ids *ids, unsigned *id)
{
	const struct id_range *range;

	if (ids->nmap == 0)
		return 0;
	if (!find(ids->map, ids->nmap, *id, &range))
		return -ERANGE;
	*id = range->here + (*id - range->inside);
	return 0;
}

int ids_here(const struct ids *ids, struct owner image, struct owner *ret)
{
	const struct id_range *range;
	struct owner owner = image;

	if (translate(ids, &owner.uid) < 0 || translate(ids, &owner.gid) < 0)
		return -ERANGE;
	if (ids->privileged && find(ids->uids, ids->nuids, owner.uid, &range) &&
	    find(ids->gids, ids->ngids, owner.gid, &range)) {
		*ret = owner;
		return 0;
	}
	*ret = (struct owner){ geteuid(), getegid() };
	return 1;
}

static size_t put_varint(unsigned char *buf, unsigned field, unsigned value)
{
	size_t n = 0;

	if (value == 0)
		return 0;
	buf[n++] = (unsigned char)(field << 3);
	for (; value > 0x7f; value >>= 7)
		buf[n++] = (unsigned char)(value | 0x80);
	buf[n++] = (unsigned char)value;
	return n;
}

size_t ids_encode(struct owner owner, unsigned char buf[IDS_XATTR_BYTES])
{
	size_t n = put_varint(buf, 1, owner.uid);

	return n + put_varint(buf + n, 2, owner.gid);
}

int ids_decode(const unsigned char *buf, size_t len, struct owner *ret)
{
	struct owner owner = { 0, 0 };
	size_t i = 0;

	while (i < len) {
		unsigned field = buf[i++] >> 3;
		uint64_t value = 0;
		unsigned shift = 0;

		do {
			if (i == len || shift > 28)
				return -EBADMSG;
			value |= (uint64_t)(buf[i] & 0x7f) << shift;
			shift += 7;
		} while (buf[i++] & 0x80);
		if (field == 1)
			owner.uid = (unsigned)value;
		else if (field == 2)
			owner.gid = (unsigned)value;
		else
			return -EBADMSG;
	}
	*ret = owner;
	return 0;
}

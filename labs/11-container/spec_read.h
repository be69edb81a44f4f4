/* SPDX-License-Identifier: MIT */
/*
 * spec_read.h - from JSON to C by tables
 *
 * A JSON object is described by a table: for each property its name, the
 * function that reads it, and the place in the C struct.  So a property that
 * no table has is noticed, and an error can say where it is.
 */
#ifndef MINIC_SPEC_READ_H
#define MINIC_SPEC_READ_H

#include "arena.h"
#include "json.h"
#include "spec.h"

enum { READ_DEPTH = 40 }; /* json_parse() allows less */

/* One step on the way to a value: a member's name, or a place in an array. */
struct step {
	const char *name; /* NULL: of an array */
	int index;
};

struct reader {
	const struct json *json;
	struct arena *arena;
	struct report *rep;
	struct step steps[READ_DEPTH]; /* to the value being read */
	size_t depth;
	char path[256]; /* of read_where() */
};

/* Reads value @v into @into. */
typedef int read_fn(struct reader *r, int v, void *into);

struct field {
	const char *name;
	read_fn *read;
	size_t offset; /* in the struct that read_fields() gets */
};

/* FIELD("uid", read_u32, struct spec_process, uid) */
#define FIELD(name, read, type, member)            \
	{                                          \
		name, read, offsetof(type, member) \
	}

/* read_fields() - an object, by a table that ends with a NULL name */
int read_fields(struct reader *r, int v, const struct field *fields,
		void *into);

/**
 * read_array() - an array whose members are alike
 * @r: the reader
 * @v: the array
 * @each: reads a member
 * @size_bytes: of a member in C
 * @ret: receives the members, one more than there are, the last zeroed
 * @ret_count: receives how many
 *
 * Return: 0, or what @each said; -EINVAL it is no array; -ENOMEM.
 */
int read_array(struct reader *r, int v, read_fn *each, size_t size_bytes,
	       void *ret, size_t *ret_count);

/* read_where() - the way to the value being read: "linux.namespaces[2]" */
const char *read_where(struct reader *r);

/* read_wrong() - refuse the value: "PATH: MESSAGE"; Return: -EINVAL */
int read_wrong(struct reader *r, const char *message);

/* Readers; the comment says what @into points to. */
read_fn read_bool;	  /* bool */
read_fn read_string;	  /* char *: never NULL, not empty */
read_fn read_any_string;  /* char *: never NULL */
read_fn read_path;	  /* char *: absolute */
read_fn read_strings;	  /* struct strv */
read_fn read_map;	  /* struct spec_map */
read_fn read_int;	  /* int */
read_fn read_u32;	  /* uint32_t */
read_fn read_i64;	  /* int64_t */
read_fn read_u64;	  /* uint64_t */
read_fn read_ignored;	  /* nothing: it has no effect on us; say why */
read_fn read_unsupported; /* refuses it by its name */

/* Parts of the specification, each in its file. */
read_fn read_process;	/* struct spec: spec_process.c */
read_fn read_linux;	/* struct spec: spec_linux.c */
read_fn read_resources; /* struct spec_resources: spec_resources.c */
read_fn read_seccomp;	/* struct spec_seccomp: spec_seccomp.c */
read_fn read_idmaps;	/* struct spec_idmaps: spec_linux.c */

#endif /* MINIC_SPEC_READ_H */

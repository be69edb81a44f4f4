/* SPDX-License-Identifier: MIT */
/*
 * why.h - the sentence that goes with an error
 *
 * "-EBADMSG" does not help anybody who has an image with forty layers.  The
 * parts of oci return a negative errno, as everywhere in the kit, and leave in
 * a struct why what it was about: which layer, which entry, and what to do.
 */
#ifndef OCI_WHY_H
#define OCI_WHY_H

struct why {
	char text
		[1024]; /* a sentence for the user; "" as long as all is well */
};

/**
 * why_set() - note the reason for a failure; the first one stays
 * @why: receives the sentence
 * @err: negative errno value; its name is added unless it is -EBADMSG, which
 *       says "what we were given is wrong" and no more
 * @hint: what the user can do, or NULL
 * @fmt: printf-style, what was tried or what is wrong
 *
 * Return: @err, for the caller to return.
 */
int why_set(struct why *why, int err, const char *hint, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/**
 * why_within() - say where it happened: puts "PREFIX: " before the sentence
 * @why: one that why_set() has filled
 * @err: as above
 * @fmt: printf-style, such as the digest of a layer
 *
 * Return: @err.
 */
int why_within(struct why *why, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif /* OCI_WHY_H */

/* SPDX-License-Identifier: MIT */
/*
 * userns_try.h - may an ordinary user have user namespaces here, and if not, why
 *
 * There are many ways to forbid them, and new ones appear; so it is tried, and
 * settings are read only to explain a refusal.
 *
 * See: user_namespaces(7); Documentation/admin-guide/sysctl/user.rst;
 *      Ubuntu's "Restricted unprivileged user namespaces".
 */
#ifndef ISOLAB_USERNS_TRY_H
#define ISOLAB_USERNS_TRY_H

/* How far an ordinary user gets. */
enum userns_step {
	USERNS_MAKE, /* unshare(2) was refused */
	USERNS_MAP,  /* it was made, and writing a map was refused */
	USERNS_USE,  /* it has a map, and its capabilities are worth nothing */
	USERNS_ALL,  /* it can be used */
};

struct userns_answer {
	enum userns_step step;
	int err; /* -errno of the refusal, or 0 */
};

/* Why it is so, and one thing to do.  Constant strings, or NULL. */
struct userns_advice {
	const char *why;
	const char *fix;
};

/**
 * userns_try() - make a user namespace as an ordinary user, and use it
 * @ret: how far that went
 *
 * In a new process.  Root becomes somebody else first, as what root may do
 * tells nothing about students.
 *
 * Return: 0.
 * Errors: those of fork(2) and pipe(2).
 */
int userns_try(struct userns_answer *ret);

/**
 * userns_explain() - find the setting that explains an answer
 * @answer: from userns_try()
 * @proc: "/proc", or a folder of a test with the same files
 *
 * Return: why and what to do; both NULL if all is well.
 */
struct userns_advice userns_explain(const struct userns_answer *answer,
				    const char *proc);

/**
 * userns_be_ordinary() - give up being root, for good
 *
 * Does nothing if the caller is not root, or where user 65534 does not exist.
 */
void userns_be_ordinary(void);

#endif /* ISOLAB_USERNS_TRY_H */

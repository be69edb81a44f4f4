/* SPDX-License-Identifier: MIT */
/*
 * caps.h - the five sets of capabilities; lab 08 in library form
 *
 * See: capabilities(7), "Thread capability sets".
 */
#ifndef MINIC_CAPS_H
#define MINIC_CAPS_H

#include "spec.h"

/**
 * caps_by_name() - number of a capability
 * @name: such as "CAP_SYS_ADMIN", exact
 *
 * Return: 0..63, or -1: there is no such capability.
 */
int caps_by_name(const char *name);

/* caps_name() - the other way; NULL: there is none with this number */
const char *caps_name(int cap);

/**
 * caps_drop_bounding() - forget what no program here may ever gain
 * @caps: as configured
 * @rep: gets errors
 *
 * Needs CAP_SETPCAP, so it comes before the change of user.
 *
 * Return: 0; Errors: those of prctl(2).
 */
int caps_drop_bounding(const struct spec_caps *caps, struct report *rep);

/**
 * caps_set() - the other four sets, after the change of user
 * @caps: as configured
 * @rep: gets errors
 *
 * A change of user from 0 to another clears the effective set, and the
 * permitted one unless PR_SET_KEEPCAPS was on: the caller has seen to that.
 * A capability that the caller does not have itself is left out, as runc and
 * crun do: an engine asks for the same sets whether or not it is root.
 *
 * Return: 0; Errors: those of capset(2) and prctl(2).
 */
int caps_set(const struct spec_caps *caps, struct report *rep);

#endif /* MINIC_CAPS_H */

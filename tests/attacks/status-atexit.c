/* SPDX-License-Identifier: MIT */
/*
 * status-atexit.c - turns its failure into success on the way out
 *
 * Attack: forged exit status
 * Lab: 02-mount-ns
 * Stopped: an exit status alone earns nothing
 */
#include <stdlib.h>
#include <unistd.h>

static void late(void)
{
	_exit(0);
}

int main(void)
{
	atexit(late);
	exit(1);
}

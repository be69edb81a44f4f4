/* SPDX-License-Identifier: MIT */
/*
 * status-constructor.c - ends with status 0 before main() is reached
 *
 * Attack: forged exit status
 * Lab: 02-mount-ns
 * Stopped: an exit status alone earns nothing
 */
#include <unistd.h>

__attribute__((constructor)) static void early(void)
{
	_exit(0);
}

int main(void)
{
	return 1;
}

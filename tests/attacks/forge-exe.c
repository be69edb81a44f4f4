/* SPDX-License-Identifier: MIT */
/*
 * forge-exe.c - tells the kernel that it runs the probe's file
 *
 * Attack: forged output
 * Lab: 02-mount-ns
 * Stopped: the filter denies PR_SET_MM
 *
 * PR_SET_MM_EXE_FILE wants privilege in the first user namespace, but
 * PR_SET_MM_MAP only in ours.  Either wants that nothing of the old file is
 * mapped, so the last steps run from other memory.  See: prctl(2).
 */
#include <fcntl.h>
#include <linux/prctl.h>
#include <sched.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "userns.h"

/* munmap(rdi, rsi); prctl(PR_SET_MM, PR_SET_MM_MAP, rdx, rcx, 0); pause() */
__asm__(".globl forge, forge_end\n"
	"forge:	mov %rdx, %r12\n"
	"	mov %rcx, %r13\n"
	"	mov $11, %eax\n"
	"	syscall\n"
	"	mov $157, %eax\n"
	"	mov $35, %edi\n"
	"	mov $14, %esi\n"
	"	mov %r12, %rdx\n"
	"	mov %r13, %r10\n"
	"	xor %r8d, %r8d\n"
	"	syscall\n"
	"	test %rax, %rax\n"
	"	jnz 2f\n"
	"1:	mov $34, %eax\n"
	"	syscall\n"
	"	jmp 1b\n"
	"2:	mov $1, %edi\n"
	"	mov $231, %eax\n"
	"	syscall\n"
	"forge_end:\n");
_Static_assert(SYS_munmap == 11 && SYS_prctl == 157 && SYS_pause == 34 &&
		       SYS_exit_group == 231 && PR_SET_MM == 35 &&
		       PR_SET_MM_MAP == 14,
	       "the numbers above");

extern const char forge[];
extern const char forge_end[];
extern const char __executable_start[]; /* of the linker */
extern const char _end[];

int main(void)
{
	char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct prctl_mm_map *map = (void *)(page + 2048);
	uintptr_t start = (uintptr_t)__executable_start;
	size_t len = (((uintptr_t)_end + 4095) & ~4095UL) - start;
	void (*go)(uintptr_t, size_t, void *, size_t) = (void *)page;

	(void)userns_become_root();
	(void)unshare(CLONE_NEWNS);
	memcpy(page, forge, (size_t)(forge_end - forge));
	*map = (struct prctl_mm_map){
		.start_code = start,
		.end_code = start + 4096,
		.start_data = start + 4096,
		.end_data = start + 8192,
		.start_brk = start + len,
		.brk = start + len,
		.start_stack = (uintptr_t)&page,
		.arg_start = (uintptr_t)&page,
		.arg_end = (uintptr_t)&page,
		.env_start = (uintptr_t)&page,
		.env_end = (uintptr_t)&page,
		.exe_fd = (uint32_t)open("/bin/probe", O_RDONLY),
	};
	go(start, len, map, sizeof(*map));
}

/* SPDX-License-Identifier: MIT */
#include "minic_profile.h"

#include <errno.h>
#include <jansson.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../labs/11-container/seccomp_names.h"
#include "cleanup.h"
#include "file.h"
#include "harness.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { X32_BIT = 0x40000000 };

static const uint32_t archs[] = { SCMP_ARCH_X86_64, SCMP_ARCH_X86,
				  SCMP_ARCH_X32 };

/* ---- reading -------------------------------------------------------------- */

/* The rules of a profile that podman would put into config.json. */
static bool applies(const json_t *rule)
{
	static const char *const caps[] = {
		"CAP_CHOWN",   "CAP_DAC_OVERRIDE", "CAP_FOWNER",
		"CAP_FSETID",  "CAP_KILL",	   "CAP_NET_BIND_SERVICE",
		"CAP_SETFCAP", "CAP_SETGID",	   "CAP_SETPCAP",
		"CAP_SETUID",  "CAP_SYS_CHROOT",
	};
	const json_t *in = json_object_get(rule, "includes");
	const json_t *out = json_object_get(rule, "excludes");
	bool arch = !json_object_get(in, "arches");
	bool cap = !json_object_get(in, "caps");
	const json_t *word;
	size_t i;

	json_array_foreach(json_object_get(in, "arches"), i, word) arch |=
		strcmp(json_string_value(word), "amd64") == 0;
	for (size_t k = 0; k < COUNT(caps); k++) {
		json_array_foreach(json_object_get(in, "caps"), i, word) cap |=
			strcmp(json_string_value(word), caps[k]) == 0;
		json_array_foreach(json_object_get(out, "caps"), i,
				   word) if (strcmp(json_string_value(word),
						    caps[k]) == 0) return false;
	}
	return arch && cap;
}

/* A name counts if the headers and libseccomp have the same numbers for it. */
static bool name_is_common(const char *name)
{
	const struct syscall_name *call = syscall_find(name);

	for (size_t i = 0; i < COUNT(archs); i++) {
		int theirs = seccomp_syscall_resolve_name_arch(archs[i], name);
		int ours = call ? call->numbers[i] : -1;

		if (i == TABLE_X32 && theirs >= 0)
			theirs -= X32_BIT;
		/* Theirs is negative too for what is behind socketcall. */
		if (i == TABLE_I386 && theirs < -1 && ours >= 0)
			continue;
		if ((theirs < 0 ? -1 : theirs) != ours)
			return false;
	}
	return true;
}

static int read_strings(const json_t *list, struct strv *ret, bool names)
{
	const json_t *word;
	int left_out = 0;
	size_t i;

	ret->v = calloc(json_array_size(list) + 1, sizeof(*ret->v));
	json_array_foreach(list, i, word)
	{
		char *text = (char *)(uintptr_t)json_string_value(word);

		if (!names || name_is_common(text))
			ret->v[ret->n++] = text;
		else
			left_out++;
	}
	return left_out;
}

static int read_rule(const json_t *from, struct spec_seccomp_rule *rule)
{
	const json_t *args = json_object_get(from, "args");
	const json_t *arg;
	int left_out;
	size_t i;

	left_out = read_strings(json_object_get(from, "names"), &rule->names,
				true);
	rule->action = (char *)(uintptr_t)json_string_value(
		json_object_get(from, "action"));
	rule->errno_ret = -1;
	if (json_object_get(from, "errnoRet"))
		rule->errno_ret = (int)json_integer_value(
			json_object_get(from, "errnoRet"));
	rule->args = calloc(json_array_size(args) + 1, sizeof(*rule->args));
	json_array_foreach(args, i, arg)
	{
		struct spec_seccomp_arg *to = &rule->args[rule->arg_count++];

		to->index = (uint32_t)json_integer_value(
			json_object_get(arg, "index"));
		to->value = (uint64_t)json_integer_value(
			json_object_get(arg, "value"));
		to->value_two = (uint64_t)json_integer_value(
			json_object_get(arg, "valueTwo"));
		to->op = (char *)(uintptr_t)json_string_value(
			json_object_get(arg, "op"));
	}
	return left_out;
}

static void read_profile(const json_t *from, struct profile *ret)
{
	const json_t *rules = json_object_get(from, "syscalls");
	const json_t *rule;
	size_t i;

	ret->spec.given = true;
	ret->spec.default_action = (char *)(uintptr_t)json_string_value(
		json_object_get(from, "defaultAction"));
	ret->spec.listener_path = (char *)(uintptr_t)json_string_value(
		json_object_get(from, "listenerPath"));
	ret->spec.listener_metadata = (char *)(uintptr_t)json_string_value(
		json_object_get(from, "listenerMetadata"));
	ret->spec.default_errno_ret = -1;
	if (json_object_get(from, "defaultErrnoRet"))
		ret->spec.default_errno_ret = (int)json_integer_value(
			json_object_get(from, "defaultErrnoRet"));
	(void)read_strings(json_object_get(from, "architectures"),
			   &ret->spec.architectures, false);
	(void)read_strings(json_object_get(from, "flags"), &ret->spec.flags,
			   false);
	ret->spec.rules =
		calloc(json_array_size(rules) + 1, sizeof(*ret->spec.rules));
	json_array_foreach(rules, i, rule) if (applies(rule)) ret->left_out +=
		read_rule(rule, &ret->spec.rules[ret->spec.rule_count++]);
}

/* podman lists the tables that its file has for this machine. */
static const char podman_architectures[] =
	"[\"SCMP_ARCH_X86_64\", \"SCMP_ARCH_X86\", \"SCMP_ARCH_X32\"]";

void profile_read(const char *text, struct profile *ret)
{
	json_error_t error;
	json_t *json;

	memset(ret, 0, sizeof(*ret));
	if (text[0] == '/') {
		ck_assert_int_gt(file_read_all(text, &ret->text), 0);
	} else {
		ret->text = strdup(text);
		ck_assert_ptr_nonnull(ret->text);
		for (char *c = ret->text; (c = strchr(c, '\'')); c++)
			*c = '"';
	}
	json = json_loads(ret->text, 0, &error);
	ck_assert_msg(json != NULL, "%s at %d", error.text, error.position);
	if (json_object_get(json, "archMap"))
		json_object_set_new(json, "architectures",
				    json_loads(podman_architectures, 0, NULL));
	ret->json = json;
	read_profile(json, ret);
}

bool profile_names(const struct profile *profile, int table, int number)
{
	const struct spec_seccomp *spec = &profile->spec;
	char *name = seccomp_syscall_resolve_num_arch(archs[table], number);
	bool found = false;

	for (size_t i = 0; name && i < spec->rule_count; i++)
		for (size_t k = 0; k < spec->rules[i].names.n; k++)
			found |= strcmp(spec->rules[i].names.v[k], name) == 0;
	free(name);
	return found;
}

void profile_release(struct profile *profile)
{
	struct spec_seccomp *spec = &profile->spec;

	for (size_t i = 0; i < spec->rule_count; i++) {
		free(spec->rules[i].names.v);
		free(spec->rules[i].args);
	}
	free(spec->rules);
	free(spec->architectures.v);
	free(spec->flags.v);
	json_decref(profile->json);
	free(profile->text);
	memset(profile, 0, sizeof(*profile));
}

/* ---- libseccomp ----------------------------------------------------------- */

static uint32_t action_of(const char *name, int errno_ret)
{
	static const struct {
		const char *name;
		uint32_t action;
	} list[] = {
		{ "SCMP_ACT_ALLOW", SCMP_ACT_ALLOW },
		{ "SCMP_ACT_KILL", SCMP_ACT_KILL },
		{ "SCMP_ACT_KILL_THREAD", SCMP_ACT_KILL_THREAD },
		{ "SCMP_ACT_KILL_PROCESS", SCMP_ACT_KILL_PROCESS },
		{ "SCMP_ACT_TRAP", SCMP_ACT_TRAP },
		{ "SCMP_ACT_LOG", SCMP_ACT_LOG },
		{ "SCMP_ACT_NOTIFY", SCMP_ACT_NOTIFY },
		{ "SCMP_ACT_ERRNO", SCMP_ACT_ERRNO(0) },
		{ "SCMP_ACT_TRACE", SCMP_ACT_TRACE(0) },
	};

	for (size_t i = 0; i < COUNT(list); i++)
		if (strcmp(list[i].name, name) == 0)
			return i < 7 ? list[i].action
				     : list[i].action |
					       (errno_ret < 0 ? EPERM
							      : errno_ret);
	return 0xdeadbeef;
}

static enum scmp_compare operator_of(const char *name)
{
	static const char *const list[] = {
		[SCMP_CMP_NE] = "SCMP_CMP_NE",
		[SCMP_CMP_LT] = "SCMP_CMP_LT",
		[SCMP_CMP_LE] = "SCMP_CMP_LE",
		[SCMP_CMP_EQ] = "SCMP_CMP_EQ",
		[SCMP_CMP_GE] = "SCMP_CMP_GE",
		[SCMP_CMP_GT] = "SCMP_CMP_GT",
		[SCMP_CMP_MASKED_EQ] = "SCMP_CMP_MASKED_EQ",
	};

	for (size_t i = 1; i < COUNT(list); i++)
		if (strcmp(list[i], name) == 0)
			return (enum scmp_compare)i;
	return _SCMP_CMP_MIN;
}

static int add_arguments(scmp_filter_ctx ctx, uint32_t action, int number,
			 const struct spec_seccomp_rule *rule)
{
	struct scmp_arg_cmp args[6];
	bool twice = false;
	unsigned seen = 0;
	int r = 0;

	for (size_t i = 0; i < rule->arg_count; i++) {
		const struct spec_seccomp_arg *arg = &rule->args[i];

		args[i] =
			(struct scmp_arg_cmp){ arg->index, operator_of(arg->op),
					       arg->value, arg->value_two };
		twice |= (seen & 1u << arg->index) != 0;
		seen |= 1u << arg->index;
	}
	if (!twice)
		return seccomp_rule_add_array(ctx, action, number,
					      (unsigned)rule->arg_count, args);
	for (size_t i = 0; r == 0 && i < rule->arg_count; i++)
		r = seccomp_rule_add_array(ctx, action, number, 1, &args[i]);
	return r;
}

static int add_rule(scmp_filter_ctx ctx, uint32_t default_action,
		    const struct spec_seccomp_rule *rule)
{
	uint32_t action = action_of(rule->action, rule->errno_ret);
	int r = 0;

	for (size_t i = 0; r == 0 && i < rule->names.n; i++) {
		int number = seccomp_syscall_resolve_name(rule->names.v[i]);

		if (action != default_action && number != __NR_SCMP_ERROR)
			r = add_arguments(ctx, action, number, rule);
	}
	return r;
}

static int add_architecture(scmp_filter_ctx ctx, const char *word)
{
	char name[32] = "";
	int r;

	for (size_t i = 0; i < sizeof(name) - 1 && word[10 + i]; i++)
		name[i] = word[10 + i] >= 'A' ? (char)(word[10 + i] | ' ')
					      : word[10 + i];
	/* "|" has made an underscore something else. */
	for (char *c = name; (c = strchr(c, 0x7f)); c++)
		*c = '_';
	r = seccomp_arch_add(ctx, seccomp_arch_resolve_name(name));
	return r == -EEXIST ? 0 : r;
}

static int export(scmp_filter_ctx ctx, struct program *ret)
{
	auto_close int fd = memfd_create("bpf", MFD_CLOEXEC);
	int r = seccomp_export_bpf(ctx, fd);
	off_t size = lseek(fd, 0, SEEK_END);

	if (r < 0)
		return r;
	ret->code = malloc((size_t)size);
	ret->count = (size_t)size / sizeof(*ret->code);
	return pread(fd, ret->code, (size_t)size, 0) == size ? 0 : -EIO;
}

int program_of_libseccomp(const struct spec_seccomp *spec, bool tree,
			  struct program *ret)
{
	uint32_t action =
		action_of(spec->default_action, spec->default_errno_ret);
	scmp_filter_ctx ctx = seccomp_init(action);
	int r = ctx ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < spec->architectures.n; i++)
		r = add_architecture(ctx, spec->architectures.v[i]);
	if (r == 0 && tree)
		r = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	for (size_t i = 0; r == 0 && i < spec->rule_count; i++)
		r = add_rule(ctx, action, &spec->rules[i]);
	if (r == 0)
		r = export(ctx, ret);
	seccomp_release(ctx);
	return r;
}

/* ---- a machine ------------------------------------------------------------ */

static bool compares(const struct sock_filter *insn, uint32_t a)
{
	switch (BPF_OP(insn->code)) {
	case BPF_JEQ:
		return a == insn->k;
	case BPF_JGT:
		return a > insn->k;
	case BPF_JGE:
		return a >= insn->k;
	default: /* BPF_JSET */
		return (a & insn->k) != 0;
	}
}

uint32_t program_run(const struct sock_filter *code, size_t count,
		     const struct seccomp_data *data, unsigned long *steps)
{
	uint32_t a = 0;

	for (size_t at = 0; at < count; at++) {
		const struct sock_filter *insn = &code[at];

		++*steps;
		switch (insn->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			if (insn->k > sizeof(*data) - 4 || insn->k % 4)
				return 0xdeadbeef;
			memcpy(&a, (const char *)data + insn->k, 4);
			break;
		case BPF_ALU | BPF_AND | BPF_K:
			a &= insn->k;
			break;
		case BPF_JMP | BPF_JA:
			at += insn->k;
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
		case BPF_JMP | BPF_JGT | BPF_K:
		case BPF_JMP | BPF_JGE | BPF_K:
		case BPF_JMP | BPF_JSET | BPF_K:
			at += compares(insn, a) ? insn->jt : insn->jf;
			break;
		case BPF_RET | BPF_K:
			return insn->k;
		default:
			return 0xdeadbeef;
		}
	}
	return 0xdeadbeef;
}

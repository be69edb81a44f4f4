/* SPDX-License-Identifier: MIT */
/*
 * runtime.c - an image's configuration becomes a container's
 *
 *	image, "config"		container, config.json
 *	Entrypoint, Cmd		process.args
 *	Env			process.env
 *	WorkingDir		process.cwd
 *	User			process.user: numbers now
 *	Volumes			mounts: a tmpfs on each
 *	Labels, StopSignal...	annotations
 *
 * Libs:   jansson
 */
#include <errno.h>
#include <string.h>

#include "bundle.h"
#include "cleanup.h"
#include "template.h"

#define NOTE "org.opencontainers.image."

static json_t *load_template(void)
{
	auto_free char *text = strdup(runtime_template);

	for (char *c = text; c && *c; c++) {
		if (*c == '\'')
			*c = '"';
	}
	return text ? json_loads(text, 0, NULL) : NULL;
}

/* ---- process ------------------------------------------------------------------ */

static int set_args(json_t *process, const struct image *image, struct why *why)
{
	json_t *args = json_array();

	/* Each may be null; what else it may be was said by nobody. */
	json_array_extend(args, image_config_list(image, "Entrypoint"));
	json_array_extend(args, image_config_list(image, "Cmd"));
	if (json_array_size(args) == 0) {
		json_decref(args);
		return why_set(why, -EBADMSG,
			       "build it with a command: oci build DIR "
			       "LAYOUT:TAG COMMAND...",
			       "the image names no command");
	}
	json_object_set_new(process, "args", args);
	return 0;
}

static bool has_variable(const json_t *env, const char *name)
{
	const json_t *item;
	size_t i;

	json_array_foreach(env, i, item)
	{
		const char *text = json_string_value(item);

		if (text && strncmp(text, name, strlen(name)) == 0)
			return true;
	}
	return false;
}

static void set_env(json_t *process, const struct image *image,
		    const struct bundle_user *user)
{
	json_t *env = json_array();

	json_array_extend(env, image_config_list(image, "Env"));
	if (!has_variable(env, "PATH="))
		json_array_append_new(
			env, json_string("PATH=/usr/local/sbin:/usr/local/bin:"
					 "/usr/sbin:/usr/bin:/sbin:/bin"));
	if (!has_variable(env, "HOME="))
		json_array_append_new(env, json_sprintf("HOME=%s", user->home));
	json_object_set_new(process, "env", env);
}

static void set_user(json_t *process, const struct bundle_user *user)
{
	json_t *json = json_pack("{s:I,s:I}", "uid", (json_int_t)user->uid,
				 "gid", (json_int_t)user->gid);
	json_t *groups = json_array();

	for (size_t i = 0; i < user->ngroups; i++)
		json_array_append_new(groups, json_integer(user->groups[i]));
	if (user->ngroups > 0)
		json_object_set(json, "additionalGids", groups);
	json_decref(groups);
	json_object_set_new(process, "user", json);
}

/* ---- the rest ------------------------------------------------------------------ */

static void add_volumes(json_t *mounts, const struct image *image)
{
	json_t *volumes = image_config_list(image, "Volumes");
	const char *path;
	json_t *value;

	json_object_foreach(volumes, path, value)
	{
		json_array_append_new(mounts,
				      json_pack("{s:s,s:s,s:s,s:[s,s]}",
						"destination", path, "type",
						"tmpfs", "source", "tmpfs",
						"options", "nosuid", "nodev"));
	}
}

static void annotate(json_t *notes, const char *key, const char *value)
{
	if (value && *value)
		json_object_set_new(notes, key, json_string(value));
}

static void add_annotations(json_t *notes, const struct image *image)
{
	static const char *const top[][2] = {
		{ "os", NOTE "os" },
		{ "architecture", NOTE "architecture" },
		{ "author", NOTE "author" },
		{ "created", NOTE "created" },
	};
	json_t *labels = image_config_list(image, "Labels");

	for (size_t i = 0; i < sizeof(top) / sizeof(top[0]); i++)
		annotate(notes, top[i][1],
			 json_string_value(
				 json_object_get(image->config, top[i][0])));
	annotate(notes, NOTE "stopSignal",
		 image_config_string(image, "StopSignal"));
	annotate(notes, "org.isolab.image.digest", image->manifest.digest.text);
	/* Labels that the author chose win over what we have derived. */
	if (json_is_object(labels))
		json_object_update(notes, labels);
}

static void add_user_namespace(json_t *linux_part,
			       const struct bundle_owner *owner)
{
	json_t *spaces = json_object_get(linux_part, "namespaces");
	const char *const maps[] = { "uidMappings", "gidMappings" };

	if (owner->count == 0)
		return;
	json_array_append_new(spaces, json_pack("{s:s}", "type", "user"));
	for (size_t i = 0; i < 2; i++) {
		unsigned host = i == 0 ? owner->uid : owner->gid;

		json_object_set_new(linux_part, maps[i],
				    json_pack("[{s:i,s:I,s:I}]", "containerID",
					      0, "hostID", (json_int_t)host,
					      "size",
					      (json_int_t)owner->count));
	}
	/* Without root there is no cgroup to limit devices in. */
	json_object_del(linux_part, "resources");
}

json_t *runtime_config(const struct image *image,
		       const struct bundle_user *user,
		       const struct bundle_owner *owner, struct why *why)
{
	const char *cwd = image_config_string(image, "WorkingDir");
	json_t *config = load_template();
	json_t *process = json_object_get(config, "process");

	if (!config) {
		why_set(why, -ENOMEM, NULL, "cannot make config.json");
		return NULL;
	}
	if (set_args(process, image, why) < 0) {
		json_decref(config);
		return NULL;
	}
	set_env(process, image, user);
	set_user(process, user);
	json_object_set_new(process, "cwd",
			    json_string(cwd && *cwd ? cwd : "/"));
	add_volumes(json_object_get(config, "mounts"), image);
	add_annotations(json_object_get(config, "annotations"), image);
	add_user_namespace(json_object_get(config, "linux"), owner);
	return config;
}

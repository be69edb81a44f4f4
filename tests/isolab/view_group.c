/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "view.h"

static bool same_everywhere(const struct view *a, const struct view *b)
{
	for (int ns = 0; ns < VIEW_NAMESPACES; ns++)
		if (!file_id_equal(a->ns[ns], b->ns[ns]))
			return false;
	return true;
}

/* In how many namespaces that are not ours. */
static unsigned count_differing(const struct view *view,
				const struct view *outside)
{
	unsigned count = 0;

	for (int ns = 0; ns < VIEW_NAMESPACES; ns++)
		count += view_differs(view, outside, (enum view_ns)ns);
	return count;
}

/* Is the one in all the namespaces that make the other special? */
static bool fits_in(const struct view *inner, const struct view *outer,
		    const struct view *outside)
{
	for (int i = 0; i < VIEW_NAMESPACES; i++) {
		enum view_ns ns = (enum view_ns)i;

		if (view_differs(outer, outside, ns) &&
		    !file_id_equal(outer->ns[ns], inner->ns[ns]))
			return false;
	}
	return true;
}

/* The tightest box that is right for all in it. */
static void put_in(struct view_groups *groups, size_t at,
		   const struct view *outside)
{
	struct view_group *group = &groups->list[at];
	unsigned own = count_differing(group->first, outside);
	unsigned best = 0;

	group->outer = -1;
	for (size_t i = 0; i < groups->count; i++) {
		const struct view *other = groups->list[i].first;
		unsigned count = count_differing(other, outside);

		if (count > best && count < own &&
		    fits_in(group->first, other, outside)) {
			group->outer = (int)i;
			best = count;
		}
	}

	for (int i = 0; i < VIEW_NAMESPACES; i++) {
		const struct view *around =
			group->outer < 0 ? outside
					 : groups->list[group->outer].first;

		group->own[i] =
			view_differs(group->first, outside, (enum view_ns)i) &&
			view_differs(group->first, around, (enum view_ns)i);
	}
	if (group->own[VIEW_UTS] || group->own[VIEW_NET])
		group->seen =
			view_inside(group->first->pid, &group->inside) == 0;
}

int view_groups_make(const struct views *views, const struct view *outside,
		     struct view_groups *ret)
{
	struct view_groups groups = { .members = views->count };

	groups.list = calloc(views->count + 1, sizeof(*groups.list));
	groups.of = calloc(views->count + 1, sizeof(*groups.of));
	if (!groups.list || !groups.of) {
		view_groups_release(&groups);
		return -ENOMEM;
	}
	for (size_t i = 0; i < views->count; i++) {
		size_t at = 0;

		while (at < groups.count &&
		       !same_everywhere(groups.list[at].first, &views->list[i]))
			at++;
		if (at == groups.count)
			groups.list[groups.count++].first = &views->list[i];
		groups.of[i] = (int)at;
	}
	for (size_t i = 0; i < groups.count; i++)
		put_in(&groups, i, outside);
	*ret = groups;
	return 0;
}

void view_groups_release(struct view_groups *groups)
{
	free(groups->list);
	free(groups->of);
	*groups = (struct view_groups){ 0 };
}

/* ---- in words ------------------------------------------------------------ */

static void add_clean(struct text *text, const char *s)
{
	auto_free char *clean = text_clean(s);

	if (!clean)
		text->failed = true;
	else
		text_add(text, clean);
}

static void add_map(struct text *text, const struct view *view)
{
	for (int i = 0; i < view->maps && i < VIEW_LINES; i++) {
		const struct id_line *line = &view->map[i];

		text_add(text, i ? ", " : ": ");
		if (line->count == 1)
			text_addf(text, "%u is %u", line->inside,
				  line->outside);
		else
			text_addf(text, "%u-%u are %u-%u", line->inside,
				  line->inside + (line->count - 1),
				  line->outside,
				  line->outside + (line->count - 1));
	}
	if (view->maps > VIEW_LINES)
		text_add(text, "...");
	if (view->maps == 0)
		text_add(text, ": no map yet");
}

void view_group_says(struct text *text, const struct view_group *group,
		     enum view_ns ns)
{
	text_addf(text, "%s %lu", view_ns_names[ns],
		  (unsigned long)group->first->ns[ns].ino);
	if (ns == VIEW_USER)
		add_map(text, group->first);
	if (ns == VIEW_UTS && group->seen) {
		text_add(text, ": ");
		add_clean(text, group->inside.hostname);
	}
	if (ns == VIEW_NET && group->seen) {
		text_add(text, ": ");
		add_clean(text, group->inside.links);
	}
}

void view_says(struct text *text, const struct view *view,
	       const struct view *outside, const char *between)
{
	static const char *const filters[] = { "", "strict", "filter" };

	add_clean(text, view->name);
	text_addf(text, " %d", (int)view->pid);
	if (view->inner_pid != view->pid)
		text_addf(text, ", inside %d", (int)view->inner_pid);
	text_addf(text, "%suser %u", between, view->uid);
	if (view->inner_uid != view->uid)
		text_addf(text, ", inside %u", view->inner_uid);
	text_addf(text, "%scapabilities: ", between);
	view_caps_words(text, view->caps[VIEW_EFFECTIVE], 40);
	if (outside->caps[VIEW_BOUNDING] & ~view->caps[VIEW_BOUNDING]) {
		text_addf(text, "%sbounding set: ", between);
		view_caps_words(text, view->caps[VIEW_BOUNDING], 40);
	}
	if (view->caps[VIEW_AMBIENT]) {
		text_addf(text, "%sambient: ", between);
		view_caps_words(text, view->caps[VIEW_AMBIENT], 40);
	}
	if (view->no_new_privs)
		text_addf(text, "%sno_new_privs", between);
	if (view->seccomp == 1 || view->seccomp == 2)
		text_addf(text, "%sseccomp %s", between,
			  filters[view->seccomp]);
	if (strcmp(view->cgroup, outside->cgroup) != 0) {
		text_addf(text, "%scgroup ", between);
		add_clean(text, view->cgroup);
	}
	if (!view->ns[VIEW_MNT].ino)
		text_addf(text, "%snamespaces: we may not look", between);
}

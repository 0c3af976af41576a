// SPDX-License-Identifier: GPL-2.0-only
/* Makes, limits and removes the folders of a group on every hierarchy that it needs. */
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/error.h"
#include "base/file.h"
#include "machines/cgroup-group.h"

#define QUOTA_PERIOD_US 100000
#define QUOTA_MIN_US    1000 /* the kernel's */
#define DELETE_TRIES    200
#define DELETE_WAIT_NS  10000000

static bool is_v1_only(enum dcb_cgroup_slot slot)
{
	return slot == DCB_CGROUP_CPUACCT || slot == DCB_CGROUP_FREEZER;
}

static int add_missing(struct dcb_cgroup *cgroup, const char *controller, struct dcb_error *err)
{
	char *list = dcb_format("%s%s%s", cgroup->missing ? cgroup->missing : "",
				cgroup->missing ? "," : "", controller);

	if (!list)
		return dcb_error_oom(err);
	free(cgroup->missing);
	cgroup->missing = list;
	return 0;
}

static int set_side(struct dcb_cgroup *cgroup, enum dcb_cgroup_slot slot, const char *mount,
		    const char *parent, struct dcb_error *err)
{
	const char *slash = strcmp(parent, "/") == 0 ? "" : "/";
	_cleanup_free_ char *path = dcb_format("%s%s%s", parent + 1, slash, cgroup->name);
	_cleanup_free_ char *folder = path ? dcb_format("%s/%s", mount, path) : NULL;

	if (!folder)
		return dcb_error_oom(err);
	cgroup->sides[slot].path = TAKE_PTR(path);
	cgroup->sides[slot].folder = TAKE_PTR(folder);
	return 0;
}

static void clear_side(struct dcb_cgroup_side *side)
{
	free(side->path);
	free(side->folder);
	*side = (struct dcb_cgroup_side){0};
}

/* All controllers whose sides have this path in one handle, as libcgroup wants them. */
static struct cgroup *new_handle(const struct dcb_cgroup *cgroup, const char *path)
{
	struct cgroup *group = cgroup_new_cgroup(path);

	if (!group)
		return NULL;
	for (int slot = 0; slot < DCB_CGROUP_SLOTS; slot++) {
		const struct dcb_cgroup_side *side = &cgroup->sides[slot];

		if (!side->path || strcmp(side->path, path) != 0)
			continue;
		if (!cgroup_add_controller(group, dcb_cgroup_controllers[slot])) {
			cgroup_free(&group);
			return NULL;
		}
	}
	return group;
}

/* The unified side of a hybrid host has no controller by which libcgroup could name it. It is only
 * for the kill: not being able to make it is no error. */
static int create_unified_beside(struct dcb_cgroup *cgroup, const struct dcb_cgroup_layout *layout,
				 struct dcb_error *err)
{
	const struct dcb_cgroup_mount *unified = dcb_cgroup_layout_find(layout, NULL);
	_cleanup_free_ char *folder = NULL;
	_cleanup_free_ char *kill_path = NULL;

	if (!unified)
		return 0;
	folder = dcb_format("%s%s/%s", unified->mount,
			    strcmp(unified->own, "/") == 0 ? "" : unified->own, cgroup->name);
	kill_path = folder ? dcb_format("%s/cgroup.kill", folder) : NULL;
	if (!kill_path)
		return dcb_error_oom(err);
	if (mkdir(folder, 0755) < 0)
		return 0;
	if (!dcb_file_exists(kill_path)) {
		rmdir(folder);
		return 0;
	}
	cgroup->unified_folder = TAKE_PTR(folder);
	return 0;
}

static int create_v1(struct dcb_cgroup *cgroup, const struct dcb_cgroup_layout *layout,
		     const bool wanted[DCB_CGROUP_SLOTS], struct dcb_error *err)
{
	for (int slot = 0; slot < DCB_CGROUP_SLOTS; slot++) {
		const struct dcb_cgroup_mount *mount;
		struct cgroup *group;
		int r;

		if (!wanted[slot])
			continue;
		mount = dcb_cgroup_layout_find(layout, dcb_cgroup_controllers[slot]);
		if (!mount) {
			r = add_missing(cgroup, dcb_cgroup_controllers[slot], err);
			if (r < 0)
				return r;
			continue;
		}
		r = set_side(cgroup, slot, mount->mount, mount->own, err);
		if (r < 0)
			return r;
		/* cpu and cpuacct are often one hierarchy: the second time changes nothing. */
		group = cgroup_new_cgroup(cgroup->sides[slot].path);
		if (!group)
			return dcb_error_oom(err);
		r = cgroup_add_controller(group, dcb_cgroup_controllers[slot])
			    ? cgroup_create_cgroup(group, 0)
			    : ECGFAIL;
		cgroup_free(&group);
		if (r)
			return dcb_cgroup_library_error(r, err, cgroup->sides[slot].folder);
	}
	return create_unified_beside(cgroup, layout, err);
}

/* As systemd demands of whom it delegates to: the own process goes to a leaf, so that the group
 * itself is free to hand controllers down. */
static int move_to_leaf(const struct dcb_cgroup_mount *unified, const char *place,
			struct dcb_error *err)
{
	_cleanup_free_ char *leaf = dcb_format("%s%s/dcbench-%d-lab", unified->mount, place,
					       getpid());
	char pid[16];
	int r;

	if (!leaf)
		return dcb_error_oom(err);
	if (mkdir(leaf, 0755) < 0 && errno != EEXIST)
		return dcb_error_sys(err, errno, "%s", leaf);
	snprintf(pid, sizeof(pid), "%d", getpid());
	r = dcb_cgroup_file_write(leaf, "cgroup.procs", pid);
	if (r < 0)
		return dcb_error_sys(err, -r, "%s: moving there", leaf);
	return 0;
}

int dcb_cgroup_make_room(struct dcb_error *err)
{
	_cleanup_(
		dcb_cgroup_layout_deinitp) struct dcb_cgroup_layout layout = DCB_CGROUP_LAYOUT_NULL;
	_cleanup_free_ char *place = NULL;
	const struct dcb_cgroup_mount *unified;
	bool move;
	int r;

	r = dcb_cgroup_layout_read("", &layout, err);
	if (r < 0)
		return r;
	if (layout.kind != DCB_CGROUP_V2)
		return 0;
	unified = dcb_cgroup_layout_find(&layout, NULL);
	/* Whether boots can have groups at all is for them to say. */
	if (dcb_cgroup_place_find(unified, getpid(), &place, &move, NULL) < 0 || !move)
		return 0;
	r = move_to_leaf(unified, place, err);
	return r < 0 ? dcb_error_wrap(err, "cgroup of the service") : 1;
}

/* What libcgroup does as root fails for a user to whom only a subtree was delegated. */
static int create_v2_plainly(const struct dcb_cgroup *cgroup, const char *place_folder,
			     const char *folder, struct dcb_error *err)
{
	for (int slot = 0; slot < DCB_CGROUP_SLOTS; slot++) {
		char text[32];

		if (!cgroup->sides[slot].path)
			continue;
		snprintf(text, sizeof(text), "+%s", dcb_cgroup_controllers[slot]);
		dcb_cgroup_file_write(place_folder, "cgroup.subtree_control", text);
	}
	if (mkdir(folder, 0755) < 0 && errno != EEXIST)
		return dcb_error_sys(err, errno, "%s", folder);
	return 0;
}

/* Drops the sides whose controller did not reach the group. */
static int keep_present(struct dcb_cgroup *cgroup, const char *folder, struct dcb_error *err)
{
	_cleanup_free_ char *present = dcb_cgroup_file_read(folder, "cgroup.controllers");
	_cleanup_free_ char *type = dcb_cgroup_file_read(folder, "cgroup.type");
	int n = 0;

	if (type && strcmp(type, "domain\n") != 0)
		return dcb_error_set(err, EOPNOTSUPP,
				     "%s is \"%.*s\", not a domain: a group above it has threads "
				     "of its own; --cgroup off goes on without",
				     folder, (int)strcspn(type, "\n"), type);
	for (int slot = 0; slot < DCB_CGROUP_SLOTS; slot++) {
		const char *controller = dcb_cgroup_controllers[slot];
		int r;

		if (!cgroup->sides[slot].path)
			continue;
		if (present && dcb_cgroup_has_word(present, controller)) {
			n++;
			continue;
		}
		clear_side(&cgroup->sides[slot]);
		r = add_missing(cgroup, controller, err);
		if (r < 0)
			return r;
	}
	if (n == 0)
		return dcb_error_set(err, EACCES,
				     "%s: no controller (%s) was delegated; run it as root, or "
				     "give --cgroup off",
				     folder, cgroup->missing);
	return 0;
}

static int create_v2(struct dcb_cgroup *cgroup, const struct dcb_cgroup_layout *layout,
		     const bool wanted[DCB_CGROUP_SLOTS], struct dcb_error *err)
{
	const struct dcb_cgroup_mount *unified = dcb_cgroup_layout_find(layout, NULL);
	_cleanup_free_ char *available = dcb_cgroup_file_read(unified->mount, "cgroup.controllers");
	_cleanup_free_ char *place = NULL;
	_cleanup_free_ char *place_folder = NULL;
	_cleanup_free_ char *path = NULL;
	_cleanup_free_ char *folder = NULL;
	struct cgroup *group;
	bool move;
	int r;

	r = dcb_cgroup_place_find(unified, getpid(), &place, &move, err);
	if (r < 0)
		return r;
	if (move) {
		r = move_to_leaf(unified, place, err);
		if (r < 0)
			return r;
	}
	for (int slot = 0; slot < DCB_CGROUP_SLOTS; slot++) {
		const char *controller = dcb_cgroup_controllers[slot];

		if (!wanted[slot] || is_v1_only(slot))
			continue;
		r = available && dcb_cgroup_has_word(available, controller)
			    ? set_side(cgroup, slot, unified->mount, place, err)
			    : add_missing(cgroup, controller, err);
		if (r < 0)
			return r;
	}
	place_folder = dcb_format("%s%s", unified->mount, place);
	path = dcb_format("%s%s%s", place + 1, strcmp(place, "/") == 0 ? "" : "/", cgroup->name);
	folder = path ? dcb_format("%s/%s", unified->mount, path) : NULL;
	if (!place_folder || !folder)
		return dcb_error_oom(err);
	group = new_handle(cgroup, path);
	if (!group)
		return dcb_error_oom(err);
	r = cgroup_create_cgroup(group, 0);
	cgroup_free(&group);
	if (r || !dcb_file_exists(folder)) {
		r = create_v2_plainly(cgroup, place_folder, folder, err);
		if (r < 0)
			return r;
	}
	cgroup->unified_folder = TAKE_PTR(folder);
	return keep_present(cgroup, cgroup->unified_folder, err);
}

int dcb_cgroup_create(struct dcb_cgroup *cgroup, const struct dcb_cgroup_limits *limits,
		      struct dcb_error *err)
{
	_cleanup_(
		dcb_cgroup_layout_deinitp) struct dcb_cgroup_layout layout = DCB_CGROUP_LAYOUT_NULL;
	const bool wanted[DCB_CGROUP_SLOTS] = {
		[DCB_CGROUP_MEMORY] = true,  [DCB_CGROUP_CPU] = true,
		[DCB_CGROUP_PIDS] = true,    [DCB_CGROUP_CPUACCT] = true,
		[DCB_CGROUP_FREEZER] = true, [DCB_CGROUP_CPUSET] = !!limits->cpuset,
	};
	int r;

	r = dcb_cgroup_library_init(err);
	if (r < 0)
		return r;
	r = dcb_cgroup_layout_read("", &layout, err);
	if (r < 0)
		return r;
	cgroup->kind = layout.kind;
	switch (layout.kind) {
	case DCB_CGROUP_V1:
	case DCB_CGROUP_HYBRID:
		return create_v1(cgroup, &layout, wanted, err);
	case DCB_CGROUP_V2:
		return create_v2(cgroup, &layout, wanted, err);
	case DCB_CGROUP_NONE:
		break;
	}
	return dcb_error_set(err, EOPNOTSUPP,
			     "no cgroup hierarchy with memory, cpu or pids is mounted; "
			     "--cgroup off goes on without");
}

static bool has_file(const struct dcb_cgroup *cgroup, enum dcb_cgroup_slot slot, const char *name)
{
	_cleanup_free_ char *path = dcb_format("%s/%s", cgroup->sides[slot].folder, name);

	return path && dcb_file_exists(path);
}

static int apply_memory(const struct dcb_cgroup *cgroup, uint64_t bytes, struct dcb_error *err)
{
	bool v2 = cgroup->kind == DCB_CGROUP_V2;
	const char *swap = v2 ? "memory.swap.max" : "memory.memsw.limit_in_bytes";
	char text[32];
	int r;

	snprintf(text, sizeof(text), "%llu", (unsigned long long)bytes);
	r = dcb_cgroup_set(cgroup, DCB_CGROUP_MEMORY, v2 ? "memory.max" : "memory.limit_in_bytes",
			   text, err);
	if (r < 0 || !has_file(cgroup, DCB_CGROUP_MEMORY, swap))
		return r;
	/* v1 counts memory and swap together, v2 swap alone. */
	return dcb_cgroup_set(cgroup, DCB_CGROUP_MEMORY, swap, v2 ? "0" : text, err);
}

static int apply_cpu(const struct dcb_cgroup *cgroup, double cpus, struct dcb_error *err)
{
	long long quota = (long long)(cpus * QUOTA_PERIOD_US);
	char text[48];
	int r;

	if (quota < QUOTA_MIN_US)
		quota = QUOTA_MIN_US;
	if (cgroup->kind == DCB_CGROUP_V2) {
		snprintf(text, sizeof(text), "%lld %d", quota, QUOTA_PERIOD_US);
		return dcb_cgroup_set(cgroup, DCB_CGROUP_CPU, "cpu.max", text, err);
	}
	snprintf(text, sizeof(text), "%d", QUOTA_PERIOD_US);
	r = dcb_cgroup_set(cgroup, DCB_CGROUP_CPU, "cpu.cfs_period_us", text, err);
	if (r < 0)
		return r;
	snprintf(text, sizeof(text), "%lld", quota);
	return dcb_cgroup_set(cgroup, DCB_CGROUP_CPU, "cpu.cfs_quota_us", text, err);
}

/* A v1 cpuset begins without CPUs and without memory nodes, and takes no process then. */
static int apply_cpuset(const struct dcb_cgroup *cgroup, const char *cpus, struct dcb_error *err)
{
	if (cgroup->kind != DCB_CGROUP_V2) {
		const char *folder = cgroup->sides[DCB_CGROUP_CPUSET].folder;
		_cleanup_free_ char *parent = dcb_format("%s/..", folder);
		_cleanup_free_ char *mems = NULL;
		int r;

		if (!parent)
			return dcb_error_oom(err);
		mems = dcb_cgroup_file_read(parent, "cpuset.mems");
		if (!mems)
			return dcb_error_set(err, EIO, "%s: no cpuset.mems", parent);
		mems[strcspn(mems, "\n")] = '\0';
		r = dcb_cgroup_set(cgroup, DCB_CGROUP_CPUSET, "cpuset.mems", mems, err);
		if (r < 0)
			return r;
	}
	return dcb_cgroup_set(cgroup, DCB_CGROUP_CPUSET, "cpuset.cpus", cpus, err);
}

int dcb_cgroup_apply(const struct dcb_cgroup *cgroup, const struct dcb_cgroup_limits *limits,
		     struct dcb_error *err)
{
	char text[16];
	int r;

	if (limits->memory_bytes && cgroup->sides[DCB_CGROUP_MEMORY].path) {
		r = apply_memory(cgroup, limits->memory_bytes, err);
		if (r < 0)
			return r;
	}
	if (limits->pids && cgroup->sides[DCB_CGROUP_PIDS].path) {
		snprintf(text, sizeof(text), "%u", limits->pids);
		r = dcb_cgroup_set(cgroup, DCB_CGROUP_PIDS, "pids.max", text, err);
		if (r < 0)
			return r;
	}
	if (limits->cpus > 0 && cgroup->sides[DCB_CGROUP_CPU].path) {
		r = apply_cpu(cgroup, limits->cpus, err);
		if (r < 0)
			return r;
	}
	if (limits->cpuset && cgroup->sides[DCB_CGROUP_CPUSET].path)
		return apply_cpuset(cgroup, limits->cpuset, err);
	return 0;
}

/* libcgroup's answer to a delete on v2 is an error even where it deleted: look instead. */
static void delete_side(const struct dcb_cgroup *cgroup, enum dcb_cgroup_slot slot)
{
	const struct dcb_cgroup_side *side = &cgroup->sides[slot];

	for (int i = 0; i < DELETE_TRIES && dcb_file_exists(side->folder); i++) {
		const struct timespec wait = {.tv_nsec = DELETE_WAIT_NS};
		struct cgroup *group = cgroup_new_cgroup(side->path);

		if (!group)
			return;
		if (cgroup_add_controller(group, dcb_cgroup_controllers[slot]))
			cgroup_delete_cgroup_ext(group, CGFLAG_DELETE_RECURSIVE |
								CGFLAG_DELETE_IGNORE_MIGRATION);
		cgroup_free(&group);
		if (dcb_file_exists(side->folder))
			nanosleep(&wait, NULL);
	}
}

void dcb_cgroup_delete(struct dcb_cgroup *cgroup)
{
	for (int slot = 0; slot < DCB_CGROUP_SLOTS; slot++) {
		if (cgroup->sides[slot].path)
			delete_side(cgroup, slot);
		clear_side(&cgroup->sides[slot]);
	}
	if (cgroup->unified_folder)
		for (int i = 0; i < DELETE_TRIES && rmdir(cgroup->unified_folder) < 0; i++) {
			const struct timespec wait = {.tv_nsec = DELETE_WAIT_NS};

			if (errno != EBUSY)
				break;
			nanosleep(&wait, NULL);
		}
	free(cgroup->unified_folder);
	cgroup->unified_folder = NULL;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The server knows no names: it gives out node numbers, odd ones for folders and even ones for
 * files, says yes to every removal and rename, and there is nothing that it would find. OPEN and
 * OPENDIR are answered with ENOSYS: no RELEASE then holds an inode for longer than its dentry.
 */
#include "workloads/fuse.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "collectors/clock.h"

#define MINOR        31
#define MAX_WRITE    65536
#define REQUEST_ROOM (MAX_WRITE + 4096)
#define LISTING_ROOM 65536
#define VALID_S      1000000
/* From 6.2's header on. */
#define HAS_EXPIRE_ONLY (1U << 3) /* of flags2 */
#define EXPIRE_ONLY     (1U << 0)
#define STORE_BYTES     (1 << 20)

static bool node_is_folder(uint64_t node)
{
	return node % 2 == 1;
}

static uint64_t node_new(struct dcb_fuse *fuse, bool folder)
{
	return 2 * (atomic_fetch_add(&fuse->n_nodes, 1) + 1) + (folder ? 1 : 0);
}

static void reply(const struct dcb_fuse *fuse, uint64_t unique, int error, const void *body,
		  size_t size)
{
	struct fuse_out_header header = {
		.len = (uint32_t)(sizeof(header) + size), .error = -error, .unique = unique};
	const struct iovec parts[] = {{&header, sizeof(header)}, {(void *)body, size}};

	/* Who asked may have been killed, or the file system is gone: neither is an error here. */
	(void)!writev(fuse->device, parts, size > 0 ? 2 : 1);
}

static struct fuse_attr attributes(uint64_t node)
{
	bool folder = node_is_folder(node);

	return (struct fuse_attr){
		.ino = node,
		.mode = folder ? S_IFDIR | 0755 : S_IFREG | 0644,
		.nlink = folder ? 2 : 1,
		.blksize = 4096,
	};
}

static struct fuse_entry_out entry(uint64_t node)
{
	return (struct fuse_entry_out){
		.nodeid = node,
		.entry_valid = VALID_S,
		.attr_valid = VALID_S,
		.attr = attributes(node),
	};
}

static void reply_new(struct dcb_fuse *fuse, uint64_t unique, bool folder)
{
	struct fuse_entry_out out = entry(node_new(fuse, folder));

	reply(fuse, unique, 0, &out, sizeof(out));
}

/* Node 0: nothing is there, and the kernel may keep that, unlike with ENOENT. */
static void reply_negative(const struct dcb_fuse *fuse, uint64_t unique)
{
	const struct fuse_entry_out out = {.entry_valid = VALID_S};

	reply(fuse, unique, 0, &out, sizeof(out));
}

static void reply_attributes(const struct dcb_fuse *fuse, const struct fuse_in_header *in)
{
	struct fuse_attr_out out = {.attr_valid = VALID_S, .attr = attributes(in->nodeid)};

	reply(fuse, in->unique, 0, &out, sizeof(out));
}

static void reply_init(struct dcb_fuse *fuse, const struct fuse_in_header *in,
		       const struct fuse_init_in *init)
{
	const struct fuse_init_out out = {
		.major = FUSE_KERNEL_VERSION,
		.minor = init->minor < MINOR ? init->minor : MINOR,
		.flags = init->flags & (FUSE_DO_READDIRPLUS | FUSE_NO_OPEN_SUPPORT |
					FUSE_NO_OPENDIR_SUPPORT | FUSE_BIG_WRITES),
		.max_readahead = init->max_readahead,
		.max_write = MAX_WRITE,
		.max_background = 16,
		.congestion_threshold = 12,
	};

	atomic_store(&fuse->expires,
		     (init->flags & FUSE_INIT_EXT) && (init->flags2 & HAS_EXPIRE_ONLY));
	reply(fuse, in->unique, 0, &out, sizeof(out));
}

/* Entries are files of their own in every folder: <offset>. */
static void reply_listing(struct dcb_fuse *fuse, const struct fuse_in_header *in,
			  const struct fuse_read_in *read_in)
{
	size_t room = read_in->size < LISTING_ROOM ? read_in->size : LISTING_ROOM, used = 0;
	_cleanup_free_ char *listing = calloc(1, LISTING_ROOM);

	if (!listing) {
		reply(fuse, in->unique, ENOMEM, NULL, 0);
		return;
	}
	for (uint64_t i = read_in->offset; i < fuse->entries; i++) {
		struct fuse_direntplus *plus = (void *)(listing + used);
		char name[24];
		size_t length = (size_t)snprintf(name, sizeof(name), "%llu", (unsigned long long)i);

		if (used + FUSE_DIRENT_ALIGN(FUSE_NAME_OFFSET_DIRENTPLUS + length) > room)
			break;
		plus->entry_out = entry(node_new(fuse, false));
		plus->dirent.ino = plus->entry_out.nodeid;
		plus->dirent.off = i + 1;
		plus->dirent.namelen = (uint32_t)length;
		plus->dirent.type = DT_REG;
		memcpy(plus->dirent.name, name, length);
		used += FUSE_DIRENTPLUS_SIZE(plus);
	}
	reply(fuse, in->unique, 0, listing, used);
}

static void forget(struct dcb_fuse *fuse, uint64_t node)
{
	pthread_mutex_lock(&fuse->mutex);
	for (size_t i = 0; i < DCB_FUSE_WATCHES && fuse->watches[i]; i++) {
		struct dcb_fuse_watch *watch = fuse->watches[i];

		if ((watch->node != 0 && watch->node != node) || atomic_load(&watch->gone))
			continue;
		atomic_store(&watch->gone_ns, dcb_clock_ns(CLOCK_MONOTONIC));
		atomic_store(&watch->gone, true);
	}
	pthread_mutex_unlock(&fuse->mutex);
}

static void forget_batch(struct dcb_fuse *fuse, const struct fuse_batch_forget_in *batch)
{
	const struct fuse_forget_one *one = (const void *)(batch + 1);

	for (uint32_t i = 0; i < batch->count; i++)
		forget(fuse, one[i].nodeid);
}

static void serve(struct dcb_fuse *fuse, const struct fuse_in_header *in, const void *body)
{
	switch (in->opcode) {
	case FUSE_INIT:
		reply_init(fuse, in, body);
		break;
	case FUSE_FORGET:
		forget(fuse, in->nodeid);
		break;
	case FUSE_BATCH_FORGET:
		forget_batch(fuse, body);
		break;
	case FUSE_INTERRUPT:
		break;
	case FUSE_LOOKUP:
		reply_negative(fuse, in->unique);
		break;
	case FUSE_MKNOD:
		reply_new(fuse, in->unique, false);
		break;
	case FUSE_MKDIR:
		reply_new(fuse, in->unique, true);
		break;
	case FUSE_GETATTR:
	case FUSE_SETATTR:
		reply_attributes(fuse, in);
		break;
	case FUSE_READDIRPLUS:
		reply_listing(fuse, in, body);
		break;
	case FUSE_UNLINK:
	case FUSE_RMDIR:
	case FUSE_RENAME:
		reply(fuse, in->unique, 0, NULL, 0);
		break;
	default:
		reply(fuse, in->unique, ENOSYS, NULL, 0);
	}
}

/* Ends when the file system is unmounted (ENODEV). */
static void *server_main(void *data)
{
	struct dcb_fuse *fuse = data;
	_cleanup_free_ char *request = malloc(REQUEST_ROOM);

	for (;;) {
		ssize_t n = request ? read(fuse->device, request, REQUEST_ROOM) : 0;

		if (n >= (ssize_t)sizeof(struct fuse_in_header))
			serve(fuse, (const void *)request, request + sizeof(struct fuse_in_header));
		else if (n >= 0 || (errno != EINTR && errno != EAGAIN && errno != ENOENT))
			break;
	}
	/* Nobody will answer any more: what waits for an answer must fail. */
	umount2(fuse->root, MNT_FORCE);
	return NULL;
}

static int fuse_mount(struct dcb_fuse *fuse, struct dcb_error *err)
{
	char options[96];

	fuse->device = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	if (fuse->device < 0 && (errno == ENOENT || errno == ENODEV || errno == ENXIO))
		return dcb_error_set(err, EOPNOTSUPP, "this kernel has no FUSE");
	if (fuse->device < 0)
		return dcb_error_sys(err, errno, "/dev/fuse");
	snprintf(options, sizeof(options), "fd=%d,rootmode=40755,user_id=0,group_id=0",
		 fuse->device);
	if (mount("dcbench", fuse->root, "fuse", 0, options) < 0) {
		if (errno == ENODEV)
			return dcb_error_set(err, EOPNOTSUPP, "this kernel has no FUSE");
		return dcb_error_sys(err, errno, "cannot mount FUSE on %s", fuse->root);
	}
	fuse->mounted = true;
	return 0;
}

int dcb_fuse_open(struct dcb_fuse *fuse, const struct dcb_workload_context *context,
		  const char *name, struct dcb_error *err)
{
	int r;

	*fuse = (struct dcb_fuse)DCB_FUSE_NULL;
	if (strlen(context->scratch) + strlen(name) + 2 > sizeof(fuse->root))
		return dcb_error_set(err, ENAMETOOLONG,
				     "the path of the scratch folder is too long");
	pthread_mutex_init(&fuse->mutex, NULL);
	snprintf(fuse->root, sizeof(fuse->root), "%s/%s", context->scratch, name);
	if (mkdir(fuse->root, 0755) < 0) {
		r = dcb_error_sys(err, errno, "%s", fuse->root);
		fuse->root[0] = '\0';
		return r;
	}
	r = fuse_mount(fuse, err);
	if (r == 0) {
		r = pthread_create(&fuse->thread, NULL, server_main, fuse);
		fuse->has_thread = r == 0;
		if (r != 0)
			r = dcb_error_sys(err, r, "cannot start the server of a FUSE mount");
	}
	if (r < 0)
		dcb_fuse_close(fuse, NULL);
	return r;
}

int dcb_fuse_defer(const struct dcb_fuse *fuse, struct dcb_error *err)
{
	const struct sched_param param = {0};
	int r = pthread_setschedparam(fuse->thread, SCHED_BATCH, &param);

	return r == 0 ? 0 : dcb_error_sys(err, r, "cannot set the scheduling of a FUSE server");
}

int dcb_fuse_close(struct dcb_fuse *fuse, struct dcb_error *err)
{
	int r = 0;

	if (!fuse->root[0])
		return 0;
	/* Without force first: the server sees the end of an orderly file system. */
	if (fuse->mounted && umount2(fuse->root, 0) < 0 &&
	    umount2(fuse->root, MNT_FORCE | MNT_DETACH) < 0)
		r = dcb_error_sys(err, errno, "cannot unmount %s", fuse->root);
	fuse->mounted = false;
	if (fuse->has_thread && r == 0) {
		pthread_join(fuse->thread, NULL);
		pthread_mutex_destroy(&fuse->mutex);
	}
	fuse->has_thread = false;
	cleanup_close(&fuse->device);
	fuse->device = -1;
	if (r == 0 && rmdir(fuse->root) < 0)
		r = dcb_error_sys(err, errno, "cannot remove %s", fuse->root);
	fuse->root[0] = '\0';
	return r;
}

void dcb_fuse_deinit(struct dcb_fuse *fuse)
{
	dcb_fuse_close(fuse, NULL);
}

struct dcb_workload_needs dcb_fuse_needs(void)
{
	static const char *const modules[] = {"fuse", NULL};

	return (struct dcb_workload_needs){.modules = modules};
}

void dcb_fuse_watch(struct dcb_fuse *fuse, struct dcb_fuse_watch *watch, uint64_t node)
{
	size_t i = 0;

	watch->node = node;
	atomic_store(&watch->gone, false);
	atomic_store(&watch->gone_ns, 0);
	pthread_mutex_lock(&fuse->mutex);
	while (i < DCB_FUSE_WATCHES && fuse->watches[i])
		i++;
	assert(i < DCB_FUSE_WATCHES);
	fuse->watches[i] = watch;
	pthread_mutex_unlock(&fuse->mutex);
}

int dcb_fuse_store(const struct dcb_fuse *fuse, uint64_t node, uint64_t size, struct dcb_error *err)
{
	static const char zeros[STORE_BYTES];

	for (uint64_t done = 0; done < size;) {
		uint64_t part = size - done < STORE_BYTES ? size - done : STORE_BYTES;
		struct fuse_notify_store_out store = {
			.nodeid = node, .offset = done, .size = (uint32_t)part};
		struct fuse_out_header header = {
			.len = (uint32_t)(sizeof(header) + sizeof(store) + part),
			.error = FUSE_NOTIFY_STORE,
		};
		const struct iovec parts[] = {{&header, sizeof(header)},
					      {&store, sizeof(store)},
					      {(void *)zeros, (size_t)part}};

		if (writev(fuse->device, parts, ARRAY_SIZE(parts)) < 0)
			return dcb_error_sys(err, errno,
					     "cannot put a FUSE file into the page cache");
		done += part;
	}
	return 0;
}

static int notify_entry(const struct dcb_fuse *fuse, uint64_t parent, const char *name,
			uint32_t flags)
{
	size_t length = strlen(name);
	/* struct fuse_notify_inval_entry_out, whose flags are padding in headers before 6.2. */
	struct {
		uint64_t parent;
		uint32_t namelen, flags;
	} entry_out = {parent, (uint32_t)length, flags};
	struct fuse_out_header header = {
		.len = (uint32_t)(sizeof(header) + sizeof(entry_out) + length + 1),
		.error = FUSE_NOTIFY_INVAL_ENTRY,
	};
	const struct iovec parts[] = {{&header, sizeof(header)},
				      {&entry_out, sizeof(entry_out)},
				      {(void *)name, length + 1}};

	return writev(fuse->device, parts, ARRAY_SIZE(parts)) < 0 ? -errno : 0;
}

int dcb_fuse_invalidate(const struct dcb_fuse *fuse, uint64_t parent, const char *name)
{
	return notify_entry(fuse, parent, name, 0);
}

int dcb_fuse_expire(const struct dcb_fuse *fuse, uint64_t parent, const char *name,
		    struct dcb_error *err)
{
	int r;

	if (!atomic_load(&fuse->expires))
		return dcb_error_set(
			err, EOPNOTSUPP,
			"FUSE of this kernel does not let an entry expire (since 6.2)");
	r = notify_entry(fuse, parent, name, EXPIRE_ONLY);
	return r < 0 ? dcb_error_sys(err, -r, "cannot let %s expire", name) : 0;
}

int dcb_fuse_delete(const struct dcb_fuse *fuse, uint64_t parent, uint64_t child, const char *name)
{
	size_t length = strlen(name);
	struct fuse_notify_delete_out entry_out = {
		.parent = parent, .child = child, .namelen = (uint32_t)length};
	struct fuse_out_header header = {
		.len = (uint32_t)(sizeof(header) + sizeof(entry_out) + length + 1),
		.error = FUSE_NOTIFY_DELETE,
	};
	const struct iovec parts[] = {{&header, sizeof(header)},
				      {&entry_out, sizeof(entry_out)},
				      {(void *)name, length + 1}};

	return writev(fuse->device, parts, ARRAY_SIZE(parts)) < 0 ? -errno : 0;
}

int dcb_fuse_list(struct dcb_fuse *fuse, const char *folder, uint64_t entries,
		  struct dcb_error *err)
{
	_cleanup_(closedirp) DIR *dir = NULL;
	uint64_t n = 0;

	fuse->entries = entries;
	dir = opendir(folder);
	if (!dir)
		return dcb_error_sys(err, errno, "%s", folder);
	errno = 0;
	while (readdir(dir))
		n++;
	if (errno != 0)
		return dcb_error_sys(err, errno, "cannot read %s", folder);
	if (n != entries)
		return dcb_error_set(err, EIO, "%s lists %llu files, not %llu", folder,
				     (unsigned long long)n, (unsigned long long)entries);
	return 0;
}

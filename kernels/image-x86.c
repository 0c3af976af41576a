// SPDX-License-Identifier: GPL-2.0-only

/*
 * bzImage: a loader, and the compressed vmlinux. QEMU boots a vmlinux with a PVH entry without
 * having the guest decompress it, which saves a second of every boot under emulation.
 */

#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "kernels/elf.h"
#include "kernels/image-private.h"
#include "kernels/unpack.h"

enum {
	SETUP_SECTS = 0x1f1,
	BOOT_FLAG = 0x1fe,
	HEADER_MAGIC = 0x202,
	PROTOCOL = 0x206,
	KERNEL_VERSION = 0x20e,
	XLOADFLAGS = 0x236,
	PAYLOAD_OFFSET = 0x248,
	PAYLOAD_LENGTH = 0x24c,
	HEADER_END = 0x268,
	SECTOR = 512,
};

bool dcb_bzimage_is(const struct dcb_blob *blob)
{
	return dcb_blob_has(blob, HEADER_MAGIC, "HdrS", 4) &&
	       dcb_blob_u16(blob, BOOT_FLAG) == 0xaa55;
}

static size_t loader_size(const struct dcb_blob *blob)
{
	uint8_t sectors = (uint8_t)blob->data[SETUP_SECTS];

	return ((size_t)(sectors ? sectors : 4) + 1) * SECTOR;
}

/* The compressed vmlinux; size 0 where the boot protocol does not tell. */
static int find_payload(const struct dcb_blob *blob, struct dcb_blob *ret_payload,
			struct dcb_error *err)
{
	struct dcb_blob payload = {.name = blob->name};
	uint64_t start = (uint64_t)loader_size(blob) + dcb_blob_u32(blob, PAYLOAD_OFFSET);
	uint64_t size = dcb_blob_u32(blob, PAYLOAD_LENGTH);

	if (loader_size(blob) >= blob->size)
		return dcb_error_usage(err,
				       "%s: a bzImage that is cut short: its loader alone has "
				       "%zu bytes, the file %zu",
				       blob->name, loader_size(blob), blob->size);
	if (dcb_blob_u16(blob, PROTOCOL) >= 0x208 && size > 4) {
		if (start + size > blob->size)
			return dcb_error_usage(err,
					       "%s: a bzImage that is cut short: its kernel "
					       "ends at byte %llu, the file has %zu",
					       blob->name, (unsigned long long)(start + size),
					       blob->size);
		payload.data = blob->data + start;
		payload.size = (size_t)size;
	}
	*ret_payload = payload;
	return 0;
}

/* Best effort: what cannot be unpacked here is left to the loader in the image. */
static void unpack_payload(const struct dcb_blob *payload, char **ret_data, size_t *ret_size)
{
	size_t unpacked = dcb_blob_u32(payload, payload->size - 4);
	/* gzip ends in the size by itself; behind others the kernel's build puts it. */
	bool is_gzip = dcb_blob_has(payload, 0, "\x1f\x8b", 2);
	_cleanup_free_ char *data = NULL;
	size_t size;

	if (unpacked > DCB_IMAGE_MAX_BYTES)
		return;
	if (dcb_unpack(payload->data, payload->size - (is_gzip ? 0 : 4), unpacked, payload->name,
		       &data, &size, NULL) < 0 ||
	    size != unpacked)
		return;
	*ret_data = TAKE_PTR(data);
	*ret_size = size;
}

static bool boots_by_pvh(const char *data, size_t size)
{
	struct dcb_elf elf;

	return dcb_elf_read(data, size, &elf) == 0 && elf.arch == DCB_ARCH_X86_64 && elf.pvh;
}

static char *header_release(const struct dcb_blob *blob)
{
	size_t offset = dcb_blob_u16(blob, KERNEL_VERSION);

	if (offset == 0 || offset + SECTOR >= blob->size)
		return NULL;
	return dcb_release_copy(blob->data + offset + SECTOR, blob->size - offset - SECTOR);
}

int dcb_bzimage_read(const struct dcb_blob *blob, struct dcb_image *image, struct dcb_error *err)
{
	_cleanup_free_ char *vmlinux = NULL;
	struct dcb_blob payload;
	size_t size = 0;
	int r;

	if (blob->size < HEADER_END)
		return dcb_error_usage(err, "%s: a bzImage that is cut short: %zu bytes",
				       blob->name, blob->size);
	if (dcb_blob_u16(blob, PROTOCOL) >= 0x20c && !(dcb_blob_u16(blob, XLOADFLAGS) & 1))
		return dcb_error_usage(err, "%s: a 32-bit x86 kernel; give one for x86_64",
				       blob->name);
	r = find_payload(blob, &payload, err);
	if (r < 0)
		return r;
	if (payload.size > 0)
		unpack_payload(&payload, &vmlinux, &size);
	image->format = "bzImage";
	image->arch = DCB_ARCH_X86_64;
	image->release = header_release(blob);
	if (!image->release && vmlinux)
		image->release = dcb_release_find(vmlinux, size);
	if (vmlinux && boots_by_pvh(vmlinux, size)) {
		image->boot = TAKE_PTR(vmlinux);
		image->boot_size = size;
	}
	return 0;
}

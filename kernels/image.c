// SPDX-License-Identifier: GPL-2.0-only
#include "kernels/image.h"

#include <ctype.h>
#include <endian.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "kernels/elf.h"
#include "kernels/image-private.h"
#include "kernels/unpack.h"

#define MAX_CONFIG_BYTES (4u << 20)
#define MAX_RELEASE      64

bool dcb_blob_has(const struct dcb_blob *blob, size_t offset, const void *bytes, size_t size)
{
	return offset <= blob->size && size <= blob->size - offset &&
	       memcmp(blob->data + offset, bytes, size) == 0;
}

uint16_t dcb_blob_u16(const struct dcb_blob *blob, size_t offset)
{
	uint16_t value = 0;

	if (offset <= blob->size && sizeof(value) <= blob->size - offset)
		memcpy(&value, blob->data + offset, sizeof(value));
	return le16toh(value);
}

uint32_t dcb_blob_u32(const struct dcb_blob *blob, size_t offset)
{
	uint32_t value = 0;

	if (offset <= blob->size && sizeof(value) <= blob->size - offset)
		memcpy(&value, blob->data + offset, sizeof(value));
	return le32toh(value);
}

char *dcb_release_copy(const char *text, size_t size)
{
	size_t n = 0;

	while (n < size &&
	       (isalnum((unsigned char)text[n]) || (text[n] && strchr(".+~_-", text[n]))))
		n++;
	if (n == 0 || n > MAX_RELEASE || !isdigit((unsigned char)text[0]) ||
	    (n < size && text[n] != ' ' && text[n] != '\0'))
		return NULL;
	return strndup(text, n);
}

char *dcb_release_find(const char *data, size_t size)
{
	static const char mark[] = "Linux version ";
	const char *end = data + size;

	for (const char *at = data; (at = memmem(at, (size_t)(end - at), mark, strlen(mark)));) {
		char *release;

		at += strlen(mark);
		release = dcb_release_copy(at, (size_t)(end - at));
		if (release)
			return release;
	}
	return NULL;
}

/* kernel/configs.c: a gzip file between two marks. */
static void find_config(const char *data, size_t size, struct dcb_image *image)
{
	const char *from = memmem(data, size, "IKCFG_ST", 8);
	const char *to;

	if (!from)
		return;
	from += 8;
	to = memmem(from, (size_t)(data + size - from), "IKCFG_ED", 8);
	if (to)
		dcb_unpack(from, (size_t)(to - from), MAX_CONFIG_BYTES, "config", &image->config,
			   &image->config_size, NULL);
}

static bool is_arm64(const struct dcb_blob *blob)
{
	return dcb_blob_has(blob, 0x38, "ARM\x64", 4);
}

static bool is_zboot(const struct dcb_blob *blob)
{
	return dcb_blob_has(blob, 0, "MZ", 2) && dcb_blob_has(blob, 4, "zimg", 4);
}

static bool is_compressed(const struct dcb_blob *blob)
{
	return dcb_blob_has(blob, 0, "\x1f\x8b", 2) ||
	       dcb_blob_has(blob, 0,
			    "\xfd"
			    "7zXZ",
			    5) ||
	       dcb_blob_has(blob, 0, "\x28\xb5\x2f\xfd", 4) ||
	       dcb_blob_has(blob, 0, "\x02\x21\x4c\x18", 4) || dcb_blob_has(blob, 0, "BZh", 3);
}

static int read_packed(const struct dcb_blob *packed, const char *format, struct dcb_image *image,
		       struct dcb_error *err)
{
	_cleanup_free_ char *data = NULL;
	struct dcb_blob inner = {.name = packed->name};
	int r;

	r = dcb_unpack(packed->data, packed->size, DCB_IMAGE_MAX_BYTES, packed->name, &data,
		       &inner.size, err);
	if (r == -ENOMEM)
		return r;
	inner.data = data;
	if (r < 0 || !is_arm64(&inner))
		return dcb_error_usage(err, "%s: compressed, but there is no arm64 Image in it",
				       packed->name);
	image->format = format;
	image->arch = DCB_ARCH_ARM64;
	image->boot = TAKE_PTR(data);
	image->boot_size = inner.size;
	return 0;
}

static int read_zboot(const struct dcb_blob *blob, struct dcb_image *image, struct dcb_error *err)
{
	struct dcb_blob payload = {.name = blob->name};
	size_t offset = dcb_blob_u32(blob, 8), size = dcb_blob_u32(blob, 12);

	if (offset > blob->size || size > blob->size - offset)
		return dcb_error_usage(err,
				       "%s: a zboot image that is cut short: its kernel ends at "
				       "byte %zu, the file has %zu",
				       blob->name, offset + size, blob->size);
	payload.data = blob->data + offset;
	payload.size = size;
	return read_packed(&payload, "zboot", image, err);
}

static int read_elf(const struct dcb_blob *blob, enum dcb_arch wanted, struct dcb_image *image,
		    struct dcb_error *err)
{
	struct dcb_elf elf;

	if (dcb_elf_read(blob->data, blob->size, &elf) < 0)
		return dcb_error_usage(err, "%s: an ELF file, but not a 64-bit one", blob->name);
	image->arch = elf.arch;
	if (wanted != DCB_ARCH_NONE)
		image->release = dcb_release_find(blob->data, blob->size);
	if (!image->release) {
		if (elf.arch != dcb_arch_host() || !elf.executable)
			return dcb_error_usage(err, "%s: an ELF file that does not run here",
					       blob->name);
		image->format = "program";
		image->arch = DCB_ARCH_NONE;
		return 0;
	}
	if (elf.arch == DCB_ARCH_X86_64 && !elf.pvh)
		return dcb_error_usage(err,
				       "%s: a vmlinux without PVH entry (CONFIG_PVH), which "
				       "QEMU cannot boot; give its arch/x86/boot/bzImage",
				       blob->name);
	if (elf.arch == DCB_ARCH_ARM64)
		return dcb_error_usage(err,
				       "%s: a vmlinux for arm64, which QEMU cannot boot; give "
				       "its arch/arm64/boot/Image",
				       blob->name);
	image->format = "vmlinux";
	return 0;
}

static int recognise(const struct dcb_blob *blob, enum dcb_arch wanted, struct dcb_image *image,
		     struct dcb_error *err)
{
	if (dcb_blob_has(blob, 0, "#!", 2)) {
		image->format = "program";
		image->arch = DCB_ARCH_NONE;
		return 0;
	}
	if (dcb_blob_has(blob, 0,
			 "\x7f"
			 "ELF",
			 4))
		return read_elf(blob, wanted, image, err);
	if (dcb_bzimage_is(blob))
		return dcb_bzimage_read(blob, image, err);
	if (is_zboot(blob))
		return read_zboot(blob, image, err);
	if (is_arm64(blob)) {
		image->format = "Image";
		image->arch = DCB_ARCH_ARM64;
		return 0;
	}
	if (is_compressed(blob))
		return read_packed(blob, "Image", image, err);
	if (dcb_blob_has(blob, 0, "!<arch>\n", 8))
		return dcb_error_usage(err,
				       "%s: a package, not a kernel; unpack it and give its "
				       "vmlinuz",
				       blob->name);
	return dcb_error_usage(err, "%s: not a kernel (neither bzImage, arm64 Image nor vmlinux)",
			       blob->name);
}

static int check_arch(const struct dcb_image *image, enum dcb_arch wanted, const char *name,
		      struct dcb_error *err)
{
	if (image->arch == wanted)
		return 0;
	if (image->arch == DCB_ARCH_NONE)
		return dcb_error_usage(err, "%s: a program, not a kernel", name);
	if (wanted == DCB_ARCH_NONE)
		return dcb_error_usage(err, "%s: a kernel, but the null machine runs programs only",
				       name);
	return dcb_error_usage(err, "%s: a kernel for %s, but one for %s is needed", name,
			       dcb_arch_name(image->arch), dcb_arch_name(wanted));
}

/* What only the uncompressed kernel tells. */
static int look_inside(const struct dcb_blob *blob, struct dcb_image *image, struct dcb_error *err)
{
	const char *data = image->boot ?: blob->data;
	size_t size = image->boot ? image->boot_size : blob->size;

	if (!image->release)
		image->release = dcb_release_find(data, size);
	if (!image->release)
		return dcb_error_usage(err,
				       "%s: looks like a kernel for %s but tells no version; is "
				       "the file whole?",
				       blob->name, dcb_arch_name(image->arch));
	find_config(data, size, image);
	return 0;
}

int dcb_image_read(const void *data, size_t size, const char *name, enum dcb_arch arch,
		   struct dcb_image *ret_image, struct dcb_error *err)
{
	_cleanup_(dcb_image_deinit) struct dcb_image image = DCB_IMAGE_NULL;
	const struct dcb_blob blob = {.data = data, .size = size, .name = name};
	int r;

	r = recognise(&blob, arch, &image, err);
	if (r < 0)
		return r;
	r = check_arch(&image, arch, name, err);
	if (r < 0)
		return r;
	if (arch == DCB_ARCH_NONE) {
		image.release = strdup(basename(name));
		if (!image.release)
			return dcb_error_oom(err);
	} else {
		r = look_inside(&blob, &image, err);
		if (r < 0)
			return r;
	}
	*ret_image = TAKE(image, (struct dcb_image)DCB_IMAGE_NULL);
	return 0;
}

void dcb_image_deinit(struct dcb_image *image)
{
	free(image->release);
	free(image->boot);
	free(image->config);
	*image = (struct dcb_image)DCB_IMAGE_NULL;
}

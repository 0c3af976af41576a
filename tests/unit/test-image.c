// SPDX-License-Identifier: GPL-2.0-only

/* Images made by hand, byte by byte. Each stands in an exact allocation, so that ASan sees any read
 * beyond it. */

#include "kernels/image.h"

#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <archive.h>
#include <archive_entry.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "base/error.h"

#define BANNER "Linux version 6.12.5+test (me@here) #1 SMP"

struct bytes {
	char *data;
	size_t size;
};

static struct bytes zeros(size_t size)
{
	struct bytes bytes = {calloc(1, size), size};

	assert_non_null(bytes.data);
	return bytes;
}

static void free_bytes(struct bytes *bytes)
{
	free(bytes->data);
}

static void put(struct bytes *bytes, size_t offset, const void *data, size_t size)
{
	assert_true(offset + size <= bytes->size);
	memcpy(bytes->data + offset, data, size);
}

static void put_u16(struct bytes *bytes, size_t offset, uint16_t value)
{
	put(bytes, offset, &value, sizeof(value));
}

static void put_u32(struct bytes *bytes, size_t offset, uint32_t value)
{
	put(bytes, offset, &value, sizeof(value));
}

static struct bytes compressed(const struct bytes *plain, const char *filter)
{
	struct archive *archive = archive_write_new();
	struct archive_entry *entry = archive_entry_new();
	struct bytes out = zeros(plain->size + 4096);

	assert_int_equal(archive_write_add_filter_by_name(archive, filter), ARCHIVE_OK);
	archive_write_set_format_raw(archive);
	archive_write_set_bytes_in_last_block(archive, 1);
	assert_int_equal(archive_write_open_memory(archive, out.data, out.size, &out.size), 0);
	archive_entry_set_filetype(entry, AE_IFREG);
	assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
	assert_int_equal(archive_write_data(archive, plain->data, plain->size), plain->size);
	assert_int_equal(archive_write_close(archive), ARCHIVE_OK);
	archive_entry_free(entry);
	archive_write_free(archive);
	return out;
}

static struct bytes arm64_image(void)
{
	struct bytes bytes = zeros(4096);

	put(&bytes, 0, "MZ", 2);
	put(&bytes, 0x38, "ARM\x64", 4);
	put(&bytes, 1000, BANNER, sizeof(BANNER));
	return bytes;
}

static struct bytes vmlinux(uint16_t machine, bool pvh)
{
	static const struct {
		Elf64_Nhdr header;
		char name[4];
		uint32_t entry;
	} note = {{4, 4, 18}, "Xen", 0x1000000};
	struct bytes bytes = zeros(4096);
	Elf64_Ehdr header = {.e_type = ET_EXEC,
			     .e_machine = machine,
			     .e_phoff = sizeof(header),
			     .e_phentsize = sizeof(Elf64_Phdr),
			     .e_phnum = 1};
	Elf64_Phdr segment = {.p_type = PT_NOTE, .p_offset = 512, .p_filesz = sizeof(note)};

	memcpy(header.e_ident, ELFMAG, SELFMAG);
	header.e_ident[EI_CLASS] = ELFCLASS64;
	header.e_ident[EI_DATA] = ELFDATA2LSB;
	put(&bytes, 0, &header, sizeof(header));
	put(&bytes, sizeof(header), &segment, sizeof(segment));
	if (pvh)
		put(&bytes, 512, &note, sizeof(note));
	put(&bytes, 1000, BANNER, sizeof(BANNER));
	return bytes;
}

/* Two sectors of loader, then the payload and its size. */
static struct bytes bzimage(const struct bytes *kernel, const char *filter)
{
	_cleanup_(free_bytes) struct bytes payload = compressed(kernel, filter);
	bool is_gzip = strcmp(filter, "gzip") == 0;
	struct bytes bytes = zeros(1024 + payload.size + (is_gzip ? 0 : 4));

	bytes.data[0x1f1] = 1;
	put_u16(&bytes, 0x1fe, 0xaa55);
	put(&bytes, 0x202, "HdrS", 4);
	put_u16(&bytes, 0x206, 0x20f);
	put_u16(&bytes, 0x20e, 0x100);
	put(&bytes, 0x300, "6.12.5+header (me@here)", 24);
	put_u16(&bytes, 0x236, 1);
	put_u32(&bytes, 0x24c, (uint32_t)(bytes.size - 1024));
	put(&bytes, 1024, payload.data, payload.size);
	if (!is_gzip)
		put_u32(&bytes, bytes.size - 4, (uint32_t)kernel->size);
	return bytes;
}

static void refused_with(const struct bytes *bytes, enum dcb_arch arch, const char *part)
{
	struct dcb_image image = DCB_IMAGE_NULL;
	struct dcb_error err = DCB_ERROR_NULL;

	assert_int_equal(dcb_image_read(bytes->data, bytes->size, "dir/it", arch, &image, &err),
			 -EINVAL);
	assert_int_equal(err.kind, DCB_ERROR_USAGE);
	assert_non_null(strstr(err.message, "dir/it: "));
	if (!strstr(err.message, part))
		fail_msg("\"%s\" lacks \"%s\"", err.message, part);
}

static void read_ok(const struct bytes *bytes, enum dcb_arch arch, struct dcb_image *image)
{
	struct dcb_error err = DCB_ERROR_NULL;

	if (dcb_image_read(bytes->data, bytes->size, "dir/it", arch, image, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(image->arch, arch);
}

static void image_read__bzimage_with_pvh_boots_the_vmlinux(void **state)
{
	static const char *const filters[] = {"gzip", "xz", "zstd"};
	_cleanup_(free_bytes) struct bytes kernel = vmlinux(EM_X86_64, true);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(filters); i++) {
		_cleanup_(free_bytes) struct bytes bytes = bzimage(&kernel, filters[i]);
		_cleanup_(dcb_image_deinit) struct dcb_image image = DCB_IMAGE_NULL;

		read_ok(&bytes, DCB_ARCH_X86_64, &image);
		assert_string_equal(image.format, "bzImage");
		assert_string_equal(image.release, "6.12.5+header");
		assert_int_equal(image.boot_size, kernel.size);
		assert_memory_equal(image.boot, kernel.data, kernel.size);
	}
}

static void image_read__bzimage_without_pvh_boots_itself(void **state)
{
	_cleanup_(free_bytes) struct bytes kernel = vmlinux(EM_X86_64, false);
	_cleanup_(free_bytes) struct bytes bytes = bzimage(&kernel, "gzip");
	_cleanup_(dcb_image_deinit) struct dcb_image image = DCB_IMAGE_NULL;

	(void)state;
	read_ok(&bytes, DCB_ARCH_X86_64, &image);
	assert_null(image.boot);
}

static void image_read__bzimage_with_broken_payload_boots_itself(void **state)
{
	_cleanup_(free_bytes) struct bytes kernel = vmlinux(EM_X86_64, true);
	_cleanup_(free_bytes) struct bytes bytes = bzimage(&kernel, "xz");
	_cleanup_(dcb_image_deinit) struct dcb_image image = DCB_IMAGE_NULL;

	(void)state;
	put_u32(&bytes, bytes.size - 4, 0xffffffff);
	memset(bytes.data + 1040, 0x55, 16);
	read_ok(&bytes, DCB_ARCH_X86_64, &image);
	assert_null(image.boot);
}

static void image_read__release_beyond_the_header_falls_back_to_the_banner(void **state)
{
	_cleanup_(free_bytes) struct bytes kernel = vmlinux(EM_X86_64, true);
	_cleanup_(free_bytes) struct bytes bytes = bzimage(&kernel, "gzip");
	_cleanup_(dcb_image_deinit) struct dcb_image image = DCB_IMAGE_NULL;

	(void)state;
	put_u16(&bytes, 0x20e, 0xffff);
	read_ok(&bytes, DCB_ARCH_X86_64, &image);
	assert_string_equal(image.release, "6.12.5+test");
}

/* Whatever the length: no crash, and never a kernel. */
static void image_read__truncated_bzimage_is_refused(void **state)
{
	_cleanup_(free_bytes) struct bytes kernel = vmlinux(EM_X86_64, true);
	_cleanup_(free_bytes) struct bytes whole = bzimage(&kernel, "gzip");

	(void)state;
	for (size_t size = 0; size < whole.size; size++) {
		_cleanup_(free_bytes) struct bytes part = zeros(size ? size : 1);

		part.size = size;
		memcpy(part.data, whole.data, size);
		refused_with(&part, DCB_ARCH_X86_64, size >= 0x206 ? "cut short" : "not a kernel");
	}
}

static void image_read__bzimage_of_32_bit_is_refused(void **state)
{
	_cleanup_(free_bytes) struct bytes kernel = vmlinux(EM_X86_64, true);
	_cleanup_(free_bytes) struct bytes bytes = bzimage(&kernel, "gzip");

	(void)state;
	put_u16(&bytes, 0x236, 0);
	refused_with(&bytes, DCB_ARCH_X86_64, "32-bit");
}

static void image_read__arm64_plain_and_packed(void **state)
{
	_cleanup_(free_bytes) struct bytes plain = arm64_image();
	_cleanup_(free_bytes) struct bytes packed = compressed(&plain, "gzip");
	_cleanup_(free_bytes) struct bytes zboot = zeros(64 + packed.size);
	_cleanup_(dcb_image_deinit) struct dcb_image a = DCB_IMAGE_NULL;
	_cleanup_(dcb_image_deinit) struct dcb_image b = DCB_IMAGE_NULL;
	_cleanup_(dcb_image_deinit) struct dcb_image c = DCB_IMAGE_NULL;

	(void)state;
	read_ok(&plain, DCB_ARCH_ARM64, &a);
	assert_null(a.boot);
	assert_string_equal(a.release, "6.12.5+test");
	read_ok(&packed, DCB_ARCH_ARM64, &b);
	assert_memory_equal(b.boot, plain.data, plain.size);
	put(&zboot, 0, "MZ\0\0zimg", 8);
	put_u32(&zboot, 8, 64);
	put_u32(&zboot, 12, (uint32_t)packed.size);
	put(&zboot, 64, packed.data, packed.size);
	read_ok(&zboot, DCB_ARCH_ARM64, &c);
	assert_string_equal(c.format, "zboot");
	assert_memory_equal(c.boot, plain.data, plain.size);
	put_u32(&zboot, 12, (uint32_t)packed.size + 1);
	refused_with(&zboot, DCB_ARCH_ARM64, "cut short");
	put_u32(&zboot, 8, 0xfffffff0);
	refused_with(&zboot, DCB_ARCH_ARM64, "cut short");
}

static void image_read__other_arch_says_which(void **state)
{
	_cleanup_(free_bytes) struct bytes arm = arm64_image();
	_cleanup_(free_bytes) struct bytes kernel = vmlinux(EM_X86_64, true);
	_cleanup_(free_bytes) struct bytes x86 = bzimage(&kernel, "gzip");

	(void)state;
	refused_with(&arm, DCB_ARCH_X86_64, "for arm64, but one for x86_64");
	refused_with(&x86, DCB_ARCH_ARM64, "for x86_64, but one for arm64");
	refused_with(&x86, DCB_ARCH_NONE, "null machine");
}

static void image_read__vmlinux(void **state)
{
	_cleanup_(free_bytes) struct bytes pvh = vmlinux(EM_X86_64, true);
	_cleanup_(free_bytes) struct bytes plain = vmlinux(EM_X86_64, false);
	_cleanup_(free_bytes) struct bytes arm = vmlinux(EM_AARCH64, false);
	_cleanup_(dcb_image_deinit) struct dcb_image image = DCB_IMAGE_NULL;

	(void)state;
	read_ok(&pvh, DCB_ARCH_X86_64, &image);
	assert_string_equal(image.format, "vmlinux");
	refused_with(&plain, DCB_ARCH_X86_64, "PVH");
	refused_with(&arm, DCB_ARCH_ARM64, "arch/arm64/boot/Image");
}

static void image_read__hostile_elf_is_refused(void **state)
{
	_cleanup_(free_bytes) struct bytes bytes = vmlinux(EM_X86_64, true);
	const uint64_t huge = UINT64_MAX - 8;
	const uint32_t name_size = 0xfffffffd;

	(void)state;
	put(&bytes, 512, &name_size, sizeof(name_size)); /* n_namesz */
	refused_with(&bytes, DCB_ARCH_X86_64, "PVH");
	put(&bytes, sizeof(Elf64_Ehdr) + offsetof(Elf64_Phdr, p_filesz), &huge, sizeof(huge));
	refused_with(&bytes, DCB_ARCH_X86_64, "PVH");
	put(&bytes, sizeof(Elf64_Ehdr) + offsetof(Elf64_Phdr, p_offset), &huge, sizeof(huge));
	refused_with(&bytes, DCB_ARCH_X86_64, "PVH");
	put_u16(&bytes, offsetof(Elf64_Ehdr, e_phnum), 0xffff);
	refused_with(&bytes, DCB_ARCH_X86_64, "PVH");
	put(&bytes, offsetof(Elf64_Ehdr, e_phoff), &huge, sizeof(huge));
	refused_with(&bytes, DCB_ARCH_X86_64, "PVH");
	bytes.size = 20;
	refused_with(&bytes, DCB_ARCH_X86_64, "not a 64-bit one");
}

static void image_read__programs_for_the_null_machine_only(void **state)
{
	char script[] = "#!/bin/sh\n";
	const struct bytes bytes = {script, strlen(script)};
	_cleanup_(free_bytes) struct bytes foreign = vmlinux(
		dcb_arch_host() == DCB_ARCH_X86_64 ? EM_AARCH64 : EM_X86_64, false);
	_cleanup_(dcb_image_deinit) struct dcb_image image = DCB_IMAGE_NULL;

	(void)state;
	read_ok(&bytes, DCB_ARCH_NONE, &image);
	assert_string_equal(image.format, "program");
	assert_string_equal(image.release, "it");
	refused_with(&bytes, DCB_ARCH_X86_64, "a program, not a kernel");
	refused_with(&foreign, DCB_ARCH_NONE, "does not run here");
}

static void image_read__something_else_is_refused(void **state)
{
	char text[] = "hello", package[] = "!<arch>\ndebian-binary";
	const struct bytes a = {text, strlen(text)}, b = {package, strlen(package)};
	_cleanup_(free_bytes) struct bytes plain = zeros(100);
	_cleanup_(free_bytes) struct bytes packed = compressed(&plain, "gzip");
	_cleanup_(free_bytes) struct bytes mute = arm64_image();

	(void)state;
	refused_with(&a, DCB_ARCH_X86_64, "not a kernel");
	refused_with(&b, DCB_ARCH_X86_64, "a package");
	refused_with(&packed, DCB_ARCH_ARM64, "no arm64 Image in it");
	memset(mute.data + 1000, 0, sizeof(BANNER));
	refused_with(&mute, DCB_ARCH_ARM64, "tells no version");
}

static void image_read__built_in_config_is_taken(void **state)
{
	static char text[] = "CONFIG_A=y\nCONFIG_B=m\n";
	const struct bytes plain = {text, strlen(text)};
	_cleanup_(free_bytes) struct bytes packed = compressed(&plain, "gzip");
	_cleanup_(free_bytes) struct bytes bytes = arm64_image();
	_cleanup_(dcb_image_deinit) struct dcb_image image = DCB_IMAGE_NULL;

	(void)state;
	put(&bytes, 2000, "IKCFG_ST", 8);
	put(&bytes, 2008, packed.data, packed.size);
	put(&bytes, 2008 + packed.size, "IKCFG_ED", 8);
	read_ok(&bytes, DCB_ARCH_ARM64, &image);
	assert_int_equal(image.config_size, plain.size);
	assert_memory_equal(image.config, text, plain.size);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(image_read__bzimage_with_pvh_boots_the_vmlinux),
		cmocka_unit_test(image_read__bzimage_without_pvh_boots_itself),
		cmocka_unit_test(image_read__bzimage_with_broken_payload_boots_itself),
		cmocka_unit_test(image_read__release_beyond_the_header_falls_back_to_the_banner),
		cmocka_unit_test(image_read__truncated_bzimage_is_refused),
		cmocka_unit_test(image_read__bzimage_of_32_bit_is_refused),
		cmocka_unit_test(image_read__arm64_plain_and_packed),
		cmocka_unit_test(image_read__other_arch_says_which),
		cmocka_unit_test(image_read__vmlinux),
		cmocka_unit_test(image_read__hostile_elf_is_refused),
		cmocka_unit_test(image_read__programs_for_the_null_machine_only),
		cmocka_unit_test(image_read__something_else_is_refused),
		cmocka_unit_test(image_read__built_in_config_is_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

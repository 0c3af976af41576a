# SPDX-License-Identifier: GPL-2.0-only
"""A signed Debian archive in a folder, with tiny kernels in both package layouts."""
import hashlib
import lzma
import os
import shutil
import struct
import subprocess

ARCH = "amd64"


def run(*argv, **more):
    return subprocess.run(argv, check=True, capture_output=True, **more)


def bzimage(release):
    """What the lab reads of a bzImage without a payload."""
    data = bytearray(2048)
    data[0x1f1] = 1
    struct.pack_into("<H", data, 0x1fe, 0xaa55)
    data[0x202:0x206] = b"HdrS"
    struct.pack_into("<H", data, 0x206, 0x207)
    struct.pack_into("<H", data, 0x20e, 0x200)
    text = release.encode() + b" (me@here) #1\0"
    data[0x400:0x400 + len(text)] = text
    return bytes(data)


def write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as out:
        out.write(data if isinstance(data, bytes) else data.encode())


class Archive:
    def __init__(self, folder):
        self.folder = os.path.join(folder, "debian")
        self.scratch = os.path.join(folder, "scratch")
        self.gnupg = os.path.join(folder, "gnupg")
        self.keyring = os.path.join(folder, "keyring.gpg")
        self.suites = {}
        os.makedirs(self.folder)
        self.modules = self.build_modules()
        os.makedirs(self.gnupg, mode=0o700)
        self.gpg("--quick-generate-key", "archive@example.org", "ed25519", "sign", "never")
        write(self.keyring, self.gpg("--export").stdout)

    def gpg(self, *args, **more):
        return run("gpg", "--homedir", self.gnupg, "--batch", "--passphrase", "", *args, **more)

    def close(self):
        """gpg leaves its agent running."""
        run("gpgconf", "--homedir", self.gnupg, "--kill", "all")

    def build_modules(self):
        """xfs needs a symbol of libcrc32c, and names crc32c_fast softly."""
        sources = {
            "lib/libcrc32c": ['char e[] section("__ksymtab_strings") = "fake_crc";'],
            "fs/xfs": ["extern int fake_crc(void); int use(void) { return fake_crc(); }",
                       'char s[] section(".modinfo") = "softdep=pre: crc32c-fast";'],
            "crypto/crc32c-fast": [],
            "fs/unwanted": [],
        }
        modules = {}
        for path, lines in sources.items():
            name = os.path.basename(path).replace("-", "_")
            lines = ['#define section(n) __attribute__((section(n), used))',
                     f'char n[] section(".modinfo") = "name={name}";'] + lines
            base = os.path.join(self.scratch, name)
            write(base + ".c", "\n".join(lines) + "\n")
            run("cc", "-c", "-O1", "-fno-pic", "-o", base + ".o", base + ".c")
            with open(base + ".o", "rb") as file:
                modules[path] = file.read()
        return modules

    def package(self, suite, name, version, files, arch=ARCH, depends=None, links=None):
        root = os.path.join(self.scratch, name)
        shutil.rmtree(root, ignore_errors=True)
        os.makedirs(root)
        for path, data in files.items():
            write(os.path.join(root, path), data)
        for path, target in (links or {}).items():
            os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
            os.symlink(target, os.path.join(root, path))
        control = (f"Package: {name}\nVersion: {version}\nArchitecture: {arch}\n"
                   + (f"Depends: {depends}\n" if depends else "") +
                   "Maintainer: Nobody <nobody@example.org>\nDescription: fake\n")
        write(os.path.join(root, "DEBIAN/control"), control)
        pool = f"pool/{name}_{version}_{arch}.deb"
        deb = os.path.join(self.folder, pool)
        os.makedirs(os.path.dirname(deb), exist_ok=True)
        run("dpkg-deb", "--root-owner-group", "-b", root, deb)
        with open(deb, "rb") as file:
            data = file.read()
        self.suites.setdefault(suite, []).append(
            control + f"Filename: {pool}\nSize: {len(data)}\n"
            f"SHA256: {hashlib.sha256(data).hexdigest()}\n")
        return deb

    def module_files(self, folder):
        files = {f"{folder}/kernel/{path}.ko.xz": lzma.compress(data, check=lzma.CHECK_CRC32)
                 for path, data in self.modules.items()}
        files[f"{folder}/modules.order"] = "".join(f"kernel/{p}.ko\n" for p in self.modules)
        return files

    def whole_kernel(self, suite, short, version, modules="lib/modules", suffix=""):
        """The layout up to 6.18."""
        release = f"{short}-cloud-{ARCH}"
        files = {f"boot/vmlinuz-{release}": bzimage(release),
                 f"boot/config-{release}": "#\nCONFIG_EXT4_FS=y\n",
                 f"{modules}/{release}/modules.builtin": "kernel/fs/fuse/fuse.ko\n"}
        files.update(self.module_files(f"{modules}/{release}"))
        return self.package(suite, f"linux-image-{release}{suffix}", version, files)

    def split_kernel(self, suite, short, version, with_modules):
        """The layout from 6.19 on."""
        release = f"{short}-cloud-{ARCH}"
        folder = f"usr/lib/modules/{release}"
        self.package(suite, f"linux-image-{release}", version, {})
        if with_modules:
            self.package(suite, f"linux-base-{release}", version, {
                f"{folder}/config": "#\nCONFIG_EXT4_FS=y\n",
                f"{folder}/modules.builtin": "kernel/fs/fuse/fuse.ko\n"})
            self.package(suite, f"linux-modules-{release}", version, self.module_files(folder))
        return self.package(suite, f"linux-binary-{release}", version,
                            {f"{folder}/vmlinuz": bzimage(release)})

    def publish(self, sign=True):
        for suite, stanzas in self.suites.items():
            self.publish_suite(suite, "\n".join(stanzas), sign)

    def publish_suite(self, suite, packages, sign, valid_until=None):
        folder = os.path.join(self.folder, "dists", suite)
        index = f"main/binary-{ARCH}/Packages"
        write(os.path.join(folder, index), packages)
        release = (f"Origin: Debian\nLabel: Debian\nSuite: {suite}\nCodename: {suite}\n"
                   f"Architectures: {ARCH}\nComponents: main\n"
                   "Date: Thu, 01 Jan 2026 00:00:00 UTC\n"
                   + (f"Valid-Until: {valid_until}\n" if valid_until else "") + "SHA256:\n"
                   f" {hashlib.sha256(packages.encode()).hexdigest()} {len(packages)} {index}\n")
        if sign:
            release = self.gpg("--clearsign", input=release.encode()).stdout
        else: # the text changes under the old signature
            with open(os.path.join(folder, "InRelease"), encoding="utf-8") as file:
                old = file.read()
            start = old.index("Origin:")
            end = old.index("-----BEGIN PGP SIGNATURE")
            release = old[:start] + release + old[end:]
        write(os.path.join(folder, "InRelease"), release)

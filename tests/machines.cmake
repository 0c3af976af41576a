# SPDX-License-Identifier: GPL-2.0-only
dcb_unit_test(console LINK dcb_machines)
dcb_unit_test(cgroup-layout LINK dcb_machines)
dcb_unit_test(initramfs LINK dcb_machines PkgConfig::ARCHIVE)
dcb_unit_test(qemu LINK dcb_machines)
dcb_unit_test(machines LINK dcb_machines)

"""System calls that no notebook of this course needs, and that a sandbox is better without."""

import platform
import socket

from autograder.sandbox.linux import forbid_calls

# For each architecture: AUDIT_ARCH, then the calls' numbers. From Linux' asm/unistd.h.
_X86_64, _ARM_64 = 0xC000003E, 0xC00000B7
_NAMES = {
    # memory that neither the limit on files nor the one on processes counts
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "vmsplice": (278, 75),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "semget": (64, 190),
    "mq_open": (240, 180),
    # other processes' memory, and the system's keys
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_getfd": (438, 438),
    "keyctl": (250, 219),
    "add_key": (248, 217),
    "request_key": (249, 218),
    # file systems and namespaces
    "mount": (165, 40),
    "umount2": (166, 39),
    "unshare": (272, 97),
    "setns": (308, 268),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_by_handle_at": (304, 265),
    "fsopen": (430, 430),
    "fsmount": (432, 432),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "mount_setattr": (442, 442),
    "fanotify_init": (300, 262),
    # large parts of the system with a history of holes
    "bpf": (321, 280),
    "userfaultfd": (323, 282),
    "perf_event_open": (298, 241),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
}
# Of sockets, the kinds that stay within the sandbox; others may reach past its network.
_SOCKET = (41, 198)
_FAMILIES = [socket.AF_UNIX, socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK]
_CLONE = (56, 220)
_HIGHEST = 600  # on x86_64, calls of the x32 kind have far higher numbers


def forbid_needless_calls(in_namespaces: bool = True) -> None:
    """Have these calls fail from now on; if not in namespaces, also all sockets and namespaces.

    On other architectures nothing is forbidden, which is an OSError if not in namespaces.
    """
    architectures = {"x86_64": (_X86_64, 0), "aarch64": (_ARM_64, 1)}
    if platform.machine() in architectures:
        audit, column = architectures[platform.machine()]
        numbers = [both[column] for both in _NAMES.values()]
        families = list(map(int, _FAMILIES)) if in_namespaces else []
        clone = None if in_namespaces else _CLONE[column]
        forbid_calls(audit, numbers, _HIGHEST, _SOCKET[column], families, clone)
    elif not in_namespaces:
        raise OSError(f"the network cannot be shut off on {platform.machine()}")

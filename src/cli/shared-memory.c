/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the MongoDB driver keeps its counters.
 *
 * As soon as it is loaded, before main(), it makes a piece of shared memory that is called after
 * the process id, and warns on stderr where there is one already, left by a process that was
 * killed. No variable of the environment can be set early enough, so the program has these two
 * functions of the C library itself: memory without a name meets nobody and stays behind nobody.
 * Nothing else in the program uses them, and a library must not have them.
 */
#include <sys/mman.h>

__attribute__((visibility("default"))) int
shm_open(const char *name, int flags, mode_t mode)
{
    return memfd_create(name, MFD_CLOEXEC);
}

__attribute__((visibility("default"))) int
shm_unlink(const char *name)
{
    return 0;
}

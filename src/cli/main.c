/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "cli/cli.h"

#define KEPT_BYTES (32 * 1024 * 1024)
#define LARGE_BYTES (16 * 1024 * 1024)

/* Replies and records of some 100 KB to a few MB come and go with every chunk of documents. Given
 * back to the system each time, they took a tenth of the CPU of a change for page faults. */
static void
keep_memory(void)
{
#ifdef __GLIBC__
    (void)mallopt(M_MMAP_THRESHOLD, LARGE_BYTES); /* without it all works as well */
    (void)mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
#endif
}

int
main(int argc, char **argv)
{
    keep_memory();
    return gw_cli_main(argc, argv);
}

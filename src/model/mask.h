/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fields whose values are nobody's business: hidden wherever a document is shown to people.
 */
#pragma once

#include "base/bson.h"

typedef struct GwMask GwMask;

/* `fields` are names with commas between them, dots into documents and through lists, and * for any
 * one name: "email, address.*". NULL = none. Owned. */
GwMask *gw_mask_new(const char *fields);
void gw_mask_free(GwMask *mask);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwMask, gw_mask_free)

/* A copy of `doc` with "***" in the place of what is hidden. `mask` may be NULL. Owned. */
bson_t *gw_mask_apply(const GwMask *mask, const bson_t *doc);

/* The same where `before` is what it was: of a field that has changed, it can be seen that it has.
 */
bson_t *gw_mask_apply_changed(const GwMask *mask, const bson_t *before, const bson_t *doc);

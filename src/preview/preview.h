/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A dry run: what scripts read and write goes into one transaction that is aborted at the end, what
 * no transaction can hold is checked and then simulated, and all of it is reported. Nothing is ever
 * written.
 */
#pragma once

#include "model/mask.h"
#include "mongo/detour.h"
#include "mongo/writer.h"
#include "preview/report.h"

typedef struct GwPreview GwPreview;

/* Nothing is sent. `clients` are connected and outlive it. Owned. */
GwPreview *gw_preview_new(GwClients *clients, GError **error);
void gw_preview_free(GwPreview *preview);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwPreview, gw_preview_free)

/* What is hidden of documents that are shown: borrowed, outlives it. */
void gw_preview_set_mask(GwPreview *preview, const GwMask *mask);

/* Where the reads of scripts have to go. Borrowed from the preview. */
GwDetour *gw_preview_detour(GwPreview *preview);

/* Where their changes have to go. Owned; the preview outlives it. Threads: any. */
GwWriter *gw_preview_writer_new(GwPreview *preview);

/* What was seen since the last call. Owned. Not while a script runs. */
GwPreviewReport *gw_preview_take_report(GwPreview *preview);

/* Whether some sweep was tried on a part of its documents, or simulated, so that what comes after
 * it may see too little. */
bool gw_preview_is_partial(const GwPreview *preview);

/* Why nothing more could be tried; NULL = all was. Borrowed. */
const char *gw_preview_end(const GwPreview *preview);

/* Sentences that the user should know of the whole dry run: borrowed char *. */
const GPtrArray *gw_preview_notes(const GwPreview *preview);

/* Whether the server has transactions: without, later operations don't see earlier ones. */
bool gw_preview_has_transactions(const GwPreview *preview);

/* Rows in the making: the text that they were read from, and by column a view of each value in it. */

#pragma once

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PADDING 16  /* bytes behind the text that may be read */
#define MIN_EVENT 64 /* bytes of a line; the shortest event has more */
#define SPARE 4     /* batches whose memory is kept for later */
#define SPARE_TEXT (1 << 22)

/* "Utf8 view" of https://arrow.apache.org/docs/format/Columnar.html: up to 12 bytes stand within it. */
struct view {
    int32_t length;
    union {
        char within[12];
        struct { char prefix[4]; int32_t buffer, offset; } at;
    };
};

/* The rows of some whole lines, until the last array that shows them is released; then its memory is used again. */
struct batch {
    atomic_int shown;
    uint8_t *text;
    struct view **views; /* by column */
    uint8_t **valid;
    int64_t rows, room, size; /* room for rows; bytes of text */
    size_t text_room;
    int columns;
};

/* Keeps a value of the row that is being made, from the batch's text. */
static void keep(struct batch *batch, int column, const uint8_t *from, const uint8_t *end)
{
    int64_t row = batch->rows;
    struct view *view = &batch->views[column][row];
    view->length = (int32_t)(end - from);
    if (view->length <= 12) {
        memset(view->within, 0, 12);
        memcpy(view->within, from, view->length);
    } else {
        memcpy(view->at.prefix, from, 4);
        view->at.buffer = 0;
        view->at.offset = (int32_t)(from - batch->text);
    }
    batch->valid[column][row >> 3] |= (uint8_t)(1 << (row & 7));
}

static _Atomic(struct batch *) spare[SPARE];

static void destroy(struct batch *batch)
{
    for (int i = 0; i < batch->columns; i++) {
        free(batch->views ? batch->views[i] : NULL);
        free(batch->valid ? batch->valid[i] : NULL);
    }
    free(batch->views);
    free(batch->valid);
    free(batch->text);
    free(batch);
}

static void drop(struct batch *batch)
{
    if (!batch || atomic_fetch_sub(&batch->shown, 1) > 1) return;
    for (int i = 0; i < SPARE && batch && batch->text_room <= SPARE_TEXT; i++) batch = atomic_exchange(&spare[i], batch);
    if (batch) destroy(batch);
}

/* An empty batch; NULL without memory. */
static struct batch *fresh(int columns)
{
    for (int i = 0; i < SPARE; i++) {
        struct batch *used = atomic_exchange(&spare[i], NULL);
        if (used && used->columns == columns) {
            used->shown = 1;
            used->rows = used->size = 0;
            return used;
        }
        if (used) destroy(used);
    }
    struct batch *batch = calloc(1, sizeof *batch);
    if (!batch) return NULL;
    batch->shown = 1;
    batch->columns = columns;
    batch->views = calloc(columns, sizeof *batch->views);
    batch->valid = calloc(columns, sizeof *batch->valid);
    if (batch->views && batch->valid) return batch;
    destroy(batch);
    return NULL;
}

/* Puts bytes at the end of a batch's text, and keeps some more beyond it that may be read. */
static int add(struct batch *batch, const void *bytes, size_t size)
{
    size_t wanted = batch->size + size + PADDING;
    if (wanted > batch->text_room) {
        uint8_t *text = realloc(batch->text, wanted);
        if (!text) return 0;
        batch->text = text;
        batch->text_room = wanted;
    }
    if (size) memcpy(batch->text + batch->size, bytes, size);
    batch->size += size;
    return 1;
}

/* Makes room for as many rows as there can be, each of them null. */
static int make_room(struct batch *batch)
{
    int64_t rows = batch->size / MIN_EVENT + 1;
    if (rows > batch->room) {
        batch->room = 0;
        for (int i = 0; i < batch->columns; i++) {
            free(batch->views[i]);
            free(batch->valid[i]);
            batch->views[i] = malloc(rows * sizeof(struct view));
            batch->valid[i] = malloc(rows / 8 + 1);
            if (!batch->views[i] || !batch->valid[i]) return 0;
        }
        batch->room = rows;
    }
    for (int i = 0; i < batch->columns; i++) memset(batch->valid[i], 0, rows / 8 + 1);
    return 1;
}

/* A batch as Arrow has it: the structures are those of https://arrow.apache.org/docs/format/CDataInterface.html and
   https://arrow.apache.org/docs/format/CStreamInterface.html. */

#pragma once

#include <errno.h>
#include <stdio.h>

#include "batch.h"

struct ArrowSchema {
    const char *format, *name, *metadata;
    int64_t flags, n_children;
    struct ArrowSchema **children, *dictionary;
    void (*release)(struct ArrowSchema *);
    void *private_data;
};
struct ArrowArray {
    int64_t length, null_count, offset, n_buffers, n_children;
    const void **buffers;
    struct ArrowArray **children, *dictionary;
    void (*release)(struct ArrowArray *);
    void *private_data;
};
struct ArrowArrayStream {
    int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *);
    int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *);
    const char *(*get_last_error)(struct ArrowArrayStream *);
    void (*release)(struct ArrowArrayStream *);
    void *private_data;
};
static const int64_t NULLABLE = 2;

static void release_array(struct ArrowArray *array)
{
    for (int64_t i = 0; i < array->n_children; i++) {
        if (array->children[i]->release) array->children[i]->release(array->children[i]);
        free(array->children[i]);
    }
    free(array->children);
    free(array->buffers);
    drop(array->private_data);
    array->release = NULL;
}

/* A batch's rows; what was made of it before memory ran out is to be released too. */
static int show(struct batch *batch, struct ArrowArray *array)
{
    *array = (struct ArrowArray){.length = batch->rows, .n_buffers = 1, .release = release_array, .private_data = batch};
    atomic_fetch_add(&batch->shown, 1);
    array->buffers = calloc(1, sizeof(void *));
    array->children = calloc(batch->columns, sizeof *array->children);
    if (!array->buffers || !array->children) return 0;
    for (int i = 0; i < batch->columns; i++) {
        struct ArrowArray *child = array->children[i] = calloc(1, sizeof *child);
        if (!child) return 0;
        array->n_children = i + 1;
        if (!(child->buffers = calloc(4, sizeof(void *)))) return 0;
        atomic_fetch_add(&batch->shown, 1);
        child->length = batch->rows;
        child->null_count = -1;
        child->n_buffers = 4;
        child->buffers[0] = batch->valid[i];
        child->buffers[1] = batch->views[i];
        child->buffers[2] = batch->text;
        child->buffers[3] = &batch->size;
        child->release = release_array;
        child->private_data = batch;
    }
    return 1;
}

static void release_schema(struct ArrowSchema *schema)
{
    for (int64_t i = 0; i < schema->n_children; i++) {
        if (schema->children[i]->release) schema->children[i]->release(schema->children[i]);
        free(schema->children[i]);
    }
    free(schema->children);
    free(schema->private_data);
    schema->release = NULL;
}

/* The schema of so many columns: c0, c1 and so on, texts that may be null. */
static int describe(struct ArrowSchema *schema, int columns)
{
    *schema = (struct ArrowSchema){.format = "+s", .name = "", .release = release_schema};
    schema->children = calloc(columns, sizeof *schema->children);
    for (int i = 0; schema->children && i < columns; i++) {
        struct ArrowSchema *child = schema->children[i] = calloc(1, sizeof *child);
        char *name = malloc(16);
        if (!child || !name) {
            free(child);
            free(name);
            break;
        }
        snprintf(name, 16, "c%d", i);
        *child = (struct ArrowSchema){
            .format = "vu", .name = name, .flags = NULLABLE, .release = release_schema, .private_data = name};
        schema->n_children = i + 1;
    }
    if (schema->n_children == columns) return 0;
    release_schema(schema);
    return ENOMEM;
}

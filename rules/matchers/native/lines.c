/* Events in lines of JSON as columns of Arrow, for what is asked of them: the module _lines.

   A line is plain if it is one event of the shape that history files have, written in a way that leaves no question: no
   escape in a name, none that must be in a text that is asked, no name that is asked twice, no number with an exponent.
   Plain lines become rows. Every other line goes to a list, for Python to read, judge and refuse. A column has the JSON of
   a value, or null where the event has none or null. */

#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030B0000
#include <Python.h>

#include "arrow.h"
#include "event.h"

#ifndef SOURCES
#error "rules/matchers/compiling.py tells the hash of the sources"
#endif
#define FULL (1 << 20)      /* bytes of text that make a batch */
#define MAX_CHUNK (1 << 24) /* bytes that are given at once */
#define MAX_LEFT (1 << 25)  /* bytes of lines for Python, of one stream */

struct stream {
    PyObject *chunks, *left;
    struct node *nodes;
    int node_count, columns, ended;
    char *rest; /* a line's beginning */
    size_t rest_size, left_size;
    int status; /* once something failed, it is the answer to every further question */
    const char *error;
};

static int failed(struct stream *stream, const char *what)
{
    stream->error = what;
    return EIO;
}

/* What the chunks raised is theirs to tell. */
static int raised(struct stream *stream)
{
    PyErr_Clear();
    return failed(stream, "the chunks cannot be read");
}

/* Where the next line that is no row begins; `*p` is where to go on, the chunk's end when all is read. */
static const uint8_t *scan_until_left(struct scan *scan, const uint8_t **p, const uint8_t *end)
{
    while (*p < end) {
        const uint8_t *from = *p, *newline = memchr(from, '\n', end - from), *first = spaces(from);
        *p = newline + 1;
        if (first == newline) continue;
        if (newline + 1 - from > MAX_LINE || !is_row(scan, first, newline)) return from;
    }
    return NULL;
}

/* Fills a batch with whole lines; it stays empty at the end of the chunks. */
static int fill(struct stream *stream, struct batch *batch)
{
    if (!add(batch, stream->rest, stream->rest_size)) return ENOMEM;
    stream->rest_size = 0;
    while (batch->size < FULL && !stream->ended) {
        PyObject *chunk = PyIter_Next(stream->chunks);
        if (chunk) {
            char *bytes;
            Py_ssize_t size;
            int status = PyBytes_AsStringAndSize(chunk, &bytes, &size) ? raised(stream) : 0;
            if (!status && size > MAX_CHUNK) status = failed(stream, "a chunk is too large");
            if (!status && !add(batch, bytes, size)) status = ENOMEM;
            Py_DECREF(chunk);
            if (status) return status;
        } else {
            if (PyErr_Occurred()) return raised(stream);
            stream->ended = 1;
        }
    }
    if (stream->ended) return !batch->size || batch->text[batch->size - 1] == '\n' || add(batch, "\n", 1) ? 0 : ENOMEM;
    int64_t whole_lines = batch->size;
    while (whole_lines && batch->text[whole_lines - 1] != '\n') whole_lines--;
    stream->rest_size = batch->size - whole_lines;
    batch->size = whole_lines;
    if (stream->rest_size > MAX_LINE) return failed(stream, "a line is too long");
    if (!stream->rest && !(stream->rest = malloc(MAX_LINE))) return ENOMEM;
    memcpy(stream->rest, batch->text + whole_lines, stream->rest_size);
    return 0;
}

/* Makes rows of the lines, and gives those that are not plain to the list. */
static int read_lines(struct stream *stream, struct batch *batch)
{
    struct scan scan = {.batch = batch, .nodes = stream->nodes};
    if (!make_room(batch)) return ENOMEM;
    const uint8_t *p = batch->text, *end = p + batch->size, *left;
    do {
        Py_BEGIN_ALLOW_THREADS
        left = scan_until_left(&scan, &p, end);
        Py_END_ALLOW_THREADS
        if (left) {
            stream->left_size += p - left + sizeof(PyObject);
            if (stream->left_size > MAX_LEFT) return failed(stream, "too many lines are not plain");
            PyObject *line = PyBytes_FromStringAndSize((const char *)left, p - left);
            int added = line ? PyList_Append(stream->left, line) : -1;
            Py_XDECREF(line);
            if (added) return raised(stream);
        }
    } while (left);
    return 0;
}

static int get_schema(struct ArrowArrayStream *it, struct ArrowSchema *schema)
{
    return describe(schema, ((struct stream *)it->private_data)->columns);
}

static int get_next(struct ArrowArrayStream *it, struct ArrowArray *array)
{
    struct stream *stream = it->private_data;
    array->release = NULL; /* the end, unless rows are found */
    if (stream->status) return stream->status;
    struct batch *batch = fresh(stream->columns);
    int status = batch ? 0 : ENOMEM;
    PyGILState_STATE state = PyGILState_Ensure();
    while (!status && !batch->rows && !(stream->ended && !stream->rest_size)) { /* an array without rows would be the end */
        batch->size = 0;
        status = fill(stream, batch);
        if (!status) status = read_lines(stream, batch);
    }
    PyGILState_Release(state);
    if (!status && batch->rows && !show(batch, array)) {
        release_array(array);
        status = ENOMEM;
    }
    drop(batch);
    return stream->status = status;
}

static const char *get_last_error(struct ArrowArrayStream *it)
{
    return ((struct stream *)it->private_data)->error;
}

static void free_nodes(struct node *nodes, int count)
{
    for (int i = 0; i < count; i++) free(nodes[i].name);
    free(nodes);
}

static void release_stream(struct ArrowArrayStream *it)
{
    struct stream *stream = it->private_data;
    PyGILState_STATE state = PyGILState_Ensure();
    Py_XDECREF(stream->chunks);
    Py_XDECREF(stream->left);
    PyGILState_Release(state);
    free_nodes(stream->nodes, stream->node_count);
    free(stream->rest);
    free(stream);
    it->release = NULL;
}

static void release_capsule(PyObject *capsule)
{
    struct ArrowArrayStream *it = PyCapsule_GetPointer(capsule, "arrow_array_stream");
    if (it && it->release) it->release(it);
    free(it);
}

static int no_memory(void)
{
    PyErr_NoMemory();
    return 0;
}

/* The nodes of rules/matchers/lines.py: tuples of (name, kind, column, required, first, count). */
static int read_nodes(PyObject *given, struct stream *stream)
{
    Py_ssize_t count = PyTuple_Size(given);
    if (count < 1 || count > 10000) {
        if (!PyErr_Occurred()) PyErr_SetString(PyExc_ValueError, "1 to 10000 nodes");
        return 0;
    }
    if (!(stream->nodes = calloc(count, sizeof *stream->nodes))) return no_memory();
    stream->node_count = (int)count;
    for (int i = 0; i < count; i++) {
        struct node *node = &stream->nodes[i];
        const char *name;
        Py_ssize_t length;
        int kind;
        PyObject *one = PyTuple_GetItem(given, i);
        if (!one || !PyArg_ParseTuple(one, "s#iipii", &name, &length, &kind, &node->column, &node->required,
                                      &node->first, &node->count))
            return 0;
        int ends = kind < 0 || kind >= KINDS || node->column < -1 || node->column >= stream->columns;
        if (ends || node->count < 0 || node->count > MAX_NODES ||
            (node->count && (node->first <= i || node->first > count - node->count))) {
            PyErr_Format(PyExc_ValueError, "node %d is out of its bounds", i);
            return 0;
        }
        if (memchr(name, '"', length) || memchr(name, '\\', length)) {
            PyErr_Format(PyExc_ValueError, "the name of node %d would need escapes", i);
            return 0;
        }
        node->kind = (enum kind)kind;
        node->length = length;
        if (!(node->name = malloc(length + 1))) return no_memory();
        memcpy(node->name, name, length);
        set_head(node);
    }
    return 1;
}

static PyObject *open_stream(PyObject *module, PyObject *args)
{
    PyObject *nodes, *chunks, *left;
    int columns;
    (void)module;
    if (!PyArg_ParseTuple(args, "OiOO", &nodes, &columns, &chunks, &left)) return NULL;
    if (!PyTuple_Check(nodes) || !PyList_Check(left) || !PyIter_Check(chunks) || columns < 1 || columns > 10000) {
        PyErr_SetString(PyExc_TypeError, "a tuple of nodes, a number of columns, an iterator and a list");
        return NULL;
    }
    struct ArrowArrayStream *it = calloc(1, sizeof *it);
    struct stream *stream = calloc(1, sizeof *stream);
    if (it && stream) {
        *it = (struct ArrowArrayStream){get_schema, get_next, get_last_error, release_stream, stream};
        stream->columns = columns;
        stream->chunks = chunks;
        stream->left = left;
        Py_INCREF(chunks);
        Py_INCREF(left);
        PyObject *capsule = read_nodes(nodes, stream) ? PyCapsule_New(it, "arrow_array_stream", release_capsule) : NULL;
        if (capsule) return capsule;
        release_stream(it);
        free(it);
        return NULL;
    }
    free(it);
    free(stream);
    return PyErr_NoMemory();
}

static PyMethodDef METHODS[] = {
    {"open_stream", open_stream, METH_VARARGS, "A capsule with a stream of Arrow over chunks of whole lines."},
    {NULL, NULL, 0, NULL},
};
static struct PyModuleDef MODULE = {PyModuleDef_HEAD_INIT, "_lines", NULL, 0, METHODS, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__lines(void)
{
    PyObject *module = PyModule_Create(&MODULE);
    if (module && PyModule_AddStringConstant(module, "SOURCES", SOURCES)) Py_CLEAR(module);
    return module;
}

/* Events in lines, as rows of what is asked of them. The shape is that of event_of in core/history_file.py; what differs
   from it is not refused here, but is no row. */

#pragma once

#include "batch.h"
#include "json.h"

#define MAX_WHOLE 18     /* digits of a sequence */
#define MAX_NODES 512    /* below one object */
#define MAX_LINE 1000000 /* bytes, with the newline */
#define MAX_LATE 16      /* texts of a row that have escapes */

/* What a value must be, or null where it is not required. The numbers are those of rules/matchers/lines.py. */
enum kind { ANY, TEXT, NAME, WHOLE, TIME, OBJECT, KINDS };

/* One name that is asked for; `column` is -1 where only its kind or its children are. */
struct node {
    char *name;
    size_t length;
    uint64_t head[2], mask[2]; /* the name and its closing quote, of at most 16 bytes; else the mask is 0 */
    enum kind kind;
    int column;
    int required;
    int first, count; /* its children, which stand together */
    int begins, after; /* the child that came first, and the sibling that came after it, where last seen: a guess */
};

struct scan {
    struct batch *batch;
    struct node *nodes;
    struct late { /* a text that is rewritten when its line is a row, for one that is none is left as it stands */
        int column;
        uint8_t *from;
        const uint8_t *end;
    } late[MAX_LATE];
    int lates;
};

static int two(const uint8_t *p) { return is_digit(p[0]) && is_digit(p[1]) ? (p[0] - '0') * 10 + p[1] - '0' : -1; }

/* Whether a text of `length` bytes is a time such as 2026-03-01T10:00:00.5+01:00, with or without fraction and zone. */
static int is_time(const uint8_t *p, size_t length)
{
    static const int DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const uint8_t *end = p + length;
    if (length < 19 || p[4] != '-' || p[7] != '-' || p[10] != 'T' || p[13] != ':' || p[16] != ':') return 0;
    int century = two(p), rest = two(p + 2), month = two(p + 5), day = two(p + 8);
    int hour = two(p + 11), minute = two(p + 14), second = two(p + 17), year = century * 100 + rest;
    if (century < 0 || rest < 0 || year < 1 || month < 1 || month > 12 || day < 1) return 0;
    int leap = month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (day > DAYS[month - 1] + leap) return 0;
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return 0;
    p += 19;
    if (p < end && *p == '.') {
        const uint8_t *from = ++p;
        while (p < end && is_digit(*p)) p++;
        if (p == from || p - from > 6) return 0;
    }
    if (p == end) return 1;
    if (*p == 'Z') return p + 1 == end;
    if ((*p != '+' && *p != '-') || end - p != 6 || p[3] != ':') return 0;
    int hours = two(p + 1), minutes = two(p + 4);
    return hours >= 0 && hours < 24 && minutes >= 0 && minutes < 60;
}

static const uint8_t *members(struct scan *scan, const uint8_t *p, struct node *node, int depth);

/* After a value that is asked; NULL where it is not what it must be, or not plain. */
static const uint8_t *asked(struct scan *scan, const uint8_t *p, struct node *node, int depth)
{
    const uint8_t *from = p, *end;
    int escapes = 0;
    if (*p == 'n') return node->required ? NULL : word(p, "null");
    if (*p == '{' && node->count) end = members(scan, p, node, depth);
    else if (node->count && node->kind == ANY) return NULL; /* it has no parts */
    else end = value(p, depth, node->column >= 0, &escapes);
    if (!end) return NULL;
    switch (node->kind) {
    case ANY: break;
    case TEXT: if (*from != '"') return NULL; break;
    case NAME: if (*from != '"' || end - from < 3) return NULL; break;
    case WHOLE: if (whole(from) != end || end - from > MAX_WHOLE) return NULL; break;
    case TIME: if (*from != '"' || !is_time(from + 1, end - from - 2)) return NULL; break;
    default: if (*from != '{') return NULL;
    }
    if (escapes && (node->column >= 0 || node->kind == TEXT || node->kind == NAME)) {
        if (*from != '"' || !can_do_without(from, end)) return NULL;
        if (node->column >= 0) {
            if (scan->lates == MAX_LATE) return NULL;
            uint8_t *text = scan->batch->text + (from - scan->batch->text);
            scan->late[scan->lates++] = (struct late){node->column, text, end};
        }
    }
    if (node->column >= 0) keep(scan->batch, node->column, from, end);
    return end;
}

static void set_head(struct node *node)
{
    char head[16] = {0}, mask[16] = {0};
    if (node->length < sizeof head) {
        memcpy(head, node->name, node->length);
        head[node->length] = '"';
        memset(mask, 0xFF, node->length + 1);
    }
    memcpy(node->head, head, sizeof head);
    memcpy(node->mask, mask, sizeof mask);
}

/* Whether a node's name and the closing quote stand here: quickly, and yes only where it is surely so. */
static int begins(const struct node *node, const uint8_t *p)
{
    uint64_t seen[2];
    memcpy(seen, p, sizeof seen);
    return node->mask[0] && !(((seen[0] ^ node->head[0]) & node->mask[0]) | ((seen[1] ^ node->head[1]) & node->mask[1]));
}

static const uint8_t *members(struct scan *scan, const uint8_t *p, struct node *node, int depth)
{
    struct node *children = scan->nodes + node->first;
    uint64_t seen[MAX_NODES / 64] = {0};
    int *guess = &node->begins;
    p = spaces(p + 1);
    while (*p != '}') {
        const uint8_t *name = p + 1;
        int escapes = 0, which = -1;
        if (*p != '"') return NULL;
        if (node->count && begins(&children[*guess], name)) { /* names mostly come in one order */
            which = *guess;
            p = name + children[which].length;
        } else {
            if (!(p = text(name, &escapes)) || escapes) return NULL;
            for (int i = 0; i < node->count && which < 0; i++)
                if (children[i].length == (size_t)(p - name) && !memcmp(children[i].name, name, p - name)) which = i;
            if (which >= 0) *guess = which;
        }
        p = spaces(p + 1);
        if (*p != ':') return NULL;
        p = spaces(p + 1);
        if (which < 0) {
            p = value(p, depth + 1, 0, &escapes);
        } else {
            if (seen[which >> 6] >> (which & 63) & 1) return NULL;
            seen[which >> 6] |= 1ULL << (which & 63);
            guess = &children[which].after;
            p = asked(scan, p, &children[which], depth + 1);
        }
        if (!p) return NULL;
        p = spaces(p);
        if (*p == ',') {
            p = spaces(p + 1);
            if (*p == '}') return NULL;
        } else if (*p != '}') {
            return NULL;
        }
    }
    for (int i = 0; i < node->count; i++)
        if (children[i].required && !(seen[i >> 6] >> (i & 63) & 1)) return NULL;
    return p + 1;
}

/* Whether a line is plain; then it is a row. */
static int is_row(struct scan *scan, const uint8_t *p, const uint8_t *end)
{
    scan->lates = 0;
    if (*p != '{' || scan->batch->rows == scan->batch->room) return 0;
    if (!(p = members(scan, p, &scan->nodes[0], 0)) || spaces(p) != end) {
        for (int i = 0; i < scan->batch->columns; i++)
            scan->batch->valid[i][scan->batch->rows >> 3] &= (uint8_t)~(1 << (scan->batch->rows & 7));
        return 0;
    }
    for (struct late *late = scan->late; late < scan->late + scan->lates; late++)
        keep(scan->batch, late->column, late->from, without(late->from, late->end));
    scan->batch->rows++;
    return 1;
}

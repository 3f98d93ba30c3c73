/* JSON, of which every function takes what begins at a place and gives the place behind it: NULL where nothing of its kind
   stands there, or what is written in a way that leaves a question.

   Text is whole lines: its last byte is a newline, and 16 bytes behind it may be read. Every loop stops at a newline,
   so that none leaves the text. */

#pragma once

#include <stdint.h>
#include <string.h>

#define MAX_DEPTH 64   /* of what is skipped; Python judges deeper ones */
#define MAX_NUMBER 300 /* signs; a longer one may be too large for Python */
#define MAX_EXACT 15   /* signs before the point; a number of more may be none that a double has */
#define MAX_NAMES 8    /* in an object that is asked as a whole */

#define EACH(byte) (0x0101010101010101ULL * (byte))

/* The next quote, backslash, control sign or byte of 128 and more: what a text does not simply go on through. Eight bytes
   at once; a high bit of `ends` is right up to the first that is set (Warren, Hacker's Delight, 6-1). */
static const uint8_t *plain(const uint8_t *p)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    for (;; p += 8) {
        uint64_t all, quotes, slashes;
        memcpy(&all, p, 8);
        quotes = all ^ EACH('"');
        slashes = all ^ EACH('\\');
        uint64_t ends = (((quotes - EACH(1)) & ~quotes) | ((slashes - EACH(1)) & ~slashes) | (all - EACH(32)) | all) & EACH(128);
        if (ends) return p + (__builtin_ctzll(ends) >> 3);
    }
#else
    while (*p >= 32 && *p < 128 && *p != '"' && *p != '\\') p++;
    return p;
#endif
}

static const uint8_t *spaces(const uint8_t *p)
{
    while (*p == ' ' || *p == '\t' || *p == '\r') p++;
    return p;
}

static int is_digit(uint8_t c) { return c >= '0' && c <= '9'; }

/* After a sign of two to four bytes of UTF-8; NULL where it is none (Unicode 16, table 3-7). */
static const uint8_t *multibyte(const uint8_t *p)
{
    uint8_t low = 0x80, high = 0xBF;
    int more;
    if (*p >= 0xC2 && *p <= 0xDF) more = 1;
    else if (*p >= 0xE0 && *p <= 0xEF) more = 2;
    else if (*p >= 0xF0 && *p <= 0xF4) more = 3;
    else return NULL;
    if (*p == 0xE0) low = 0xA0;
    if (*p == 0xED) high = 0x9F;
    if (*p == 0xF0) low = 0x90;
    if (*p == 0xF4) high = 0x8F;
    for (p++; more--; p++, low = 0x80, high = 0xBF)
        if (*p < low || *p > high) return NULL;
    return p;
}

static int hex(uint8_t c)
{
    if (is_digit(c)) return c - '0';
    c |= 32;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The four signs of a \u, or -1. */
static int unit(const uint8_t *p)
{
    int made = 0;
    for (int i = 0; i < 4; i++) {
        if (hex(p[i]) < 0) return -1;
        made = made * 16 + hex(p[i]);
    }
    return made;
}

/* The closing quote of a text, from after its opening one. */
static const uint8_t *text(const uint8_t *p, int *escapes)
{
    for (;;) {
        p = plain(p);
        if (*p == '"') return p;
        if (*p >= 0x80) {
            if (!(p = multibyte(p))) return NULL;
        } else if (*p == '\\') {
            *escapes = 1;
            p++;
            if (*p == 'u' ? unit(p + 1) < 0 : !*p || !strchr("\"\\/bfnrt", *p)) return NULL;
            p += *p == 'u' ? 5 : 1;
        } else {
            return NULL;
        }
    }
}

/* The sign that an escape stands for, and `*p` behind it; -1 where it is half of a pair, or must stay an escape. */
static int sign(const uint8_t **p)
{
    const uint8_t *from = *p;
    *p += 2;
    if (from[1] == '/') return '/';
    if (from[1] != 'u') return -1;
    int code = unit(from + 2);
    *p += 4;
    if (code >= 0xD800 && code < 0xDC00) {
        int low = from[6] == '\\' && from[7] == 'u' ? unit(from + 8) : -1;
        if (low < 0xDC00 || low > 0xDFFF) return -1;
        *p += 6;
        return 0x10000 + ((code - 0xD800) << 10) + low - 0xDC00;
    }
    return code < 32 || code == '"' || code == '\\' || (code >= 0xDC00 && code < 0xE000) ? -1 : code;
}

/* Whether a sound text, from its opening quote to behind its closing one, can do without escapes. */
static int can_do_without(const uint8_t *p, const uint8_t *end)
{
    while (p < end) {
        if (*p != '\\') p++;
        else if (sign(&p) < 0) return 0;
    }
    return 1;
}

/* Rewrites such a text without them: "caf\u00e9" is "café". What is behind the new end, which it gives, has no meaning. */
static const uint8_t *without(uint8_t *to, const uint8_t *end)
{
    for (const uint8_t *p = to; p < end;) {
        if (*p != '\\') {
            *to++ = *p++;
            continue;
        }
        int code = sign(&p), size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
        *to++ = (uint8_t)(size == 1 ? code : (0xF00 >> size & 0xFF) | code >> 6 * (size - 1));
        for (int i = size - 2; i >= 0; i--) *to++ = (uint8_t)(0x80 | (code >> 6 * i & 0x3F));
    }
    return to;
}

static const uint8_t *digits(const uint8_t *p)
{
    if (!is_digit(*p)) return NULL;
    while (is_digit(*p)) p++;
    return p;
}

static const uint8_t *whole(const uint8_t *p)
{
    if (*p == '-') p++;
    return *p == '0' ? p + 1 : digits(p);
}

/* A number without exponent. Where one follows, what comes next is no comma, and the line is not plain. */
static const uint8_t *number(const uint8_t *p, int asked)
{
    const uint8_t *from = p;
    if (!(p = whole(p)) || (asked && p - from > MAX_EXACT)) return NULL;
    if (*p == '.' && !(p = digits(p + 1))) return NULL;
    return p - from <= MAX_NUMBER ? p : NULL;
}

static const uint8_t *word(const uint8_t *p, const char *wanted)
{
    while (*wanted)
        if (*p++ != (uint8_t)*wanted++) return NULL;
    return p;
}

static const uint8_t *value(const uint8_t *p, int depth, int asked, int *escapes);

static const uint8_t *list(const uint8_t *p, int depth, int asked, int *escapes)
{
    p = spaces(p + 1);
    if (*p == ']') return p + 1;
    for (;;) {
        if (!(p = value(p, depth + 1, asked, escapes))) return NULL;
        p = spaces(p);
        if (*p == ']') return p + 1;
        if (*p != ',') return NULL;
        p = spaces(p + 1);
    }
}

/* An object that is skipped, or asked as a whole: then no name may stand twice, for databases see the first and Python the
   last. */
static const uint8_t *object(const uint8_t *p, int depth, int asked, int *escapes)
{
    const uint8_t *names[MAX_NAMES];
    size_t lengths[MAX_NAMES];
    int seen = 0;
    p = spaces(p + 1);
    if (*p == '}') return p + 1;
    for (;;) {
        const uint8_t *name = p + 1;
        if (*p != '"' || !(p = text(name, escapes))) return NULL;
        if (asked) {
            if (seen == MAX_NAMES) return NULL;
            for (int i = 0; i < seen; i++)
                if (lengths[i] == (size_t)(p - name) && !memcmp(names[i], name, p - name)) return NULL;
            names[seen] = name;
            lengths[seen++] = p - name;
        }
        p = spaces(p + 1);
        if (*p != ':') return NULL;
        if (!(p = value(spaces(p + 1), depth + 1, asked, escapes))) return NULL;
        p = spaces(p);
        if (*p == '}') return p + 1;
        if (*p != ',') return NULL;
        p = spaces(p + 1);
    }
}

/* After any value; NULL where it is none, or not plain. */
static const uint8_t *value(const uint8_t *p, int depth, int asked, int *escapes)
{
    if (depth > MAX_DEPTH) return NULL;
    switch (*p) {
    case '"': return (p = text(p + 1, escapes)) ? p + 1 : NULL;
    case '{': return object(p, depth, asked, escapes);
    case '[': return list(p, depth, asked, escapes);
    case 't': return word(p, "true");
    case 'f': return word(p, "false");
    case 'n': return word(p, "null");
    default: return number(p, asked);
    }
}

/* Reads the language of README.md: lines, and the words of a line. */
#ifndef SCRIPT_H
#define SCRIPT_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_WORDS 24

/* A step as it stands there, with its names not yet replaced. */
struct line {
    int number;
    int count;
    char *words[MAX_WORDS];
};

/* A scenario or a fragment. */
struct section {
    bool is_fragment;
    char *name;
    struct line *lines;
    int count;
};

struct script {
    struct section *sections;
    int count;
};

static inline void script_die(int line, const char *what)
{
    fprintf(stderr, "line %d of the scenarios: %s\n", line, what);
    exit(2);
}

/* The next word of `*rest`, to be freed; NULL at the end of the line. */
static inline char *next_word(char **rest, int line)
{
    char *from = *rest + strspn(*rest, " ");
    if (!*from)
        return NULL;
    char *word = malloc(strlen(from) + 1);
    size_t length = 0;
    bool is_quoted = false;
    for (; *from && (is_quoted || *from != ' '); from++) {
        if (*from == '\'')
            is_quoted = !is_quoted;
        else
            word[length++] = *from;
    }
    if (is_quoted)
        script_die(line, "a quote is not closed");
    word[length] = '\0';
    *rest = from;
    return word;
}

static inline struct line split_line(char *text, int number)
{
    struct line line = {.number = number};
    for (char *word; (word = next_word(&text, number));) {
        if (line.count == MAX_WORDS)
            script_die(number, "too many words");
        line.words[line.count++] = word;
    }
    return line;
}

static inline void free_line(struct line *line)
{
    for (int i = 0; i < line->count; i++)
        free(line->words[i]);
}

static inline bool begins_section(const struct line *line)
{
    return line->count == 2 &&
           (strcmp(line->words[0], "scenario") == 0 || strcmp(line->words[0], "fragment") == 0);
}

/* Puts a line where it belongs; it is freed with the script. */
static inline void add_line(struct script *script, struct line line)
{
    if (begins_section(&line)) {
        script->sections =
            realloc(script->sections, (size_t)(script->count + 1) * sizeof *script->sections);
        script->sections[script->count++] =
            (struct section){.is_fragment = line.words[0][0] == 'f', .name = line.words[1]};
        free(line.words[0]);
        return;
    }
    if (script->count == 0)
        script_die(line.number, "a step before the first scenario");
    struct section *section = &script->sections[script->count - 1];
    section->lines = realloc(section->lines, (size_t)(section->count + 1) * sizeof line);
    section->lines[section->count++] = line;
}

static inline struct script read_script(const char *path)
{
    FILE *file = fopen(path, "r");
    if (!file) {
        perror(path);
        exit(2);
    }
    struct script script = {0};
    char *text = NULL;
    size_t room = 0;
    for (int number = 1; getline(&text, &room, file) >= 0; number++) {
        text[strcspn(text, "\r\n")] = '\0';
        const char *first = text + strspn(text, " ");
        if (*first && *first != '#')
            add_line(&script, split_line(text, number));
    }
    free(text);
    fclose(file);
    return script;
}

static inline void free_script(struct script *script)
{
    for (int i = 0; i < script->count; i++) {
        struct section *section = &script->sections[i];
        for (int j = 0; j < section->count; j++)
            free_line(&section->lines[j]);
        free(section->lines);
        free(section->name);
    }
    free(script->sections);
}

#endif

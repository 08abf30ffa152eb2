/* Files and directories that a test makes, looks at and spoils. */
#ifndef FILES_H
#define FILES_H

#include "check.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

static inline void files_die(const char *what, const char *path)
{
    fprintf(stderr, "%s %s: %s\n", what, path, strerror(errno));
    exit(EXIT_FAILURE);
}

/* The bytes of a file, to be freed; no buffer has them too. */
static inline char *file_bytes(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    struct stat status;
    if (!file || fstat(fileno(file), &status) != 0)
        files_die("cannot read", path);
    setvbuf(file, NULL, _IONBF, 0);
    *size = (size_t)status.st_size;
    char *bytes = calloc(1, *size + 1);
    if (fread(bytes, 1, *size, file) != *size)
        files_die("cannot read", path);
    fclose(file);
    return bytes;
}

static inline void write_file(const char *path, const char *bytes, size_t size, mode_t mode)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
    if (file < 0 || write(file, bytes, size) != (ssize_t)size || fchmod(file, mode) != 0)
        files_die("cannot write", path);
    close(file);
}

static inline mode_t mode_of(const char *path)
{
    struct stat status;
    if (lstat(path, &status) != 0)
        files_die("cannot look at", path);
    return status.st_mode & 07777;
}

static inline bool is_there(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0;
}

static inline int remove_entry(const char *path, const struct stat *status, int kind,
                               struct FTW *place)
{
    (void)status, (void)kind, (void)place;
    return remove(path);
}

static inline void remove_tree(const char *path)
{
    nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* How many entries a directory has; -1 where there is none. */
static inline int count_entries(const char *path)
{
    DIR *directory = opendir(path);
    if (!directory)
        return -1;
    int count = 0;
    for (struct dirent *entry; (entry = readdir(directory));)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(directory);
    return count;
}

#endif

/*
 * Godot's C interface, as much as a class like ClefLogin needs: a Node with String properties,
 * methods without arguments, and signals. For Godot 4.4 and newer.
 */
#ifndef GODOT_H
#define GODOT_H

#include <gdextension_interface.h> /* made by: godot --dump-gdextension-interface */

/* What a node is notified of: some of the constants Node.NOTIFICATION_... */
enum { GODOT_ENTER_TREE = 10, GODOT_EXIT_TREE = 11, GODOT_PROCESS = 17 };

/* The first member of what the class keeps for each node. */
struct godot_node {
    GDExtensionObjectPtr object;
};

/* A String, which lies in the node as UTF-8: a `char *` at `offset`, NULL until it is set. */
struct godot_property {
    const char *name;
    size_t offset;
};

/* `run` gives nothing; or `get` gives a String, which it writes with `godot_set_string`. */
struct godot_method {
    const char *name;
    void (*run)(void *node);
    void (*get)(void *node, GDExtensionStringPtr result);
};

/* With one String of this name, or without an argument where that is NULL. */
struct godot_signal {
    const char *name;
    const char *argument;
};

/* A class that extends Node. Each list ends with a NULL name. */
struct godot_class {
    const char *name;
    size_t size; /* of a node: zeroes at first */
    void (*notify)(void *node, int what);
    const struct godot_property *properties;
    const struct godot_method *methods;
    const struct godot_signal *signals;
};

/* What this extension adds to Godot: defined by whoever includes this. */
extern const struct godot_class godot_class;

void godot_set_string(GDExtensionStringPtr string, const char *text);

/* Has Godot notify the node of GODOT_PROCESS in each frame. */
void godot_process(void *node);

/*
 * Emits a signal when this frame's work is done: what is connected to it may free the node, and
 * has been `_ready` before it hears of what went wrong at once. `argument` NULL for a signal
 * without.
 */
void godot_emit(void *node, const char *signal, const char *argument);

#endif

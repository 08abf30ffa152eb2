#include "godot.h"

#include <stdbool.h>
#include <stdlib.h>

/* As large as in any build of Godot; most have smaller ones, so do not assign one. A String and a
 * StringName are a pointer each. */
typedef struct {
    uint64_t words[5];
} variant;
typedef void *string;
typedef void *string_name;

static GDExtensionClassLibraryPtr library;
static GDExtensionInterfaceVariantDestroy variant_destroy;
static GDExtensionInterfaceVariantGetType variant_get_type;
static GDExtensionInterfaceVariantCall variant_call;
static GDExtensionInterfaceGetVariantFromTypeConstructor variant_constructor;
static GDExtensionTypeFromVariantConstructorFunc string_from_variant;
static GDExtensionInterfaceStringNewWithUtf8Chars string_new;
static GDExtensionInterfaceStringToUtf8Chars string_to_utf8;
static GDExtensionPtrDestructor string_destroy;
static GDExtensionInterfaceStringNameNewWithUtf8Chars name_new;
static GDExtensionPtrDestructor name_destroy;
static GDExtensionInterfaceClassdbConstructObject2 construct_object;
static GDExtensionInterfaceObjectSetInstance set_instance;
static GDExtensionInterfaceClassdbRegisterExtensionClass4 register_class;
static GDExtensionInterfaceClassdbRegisterExtensionClassMethod register_method;
static GDExtensionInterfaceClassdbRegisterExtensionClassProperty register_property;
static GDExtensionInterfaceClassdbRegisterExtensionClassSignal register_signal;
static GDExtensionInterfaceClassdbUnregisterExtensionClass unregister_class;

static void load_interface(GDExtensionInterfaceGetProcAddress get)
{
    /* Through the type that stands for any function, since compilers warn of other casts. */
#define LOAD(variable, type, name) variable = (type)(void (*)(void))get(name)
    LOAD(variant_destroy, GDExtensionInterfaceVariantDestroy, "variant_destroy");
    LOAD(variant_get_type, GDExtensionInterfaceVariantGetType, "variant_get_type");
    LOAD(variant_call, GDExtensionInterfaceVariantCall, "variant_call");
    LOAD(variant_constructor, GDExtensionInterfaceGetVariantFromTypeConstructor,
         "get_variant_from_type_constructor");
    LOAD(string_new, GDExtensionInterfaceStringNewWithUtf8Chars, "string_new_with_utf8_chars");
    LOAD(string_to_utf8, GDExtensionInterfaceStringToUtf8Chars, "string_to_utf8_chars");
    LOAD(name_new, GDExtensionInterfaceStringNameNewWithUtf8Chars,
         "string_name_new_with_utf8_chars");
    LOAD(construct_object, GDExtensionInterfaceClassdbConstructObject2,
         "classdb_construct_object2");
    LOAD(set_instance, GDExtensionInterfaceObjectSetInstance, "object_set_instance");
    LOAD(register_class, GDExtensionInterfaceClassdbRegisterExtensionClass4,
         "classdb_register_extension_class4");
    LOAD(register_method, GDExtensionInterfaceClassdbRegisterExtensionClassMethod,
         "classdb_register_extension_class_method");
    LOAD(register_property, GDExtensionInterfaceClassdbRegisterExtensionClassProperty,
         "classdb_register_extension_class_property");
    LOAD(register_signal, GDExtensionInterfaceClassdbRegisterExtensionClassSignal,
         "classdb_register_extension_class_signal");
    LOAD(unregister_class, GDExtensionInterfaceClassdbUnregisterExtensionClass,
         "classdb_unregister_extension_class");

    GDExtensionInterfaceGetVariantToTypeConstructor from_variant;
    GDExtensionInterfaceVariantGetPtrDestructor destructor;
    LOAD(from_variant, GDExtensionInterfaceGetVariantToTypeConstructor,
         "get_variant_to_type_constructor");
    LOAD(destructor, GDExtensionInterfaceVariantGetPtrDestructor, "variant_get_ptr_destructor");
#undef LOAD
    string_from_variant = from_variant(GDEXTENSION_VARIANT_TYPE_STRING);
    string_destroy = destructor(GDEXTENSION_VARIANT_TYPE_STRING);
    name_destroy = destructor(GDEXTENSION_VARIANT_TYPE_STRING_NAME);
}

/* Values. */

void godot_set_string(GDExtensionStringPtr string, const char *text)
{
    string_destroy(string);
    string_new(string, text);
}

static char *copy_text(GDExtensionConstStringPtr string)
{
    GDExtensionInt length = string_to_utf8(string, NULL, 0);
    char *text = malloc((size_t)length + 1);
    if (text) {
        string_to_utf8(string, text, length);
        text[length] = '\0';
    }
    return text;
}

static void variant_new(GDExtensionUninitializedVariantPtr result, GDExtensionVariantType type,
                        void *value)
{
    variant_constructor(type)(result, value);
}

static void string_variant_new(GDExtensionUninitializedVariantPtr result, const char *text)
{
    string string;
    string_new(&string, text);
    variant_new(result, GDEXTENSION_VARIANT_TYPE_STRING, &string);
    string_destroy(&string);
}

/* Calls a method of the object by its name; destroys the arguments. */
static void call(GDExtensionObjectPtr object, const char *method, variant *arguments, int count)
{
    const void *pointers[3];
    variant self, result;
    string_name name;
    GDExtensionCallError error;
    variant_new(&self, GDEXTENSION_VARIANT_TYPE_OBJECT, &object);
    for (int i = 0; i < count; i++)
        pointers[i] = &arguments[i];
    name_new(&name, method);
    variant_call(&self, &name, pointers, count, &result, &error);
    name_destroy(&name);
    variant_destroy(&result);
    variant_destroy(&self);
    for (int i = 0; i < count; i++)
        variant_destroy(&arguments[i]);
}

void godot_process(void *node)
{
    GDExtensionBool yes = true;
    variant argument;
    variant_new(&argument, GDEXTENSION_VARIANT_TYPE_BOOL, &yes);
    call(((struct godot_node *)node)->object, "set_process", &argument, 1);
}

void godot_emit(void *node, const char *signal, const char *argument)
{
    variant arguments[3];
    string_variant_new(&arguments[0], "emit_signal");
    string_variant_new(&arguments[1], signal);
    if (argument)
        string_variant_new(&arguments[2], argument);
    call(((struct godot_node *)node)->object, "call_deferred", arguments, argument ? 3 : 2);
}

/* Nodes. */

static GDExtensionObjectPtr create_node(void *class_data, GDExtensionBool is_complete)
{
    (void)class_data;
    string_name base, name;
    name_new(&base, "Node");
    name_new(&name, godot_class.name);
    struct godot_node *node = calloc(1, godot_class.size);
    GDExtensionObjectPtr object = node ? construct_object(&base) : NULL;
    if (object) {
        node->object = object;
        set_instance(object, &name, node);
    }
    name_destroy(&base);
    name_destroy(&name);
    if (object && is_complete) { /* what Godot does itself for its own classes */
        int64_t postinitialise = 0;
        variant what;
        variant_new(&what, GDEXTENSION_VARIANT_TYPE_INT, &postinitialise);
        call(object, "notification", &what, 1);
    }
    return object;
}

static char **property_of(void *node, const struct godot_property *property)
{
    return (char **)((char *)node + property->offset);
}

static void free_node(void *class_data, GDExtensionClassInstancePtr node)
{
    (void)class_data;
    for (const struct godot_property *property = godot_class.properties; property->name; property++)
        free(*property_of(node, property));
    free(node);
}

static void notify_node(GDExtensionClassInstancePtr node, int32_t what, GDExtensionBool is_reversed)
{
    (void)is_reversed;
    godot_class.notify(node, what);
}

/* Methods: Godot calls them with variants, or with the plain types where it knows them. */

static bool has_arguments(GDExtensionInt given, GDExtensionInt wanted, GDExtensionCallError *error)
{
    error->error = given < wanted   ? GDEXTENSION_CALL_ERROR_TOO_FEW_ARGUMENTS
                   : given > wanted ? GDEXTENSION_CALL_ERROR_TOO_MANY_ARGUMENTS
                                    : GDEXTENSION_CALL_OK;
    error->expected = (int32_t)wanted;
    return given == wanted;
}

static void method_plain(void *data, GDExtensionClassInstancePtr node,
                         const GDExtensionConstTypePtr *arguments, GDExtensionTypePtr result)
{
    (void)arguments;
    const struct godot_method *method = data;
    if (method->get)
        method->get(node, result);
    else
        method->run(node);
}

static void method_call(void *data, GDExtensionClassInstancePtr node,
                        const GDExtensionConstVariantPtr *arguments, GDExtensionInt count,
                        GDExtensionVariantPtr result, GDExtensionCallError *error)
{
    (void)arguments;
    if (!has_arguments(count, 0, error))
        return;
    string string;
    string_new(&string, "");
    method_plain(data, node, NULL, &string);
    if (((const struct godot_method *)data)->get)
        variant_new(result, GDEXTENSION_VARIANT_TYPE_STRING, &string);
    string_destroy(&string);
}

static void get_plain(void *property, GDExtensionClassInstancePtr node,
                      const GDExtensionConstTypePtr *arguments, GDExtensionTypePtr result)
{
    (void)arguments;
    const char *text = *property_of(node, property);
    godot_set_string(result, text ? text : "");
}

static void get_call(void *property, GDExtensionClassInstancePtr node,
                     const GDExtensionConstVariantPtr *arguments, GDExtensionInt count,
                     GDExtensionVariantPtr result, GDExtensionCallError *error)
{
    (void)arguments;
    const char *text = *property_of(node, property);
    if (has_arguments(count, 0, error))
        string_variant_new(result, text ? text : "");
}

static void set_plain(void *property, GDExtensionClassInstancePtr node,
                      const GDExtensionConstTypePtr *arguments, GDExtensionTypePtr result)
{
    (void)result;
    char **text = property_of(node, property);
    free(*text);
    *text = copy_text(arguments[0]);
}

static void set_call(void *property, GDExtensionClassInstancePtr node,
                     const GDExtensionConstVariantPtr *arguments, GDExtensionInt count,
                     GDExtensionVariantPtr result, GDExtensionCallError *error)
{
    (void)result;
    if (!has_arguments(count, 1, error))
        return;
    if (variant_get_type(arguments[0]) != GDEXTENSION_VARIANT_TYPE_STRING) {
        error->error = GDEXTENSION_CALL_ERROR_INVALID_ARGUMENT;
        error->argument = 0;
        error->expected = GDEXTENSION_VARIANT_TYPE_STRING;
        return;
    }
    string string;
    string_from_variant(&string, (GDExtensionVariantPtr)arguments[0]);
    const void *plain[] = {&string};
    set_plain(property, node, plain, NULL);
    string_destroy(&string);
}

/* The class. */

/* A String of this name: a property, an argument or, with "", a result. */
struct description {
    string_name name, class_name;
    string hint;
    GDExtensionPropertyInfo info;
};

static void describe(struct description *description, const char *name)
{
    name_new(&description->name, name);
    name_new(&description->class_name, "");
    string_new(&description->hint, "");
    description->info = (GDExtensionPropertyInfo){
        .type = GDEXTENSION_VARIANT_TYPE_STRING,
        .name = &description->name,
        .class_name = &description->class_name,
        .hint_string = &description->hint,
        .usage = 6, /* PROPERTY_USAGE_DEFAULT: it is stored, and the editor shows it */
    };
}

static void forget(struct description *description)
{
    name_destroy(&description->name);
    name_destroy(&description->class_name);
    string_destroy(&description->hint);
}

static void add_method(string_name *class_name, const char *method, const void *data,
                       GDExtensionClassMethodCall call, GDExtensionClassMethodPtrCall plain,
                       bool has_result, const char *argument)
{
    struct description result, argument_description;
    GDExtensionClassMethodArgumentMetadata metadata =
        GDEXTENSION_METHOD_ARGUMENT_METADATA_NONE;
    string_name name;
    name_new(&name, method);
    describe(&result, "");
    describe(&argument_description, argument ? argument : "");
    GDExtensionClassMethodInfo info = {
        .name = &name,
        .method_userdata = (void *)data,
        .call_func = call,
        .ptrcall_func = plain,
        .method_flags = GDEXTENSION_METHOD_FLAGS_DEFAULT,
        .has_return_value = has_result,
        .return_value_info = &result.info,
        .return_value_metadata = metadata,
        .argument_count = argument ? 1 : 0,
        .arguments_info = &argument_description.info,
        .arguments_metadata = &metadata,
    };
    register_method(library, class_name, &info);
    forget(&argument_description);
    forget(&result);
    name_destroy(&name);
}

static void add_property(string_name *class_name, const struct godot_property *property)
{
    char getter_text[64] = "get_", setter_text[64] = "set_";
    for (size_t i = 0; property->name[i] && i < sizeof getter_text - 5; i++)
        getter_text[i + 4] = setter_text[i + 4] = property->name[i];
    add_method(class_name, getter_text, property, get_call, get_plain, true, NULL);
    add_method(class_name, setter_text, property, set_call, set_plain, false, property->name);

    struct description description;
    string_name getter, setter;
    describe(&description, property->name);
    name_new(&getter, getter_text);
    name_new(&setter, setter_text);
    register_property(library, class_name, &description.info, &setter, &getter);
    name_destroy(&getter);
    name_destroy(&setter);
    forget(&description);
}

static void add_signal(string_name *class_name, const struct godot_signal *signal)
{
    struct description argument;
    string_name name;
    describe(&argument, signal->argument ? signal->argument : "");
    name_new(&name, signal->name);
    register_signal(library, class_name, &name, &argument.info, signal->argument ? 1 : 0);
    name_destroy(&name);
    forget(&argument);
}

static void initialise(void *user_data, GDExtensionInitializationLevel level)
{
    (void)user_data;
    if (level != GDEXTENSION_INITIALIZATION_SCENE)
        return;
    string_name name, base;
    name_new(&name, godot_class.name);
    name_new(&base, "Node");
    GDExtensionClassCreationInfo4 info = {
        .is_exposed = true,
        .is_runtime = true, /* in the editor it stands still */
        .notification_func = notify_node,
        .create_instance_func = create_node,
        .free_instance_func = free_node,
    };
    register_class(library, &name, &base, &info);
    for (const struct godot_property *property = godot_class.properties; property->name; property++)
        add_property(&name, property);
    for (const struct godot_method *method = godot_class.methods; method->name; method++)
        add_method(&name, method->name, method, method_call, method_plain, method->get, NULL);
    for (const struct godot_signal *signal = godot_class.signals; signal->name; signal++)
        add_signal(&name, signal);
    name_destroy(&name);
    name_destroy(&base);
}

static void deinitialise(void *user_data, GDExtensionInitializationLevel level)
{
    (void)user_data;
    if (level != GDEXTENSION_INITIALIZATION_SCENE)
        return;
    string_name name;
    name_new(&name, godot_class.name);
    unregister_class(library, &name);
    name_destroy(&name);
}

/* What Godot calls first: the entry_symbol of the .gdextension file. */
GDExtensionBool godot_extension(GDExtensionInterfaceGetProcAddress get_proc_address,
                                GDExtensionClassLibraryPtr this_library,
                                GDExtensionInitialization *initialization);

GDExtensionBool godot_extension(GDExtensionInterfaceGetProcAddress get_proc_address,
                                GDExtensionClassLibraryPtr this_library,
                                GDExtensionInitialization *initialization)
{
    library = this_library;
    load_interface(get_proc_address);
    initialization->minimum_initialization_level = GDEXTENSION_INITIALIZATION_SCENE;
    initialization->initialize = initialise;
    initialization->deinitialize = deinitialise;
    return true;
}

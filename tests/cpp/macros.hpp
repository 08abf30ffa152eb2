// What others define, in lower case and without a name of their own, before they include clef.hpp.

// windows.h
#define far
#define interface struct
#define max(a, b) (((a) > (b)) ? (a) : (b))
#define min(a, b) (((a) < (b)) ? (a) : (b))
#define near
#define small char

// Qt
#define emit
#define forever for (;;)
#define slots
#define signals public

// Unreal Engine, and Apple's AssertMacros.h
#define check(expression) ((expression) ? void() : __builtin_trap())
#define verify(expression) check(expression)

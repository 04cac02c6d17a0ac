// The one main of every test executable; meson links it with the tests of one room.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <cfloat>  // doctest 2.4.9 wants it, and libc++ no longer brings it by chance

#include <doctest/doctest.h>

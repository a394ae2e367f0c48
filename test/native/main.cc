// One program for all native tests: every test/native/<family>/<stem>.cc. Needs no Node.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

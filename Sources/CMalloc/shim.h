// malloc_trim(3), which Swift's module of glibc leaves out.
#pragma once
#include <malloc.h>

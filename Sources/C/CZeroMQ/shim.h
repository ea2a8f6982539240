// libzmq's C API, with the errno constants that zmq.h brings along.
#pragma once
#include <errno.h>
#include <sys/eventfd.h>
#include <zmq.h>

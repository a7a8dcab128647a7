#pragma once

#include <fastcgi.h>
#include <fcgiapp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>

extern char **environ;

/* Swift takes an imported variable for shared mutable state; a call is plain. */
static inline char **gateway_environment(void) { return environ; }

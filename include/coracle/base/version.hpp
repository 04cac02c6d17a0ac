// The one version number of coracle: meson.build, the banner and the `server` field read it from here.
#pragma once

/// major * 10000 + minor * 100 + patch, for `#if CORACLE_VERSION >= 10200`.
#define CORACLE_VERSION 100
/// The same as text.
#define CORACLE_VERSION_STRING "0.1.0"

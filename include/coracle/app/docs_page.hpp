// docs_page: the page that shows an app's OpenAPI document and sends requests to it. It is whole, and needs no network.
// Source: RFC 8631 section 4 (service-desc); Content Security Policy Level 3; HTML.
#pragma once

#include <coracle/app/docs_controls.hpp>
#include <coracle/app/docs_elements.hpp>
#include <coracle/app/docs_operations.hpp>
#include <coracle/app/docs_request.hpp>
#include <coracle/app/docs_schema.hpp>
#include <coracle/app/docs_style.hpp>
#include <coracle/base/escape_html.hpp>

#include <string>
#include <string_view>

namespace coracle {

/// The content-security-policy to send with the page: nothing runs but its own script, and it talks to its own origin
/// only. An app whose document names servers elsewhere adds their origins behind `connect-src 'self'`.
inline constexpr std::string_view docs_page_policy =
    "default-src 'none'; "
    "script-src 'sha256-fIPIL8cu7RnrgIpVMcHWz7sZJxoZPtubA3IciDbewH0='; "
    "style-src 'sha256-hqvP8jGJonybwRKpxcihJG8NaMifwceilgBA9MPqSno='; "
    "connect-src 'self'; img-src 'self' blob: data:; media-src blob:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; require-trusted-types-for 'script'";

namespace detail {

inline constexpr std::string_view docs_head = R"html(
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'
 fill='%230b8a86' stroke='%230b8a86' stroke-width='2' stroke-linecap='round'%3E
%3Cpath d='M3 17c0 6 5 10 13 10s13-4 13-10zM22 6l7 19M12 15c0-3 2-5 4-5s4 2 4 5z'/%3E%3Ccircle cx='16' cy='5' r='2'/%3E
%3C/svg%3E">
<style>)html";

inline constexpr std::string_view docs_bar = R"html(</style>
</head>
<body>
<a class="skip" href="#main">To the operations</a>
<header class="bar">
<svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
<path class="full" d="M16 9.2c-2.8 0-4.3 2.6-4.6 6.2h9.2c-.3-3.6-1.8-6.2-4.6-6.2z"/>
<circle class="full" cx="16" cy="5.6" r="2.5"/>
<path class="hull" d="M3.5 16.5c0 6 4.5 9.5 12.5 9.5s12.5-3.5 12.5-9.5"/><ellipse cx="16" cy="16.5" rx="12.5" ry="2.8"/>
<path d="M22.5 6.5 29.5 25M3 29.3c2.2 0 2.2-1 4.3-1s2.2 1 4.4 1 2.2-1 4.3-1 2.2 1 4.3 1 2.2-1 4.4-1 2.2 1 4.3 1"/>
</svg>
<div class="name-of"><h1>)html";

inline constexpr std::string_view docs_body = R"html(</h1><span id="version"></span></div>
<div class="find" role="search"><label class="unseen" for="search">Search operations and schemas</label>
<input id="search" type="search" placeholder="Search" autocomplete="off" spellcheck="false" aria-keyshortcuts="/">
<kbd aria-hidden="true">/</kbd></div>
<button id="authorise" type="button" hidden>Authorise</button>
<button id="theme" type="button" aria-label="Dark colours"></button>
</header>
<div class="page">
<nav id="contents" aria-label="Contents"></nav>
<main id="main" tabindex="-1"><noscript><p class="empty">This page is drawn by a script. What it draws can be read as it
is, in the OpenAPI document.</p></noscript></main>
</div>
<footer class="keys"><kbd>/</kbd> searches, <kbd>↑ ↓</kbd> move, <kbd>Enter</kbd> unfolds,
<kbd>Ctrl Enter</kbd> sends, <kbd>Esc</kbd> folds</footer>
<dialog id="dialog" aria-labelledby="dialog-title"><header><h2 id="dialog-title">Authorise</h2>
<form method="dialog"><button>Close</button></form></header><div id="schemes"></div></dialog>
<p id="said" class="unseen" role="status"></p>
<script>)html";

}  // namespace detail

/// The page, of UTF-8 HTML. in: the app's title, and where its document is, from the page's address. Both are text:
/// whatever they hold, they stay text (threat W9).
[[gnu::cold]] inline std::string docs_page(std::string_view title, std::string_view openapi_url) {
    std::string out;
    out.reserve(64 * 1024);
    out +=
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>";
    out += escape_html(title);
    out += "</title>\n<link rel=\"service-desc\" type=\"application/json\" href=\"";
    out += escape_html(openapi_url);
    out += "\">";
    out += detail::docs_head;
    out += detail::docs_style;
    out += detail::docs_bar;
    out += escape_html(title);
    out += detail::docs_body;
    for (std::string_view part : {detail::docs_elements, detail::docs_schema, detail::docs_request,
                                  detail::docs_operations, detail::docs_controls})
        out += part;
    out += "</script>\n</body>\n</html>\n";
    return out;
}

}  // namespace coracle

// public_suffix: names below which anybody may have one, and so no site's own.
// RFC 6265 5.3 step 5; the shapes of publicsuffix.org that are met most, and not its list of ten thousand.
#pragma once

#include <cstddef>
#include <string_view>

namespace coracle::http {

namespace detail {

/// What the second level is called where the first is a country's: co.uk, com.au, ac.jp.
inline constexpr std::string_view second_levels[] = {"ac", "co", "com", "edu", "gov", "mil", "net", "org"};
/// What else some countries call it.
inline constexpr std::string_view second_levels_of_some[] = {
    "gv.at",  "or.at",  "ind.br", "gob.ar", "gob.mx", "gc.ca",  "or.id",   "go.id",   "web.id", "firm.in",
    "gen.in", "ind.in", "nic.in", "ad.jp",  "ed.jp",  "go.jp",  "gr.jp",   "lg.jp",   "ne.jp",  "or.jp",
    "go.ke",  "or.ke",  "go.kr",  "ne.kr",  "or.kr",  "pe.kr",  "re.kr",   "govt.nz", "iwi.nz", "school.nz",
    "go.th",  "in.th",  "or.th",  "bel.tr", "gen.tr", "web.tr", "ltd.uk",  "me.uk",   "nhs.uk", "plc.uk",
    "sch.uk", "law.za", "nom.za", "web.za", "asn.au", "id.au",  "info.pl", "waw.pl",  "idv.tw", "gob.es"};
/// Where everybody's pages and programs stand beside one another.
inline constexpr std::string_view shared_hosts[] = {"appspot.com",       "azurestaticapps.net",
                                                    "azurewebsites.net", "blogspot.com",
                                                    "cloudapp.net",      "cloudfront.net",
                                                    "deno.dev",          "firebaseapp.com",
                                                    "fly.dev",           "github.io",
                                                    "gitlab.io",         "glitch.me",
                                                    "herokuapp.com",     "myshopify.com",
                                                    "netlify.app",       "ngrok-free.app",
                                                    "ngrok.io",          "onrender.com",
                                                    "pages.dev",         "pythonanywhere.com",
                                                    "readthedocs.io",    "run.app",
                                                    "s3.amazonaws.com",  "surge.sh",
                                                    "up.railway.app",    "vercel.app",
                                                    "web.app",           "workers.dev"};

template <std::size_t N>
constexpr bool is_one_of(const std::string_view (&list)[N], std::string_view name) noexcept {
    for (std::string_view each : list)
        if (each == name) return true;
    return false;
}

}  // namespace detail

/// A cookie for all of it would be seen, and set, by strangers. Some are missed: who has to know them all keeps no
/// cookies of several sites in one jar. in: a name in lower-case, no address.
constexpr bool is_public_suffix(std::string_view domain) noexcept {
    if (domain.ends_with('.')) domain.remove_suffix(1);  // the same name, from the root
    std::size_t last = domain.rfind('.');
    if (last == domain.npos) return true;
    bool of_country = domain.size() - last == 3;
    std::string_view second = domain.substr(0, last);
    if (of_country && second.find('.') == second.npos && detail::is_one_of(detail::second_levels, second)) return true;
    return detail::is_one_of(detail::second_levels_of_some, domain) || detail::is_one_of(detail::shared_hosts, domain);
}

}  // namespace coracle::http

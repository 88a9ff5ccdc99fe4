#!/usr/bin/env python3
"""Writes the databases beside it, with a writer that has nothing to do with the reader that is tested.

    pip install mmdb_writer==0.2.7 netaddr==1.3.0
    python server/tests/data/places.py

The networks are those that documentation may use (RFC 5737, RFC 3849), but one inner network.
"""

import time
from pathlib import Path

# Before the writer is loaded: the same files each time.
time.time = lambda: 1_767_225_600  # 2026-01-01T00:00:00Z

from mmdb_writer import MMDBWriter  # noqa: E402
from netaddr import IPSet  # noqa: E402

SWEDEN = {"iso_code": "SE", "names": {"de": "Schweden", "en": "Sweden"}}


def city(names, country):
    return {"city": {"geoname_id": 1, "names": names}, "country": country, "location": {"latitude": 65.5}}


def write(name, kind, records):
    writer = MMDBWriter(
        6, kind, languages=["en", "sv"], description="Networks of tests", ipv4_compatible=True, float_type="f64"
    )
    for network, record in records.items():
        writer.insert_network(IPSet([network]), record)
    writer.to_db_file(str(Path(__file__).parent / name))


# As the databases that one gets for nothing: no Swedish but for one city.
write(
    "places.mmdb",
    "Postvalv-Test-City",
    {
        "192.0.2.0/25": city({"en": "Luleå", "ru": "Лулео"}, SWEDEN),
        "192.0.2.128/25": city({"en": "Gothenburg", "sv": "Göteborg"}, SWEDEN),
        "198.51.100.0/24": {"country": {"iso_code": "IS", "names": {"en": "Iceland"}}},
        "203.0.113.0/25": city({"en": "\u202eNor\u0000rby\u2066\r\n" + "<b>" * 400}, SWEDEN),
        "203.0.113.128/25": {"city": {"geoname_id": 1}, "continent": {"code": "EU", "names": {"en": "Europe"}}},
        "10.0.0.0/8": city({"en": "Nowhere"}, SWEDEN),
        "2001:db8:1::/48": city({"en": "Umeå"}, SWEDEN),
    },
)

# The next edition, in which Luleå's network is Kiruna's.
write("places-newer.mmdb", "Postvalv-Test-City", {"192.0.2.0/24": city({"en": "Kiruna"}, SWEDEN)})

# About something else, and in another form.
write(
    "owners.mmdb",
    "Postvalv-Test-ASN",
    {"192.0.2.0/24": {"autonomous_system_number": 64496, "autonomous_system_organization": "Example"}},
)
write("flat.mmdb", "Postvalv-Test-Flat", {"192.0.2.0/24": {"city": "Luleå", "country": "SE"}})

from check import every, gone, refused

ZONE = "pydo.example"


def records(address):
    return [
        {"type": "A", "name": "www", "data": address},
        {"type": "AAAA", "name": "www", "data": "2001:db8::80"},
        {"type": "CNAME", "name": "app", "data": f"www.{ZONE}."},
        {"type": "MX", "name": "@", "data": "mail.example.com.", "priority": 10},
        {"type": "TXT", "name": "@", "data": "v=spf1 mx -all"},
        {"type": "SRV", "name": "_sip._tcp", "data": "sip.example.com.", "priority": 1, "port": 5060, "weight": 2},
        {"type": "CAA", "name": "@", "data": "letsencrypt.org.", "flags": 0, "tag": "issue"},
        {"type": "NS", "name": "lab", "data": "ns1.example.com."},
    ]


def zone(do, address):
    """A zone with a record of each type."""
    api = do.domains
    api.create(body={"name": ZONE, "ip_address": address})
    refused(api.create, 422, body={"name": ZONE})
    for record in records(address):
        made = api.create_record(ZONE, body={"ttl": 300, **record})["domain_record"]
        assert api.get_record(ZONE, made["id"])["domain_record"] == made
        # Hosts come back without their last dot.
        assert made.items() >= {**record, "ttl": 300, "data": record["data"].rstrip(".")}.items(), made
    types = sorted(each["type"] for each in every(api.list_records, "domain_records", domain_name=ZONE))
    assert types == sorted(["SOA", "NS", "NS", "NS", "A"] + [each["type"] for each in records(address)]), types
    named = every(api.list_records, "domain_records", domain_name=ZONE, name=f"www.{ZONE}", type="A")
    assert [each["data"] for each in named] == [address], named
    record_id = named[0]["id"]
    api.update_record(ZONE, record_id, body={"type": "A", "name": "web", "data": "192.0.2.80"})
    seen = api.patch_record(ZONE, record_id, body={"type": "A", "ttl": 600})["domain_record"]
    assert (seen["name"], seen["data"], seen["ttl"]) == ("web", "192.0.2.80", 600), seen
    wrong = {"type": "A", "name": "bad", "data": "example.com"}
    refused(api.create_record, 422, domain_name=ZONE, body=wrong)
    assert api.delete_record(ZONE, record_id) is None
    gone(api.get_record(ZONE, record_id))
    assert "v=spf1 mx -all" in api.get(ZONE)["domain"]["zone_file"]
    assert api.delete(ZONE) is None
    gone(api.get(ZONE))

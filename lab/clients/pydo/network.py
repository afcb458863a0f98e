from check import every, gone, refused, until

EVERYWHERE = {"addresses": ["0.0.0.0/0", "::/0"]}
SSH = {"protocol": "tcp", "ports": "22", "sources": EVERYWHERE}
HTTPS = {"protocol": "tcp", "ports": "443", "sources": EVERYWHERE}
OUT = {"protocol": "tcp", "ports": "all", "destinations": EVERYWHERE}


def firewall(do, droplet):
    """A firewall from its first rule to its end."""
    api = do.firewalls
    wish = {"name": "web", "inbound_rules": [SSH], "outbound_rules": [OUT]}
    firewall_id = api.create(body=wish)["firewall"]["id"]

    def seen():
        return api.get(firewall_id)["firewall"]

    assert api.assign_droplets(firewall_id, body={"droplet_ids": [droplet]}) is None
    assert api.add_tags(firewall_id, body={"tags": ["web"]}) is None
    assert api.add_rules(firewall_id, body={"inbound_rules": [HTTPS]}) is None
    full = seen()
    assert (full["droplet_ids"], full["tags"]) == ([droplet], ["web"]), full
    # Asked for as "all", answered as "0".
    assert [rule["ports"] for rule in full["inbound_rules"] + full["outbound_rules"]] == ["22", "443", "0"], full
    assert [each["id"] for each in every(do.droplets.list_firewalls, "firewalls", droplet_id=droplet)] == [firewall_id]
    until(lambda: seen()["status"] == "succeeded", "firewall is in force")

    assert api.delete_rules(firewall_id, body={"inbound_rules": [HTTPS]}) is None
    assert api.delete_tags(firewall_id, body={"tags": ["web"]}) is None
    assert api.delete_droplets(firewall_id, body={"droplet_ids": [droplet]}) is None
    bare = seen()
    assert (bare["droplet_ids"], bare["tags"], len(bare["inbound_rules"])) == ([], [], 1), bare
    api.update(firewall_id, body={**wish, "name": "front", "droplet_ids": [droplet]})
    assert [each["name"] for each in every(api.list, "firewalls")] == ["front"]
    refused(api.create, 422, body={**wish, "tags": ["unheard-of"]})
    assert api.delete(firewall_id) is None
    gone(api.get(firewall_id))


def reserved_ip(do, droplet):
    """An address that leads to the droplet for a while."""
    ip = do.reserved_ips.create(body={"region": "fra1"})["reserved_ip"]["ip"]

    def done(**action):
        made = do.reserved_ips_actions.post(ip, body=action)["action"]
        until(
            lambda: do.reserved_ips_actions.get(ip, made["id"])["action"]["status"] == "completed",
            action["type"],
        )
        return made["id"]

    assigned = done(type="assign", droplet_id=droplet)
    assert do.reserved_ips.get(ip)["reserved_ip"]["droplet"]["id"] == droplet
    unassigned = done(type="unassign")
    assert do.reserved_ips.get(ip)["reserved_ip"]["droplet"] is None
    # An address that was somebody's before may have a longer history.
    actions = [each["id"] for each in do.reserved_ips_actions.list(ip)["actions"]]
    assert actions[:2] == [unassigned, assigned], actions
    nowhere = {"type": "assign", "droplet_id": 1}
    refused(do.reserved_ips_actions.post, 422, reserved_ip=ip, body=nowhere)
    assert do.reserved_ips.delete(ip) is None
    gone(do.reserved_ips.get(ip))

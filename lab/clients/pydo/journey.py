"""What a person does with pydo, from an empty account to an empty account."""

import os

from pydo import Client

from account import catalog, keys
from check import every, gone, refused
from droplets import first_droplet, more_droplets, power
from groups import project, tag
from network import firewall, reserved_ip
from surroundings import surroundings
from vpc import is_in, vpc, vpc_goes
from watch import alert_policy, uptime_check
from zone import zone

ENDPOINT = os.environ["DIGITALOCEAN_API_URL"]


def journey(do):
    refused(Client(os.environ["WRONG_TOKEN"], endpoint=ENDPOINT).account.get, 401, "Unable to authenticate you")
    key = keys(do)
    catalog(do)
    droplet, address = first_droplet(do, key)
    firewall(do, droplet)
    zone(do, address)
    reserved_ip(do, droplet)
    tag(do, droplet)
    project(do, droplet)
    alert_policy(do, droplet)
    uptime_check(do)
    snapshot = power(do, droplet)
    network = vpc(do)
    copies = more_droplets(do, key, snapshot, network)
    is_in(do, network, copies)
    surroundings(do, copies[0])
    clear(do, key, droplet)
    vpc_goes(do, network)
    is_empty(do)


def clear(do, key, droplet):
    assert do.droplets.destroy(droplet) is None
    assert do.droplets.destroy_by_tag(tag_name="copies") is None
    gone(do.droplets.get(droplet))
    for snapshot in every(do.snapshots.list, "snapshots", resource_type="droplet"):
        assert do.snapshots.delete(snapshot["id"]) is None
    assert do.ssh_keys.delete(key) is None
    # Tags that a droplet brought along outlive it.
    for name in ["web", "copies"]:
        assert do.tags.delete(name) is None


def is_empty(do):
    left = {
        "droplets": every(do.droplets.list, "droplets"),
        "firewalls": every(do.firewalls.list, "firewalls"),
        "domains": every(do.domains.list, "domains"),
        "reserved IPs": every(do.reserved_ips.list, "reserved_ips"),
        "keys": every(do.ssh_keys.list, "ssh_keys"),
        "tags": every(do.tags.list, "tags"),
        "snapshots": every(do.snapshots.list, "snapshots"),
        "images": every(do.images.list, "images", private=True),
        "policies": every(do.monitoring.list_alert_policy, "policies"),
        "checks": every(do.uptime.list_checks, "checks"),
        "projects": [each for each in every(do.projects.list, "projects") if not each["is_default"]],
    }
    assert not any(left.values()), left


if __name__ == "__main__":
    journey(Client(os.environ["DIGITALOCEAN_TOKEN"], endpoint=ENDPOINT))

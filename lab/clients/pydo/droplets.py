from check import every, gone, refused, until

ORDER = {"name": "web", "region": "fra1", "size": "s-1vcpu-512mb-10gb", "image": "debian-13-x64"}
USER_DATA = "#cloud-config\nruncmd:\n  - touch /root/made-by-pydo\n"


def first_droplet(do, key):
    """A droplet that has booted, and its public address."""
    wrong = {**ORDER, "size": "s-none"}
    refused(do.droplets.create, 422, "You specified an invalid size for Droplet creation.", body=wrong)
    wish = {"ssh_keys": [key], "user_data": USER_DATA, "ipv6": True, "monitoring": True, "tags": ["web"]}
    made = do.droplets.create(body={**ORDER, **wish})
    droplet_id = made["droplet"]["id"]
    finished(do, made["links"]["actions"][0]["id"])
    droplet = do.droplets.get(droplet_id)["droplet"]
    assert (droplet["status"], droplet["locked"], droplet["tags"]) == ("active", False, ["web"]), droplet
    assert {"monitoring", "ipv6"} <= set(droplet["features"]), droplet["features"]
    addresses = {each["type"]: each["ip_address"] for each in droplet["networks"]["v4"]}
    assert sorted(addresses) == ["private", "public"] and len(droplet["networks"]["v6"]) == 1
    gone(do.droplets.get(1))
    return droplet_id, addresses["public"]


def power(do, droplet_id):
    """A new name, a snapshot while it is off, a larger size, and the same disk anew; answers the snapshot."""

    def done(**action):
        finished(do, do.droplet_actions.post(droplet_id, body=action)["action"]["id"])

    def seen():
        return do.droplets.get(droplet_id)["droplet"]

    def refuses(**action):
        refused(do.droplet_actions.post, 422, droplet_id=droplet_id, body=action)

    done(type="rename", name="www")
    assert seen()["name"] == "www"
    refuses(type="resize", size="s-1vcpu-1gb")
    done(type="power_off")
    assert seen()["status"] == "off"
    refuses(type="power_off")

    done(type="snapshot", name="before the move")
    snapshots = every(do.droplets.list_snapshots, "snapshots", droplet_id=droplet_id)
    assert [each["name"] for each in snapshots] == ["before the move"]
    assert seen()["snapshot_ids"] == [snapshots[0]["id"]]
    done(type="resize", size="s-1vcpu-1gb", disk=False)
    done(type="power_on")
    assert (seen()["size_slug"], seen()["status"]) == ("s-1vcpu-1gb", "active")
    done(type="rebuild", image="debian-13-x64")
    done(type="restore", image=snapshots[0]["id"])
    types = [each["type"] for each in every(do.droplet_actions.list, "actions", droplet_id=droplet_id)]
    assert types[:3] == ["restore", "rebuild", "power_on"], types
    return snapshots[0]["id"]


def more_droplets(do, key, snapshot, network):
    """Two droplets that start where the snapshot was taken; told what to do by their tag."""
    images = every(do.images.list, "images", private=True)
    assert [(each["id"], each["name"]) for each in images] == [(snapshot, "before the move")], images
    wish = {"names": ["copy-1", "copy-2"], "image": snapshot, "ssh_keys": [key], "tags": ["copies"]}
    where = {"region": ORDER["region"], "size": ORDER["size"], "vpc_uuid": network}
    made = do.droplets.create(body={**wish, **where})
    for action in made["links"]["actions"]:
        finished(do, action["id"])
    told = do.droplet_actions.post_by_tag(tag_name="copies", body={"type": "power_off"})
    for action in told["actions"]:
        finished(do, action["id"])
    tagged = every(do.droplets.list, "droplets", tag_name="copies")
    assert [(each["name"], each["status"]) for each in tagged] == [("copy-1", "off"), ("copy-2", "off")], tagged
    assert len(every(do.droplets.list, "droplets", name="www")) == 1
    return [each["id"] for each in made["droplets"]]


def finished(do, action_id):
    def is_so():
        action = do.actions.get(action_id)["action"]
        assert action["status"] != "errored", action
        return action["status"] == "completed" and action["completed_at"]

    until(is_so, f"action {action_id}")
